"""The Pareto front of a run: its facts from the model, its search, its file in the run folder."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.interactions import Histories
from recsys.errors import RunError
from recsys.fusion.goals import ListFacts
from recsys.fusion.holdout import HoldoutTerms
from recsys.fusion.pareto import Front, find_front
from recsys.fusion.presets import BUILT_IN
from recsys.ranking.features import candidate_features
from recsys.ranking.model import Model
from recsys.ranking.rank import SHORTLIST
from recsys.ranking.similarity import similarities
from recsys.training.run_files import write_json

FRONT_FILE = "trade_offs.json"
MAX_PAIRED = 4000
"""Up to this many candidates every pair is compared once, beforehand (64 MB)."""
REPEATS = 5
"""Lists timed per component; the median counts."""


@dataclass(frozen=True)
class TradeOffs:
    """The front of one run as it is kept.

    Parameters
    ----------
    front
        The weights and what they are good at.
    costs_ms
        Milliseconds of each component for one list, as measured.
    found_at
        ISO 8601, UTC.
    elapsed_s
        Seconds of the search.
    """

    front: Front
    costs_ms: Mapping[str, float]
    found_at: str
    elapsed_s: float

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {**vars(self), "front": self.front.to_json(), "costs_ms": dict(self.costs_ms)}


def find_trade_offs(
    model: Model,
    *,
    objectives: Sequence[str] | None = None,
    trials: int = 1200,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> TradeOffs:
    """Search the front of a run on its held-out shoppers.

    Parameters
    ----------
    model
        A run that kept held-out terms and the facts of their candidates.
    objectives, trials, seed, progress
        As for `fusion.pareto.find_front`.

    Raises
    ------
    RunError
        If the run kept nothing to judge by.
    """
    terms = model.holdout
    if terms is None or terms.items is None:
        raise RunError("This run kept no held-out shoppers with their candidates: train again to find trade-offs.")
    started = time.perf_counter()
    costs = measure_costs(model)
    top = max(max(model.weights.values(), default=0.0), 1e-12)
    live = {n: model.weights.get(n, 0.0) / top for n in terms.names}
    starts = [{n: w / max(preset.values()) for n, w in preset.items()} for preset in BUILT_IN.values()]
    facts = list_facts(model, terms, costs)
    front = find_front(
        terms, facts, live, objectives=objectives, starts=starts, trials=trials, seed=seed, progress=progress
    )
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    return TradeOffs(front, costs, moment, round(time.perf_counter() - started, 1))


def list_facts(model: Model, terms: HoldoutTerms, costs: Mapping[str, float]) -> ListFacts:
    """Collect what the candidates are, with distances as the diversity step sees them.

    Raises
    ------
    RunError
        If the terms do not say which items they are of.
    """
    items = terms.items
    if items is None:
        raise RunError("These held-out terms do not say which items they are of.")

    numbers = items.item_num.astype(np.intp)
    between = 1.0 - similarities(model, numbers[None, :])[0] if len(numbers) <= MAX_PAIRED else None

    def distances(places: NDArray[np.intp]) -> NDArray[np.float32]:
        if between is None:
            return 1.0 - similarities(model, numbers[places])
        return between[places[:, :, None], places[:, None, :]]

    return ListFacts(items.new, items.novelty, model.catalogue.margins[items.item_num], distances, costs)


def measure_costs(model: Model) -> dict[str, float]:
    """Milliseconds each component takes for one list: the whole catalogue, the response term its shortlist only.

    Timed on the shopper with the middle length of history.
    """
    histories, at = model.interactions.histories, model.data_to
    usual = np.argsort(histories.lengths, kind="stable")[-(int((histories.lengths > 0).sum()) + 1) // 2 :][:1]
    history = histories.take(usual)
    costs = {}
    for name, component in model.components.items():
        alone = replace(model, components={name: component}, response=None)
        costs[name] = _median_ms(partial(_add_up, alone, history, at))
    if model.response is not None:
        terms = model.terms(history, at)
        shortlist = np.arange(min(SHORTLIST, len(model.catalogue)))[None, :]

        def respond() -> None:
            features = candidate_features(model, history, at, terms, shortlist).values
            assert model.response is not None
            model.response.standardised(features.reshape(-1, features.shape[2]))

        costs["response"] = _median_ms(respond)
    return costs


def _add_up(model: Model, history: Histories, at: np.datetime64) -> None:
    """Work out every term of a model for one request and add it to a sum."""
    model.terms(history, at).total(np.ones(len(model.components)))


def _median_ms(work: Callable[[], object]) -> float:
    """Median time of some calls after a first one, to a hundredth of a millisecond."""
    work()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return round(1000 * float(np.median(times)), 2)


def write_trade_offs(folder: Path, found: TradeOffs) -> None:
    """Keep the front with its run."""
    write_json(folder / FRONT_FILE, found.to_json())


def read_trade_offs(folder: Path) -> TradeOffs | None:
    """Return the front kept with a run, None where none was searched.

    Raises
    ------
    RunError
        If the file is damaged.
    """
    path = folder / FRONT_FILE
    if not path.is_file():
        return None
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return TradeOffs(**{**told, "front": Front.from_json(told["front"])})
    except (ValueError, KeyError, TypeError, RunError) as error:
        raise RunError(f"{path} is damaged ({error}); find the trade-offs again with `vitrine tune pareto`.") from error
