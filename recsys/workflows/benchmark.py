"""Our default and the peers on a shop's own time split: the same data, the same lists asked for, the same metrics."""

import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from recsys.benchmark.environments import EnvironmentFailure, build_environment, environment_folder, remove_environment
from recsys.benchmark.exchange import Answer, Budget, Case, Lists, read_answers, write_exchange
from recsys.benchmark.peers import PEERS, Peer
from recsys.benchmark.processes import PeerFailure, run_peer
from recsys.benchmark.report import OURS, Report, Row
from recsys.benchmark.scores import score_lists
from recsys.data.snapshot import load_snapshot
from recsys.data.split import split_at
from recsys.errors import InputError
from recsys.progress import Progress, scaled, silent
from recsys.ranking.model import Model
from recsys.settings import Settings
from recsys.training.columns import FILTERS, top_lists
from recsys.training.pipeline import train_model
from recsys.training.windows import plan_windows
from recsys.workflows.evaluation import HeldOut, hold_out

OURS_SHARE = 0.4
"""Share of the progress that our own training takes."""


def benchmark(
    settings: Settings,
    *,
    cut: str | None = None,
    end: str | None = None,
    only: Sequence[str] = (),
    with_peers: bool = True,
    budget: Budget | None = None,
    keep_environments: bool = False,
    peers: Mapping[str, Peer] = PEERS,
    progress: Progress = silent,
) -> Report:
    """Compare our default with the peers; no run is written or promoted.

    Parameters
    ----------
    settings
        The shop.
    cut, end
        Test window [cut, end) as in `workflows.evaluation.evaluate`; by default the last window.
    only
        Names of `peers` to run; empty runs all.
    with_peers
        False runs only peers that need no environment of their own.
    budget
        What every peer's model gets.
    keep_environments
        Leave the environments in the shop's `benchmark` folder for the next time.
    peers
        The registry.
    progress
        Told of every stage; raising stops everything, and no process or environment is left behind.

    Raises
    ------
    InputError
        If a peer's name is not known or the window does not fit the data. A peer that fails is no error: its row
        says why.
    """
    chosen = choose_peers(peers, only, with_peers)
    allowed = budget or Budget()
    started = time.perf_counter()
    held = hold_out(settings, cut, end, scaled(progress, 0.0, OURS_SHARE / allowed.seeds))
    case = make_case(held)
    ours = run_ours(held, case, allowed.seeds, started, scaled(progress, OURS_SHARE / allowed.seeds, OURS_SHARE))
    rows: list[Row] = []
    skipped: list[str] = []
    with tempfile.TemporaryDirectory(prefix="vitrine-benchmark-") as folder:
        write_exchange(case, allowed, Path(folder) / "case")
        for place, peer in enumerate(chosen):
            start = OURS_SHARE + (1 - OURS_SHARE) * place / len(chosen)
            part = scaled(progress, start, start + (1 - OURS_SHARE) / len(chosen))
            found = run_one(settings, peer, case, allowed, Path(folder), keep_environments, part)
            rows += [row for row in found if not row.skipped]
            skipped += [f"{row.name} was not run: {row.error}" for row in found if row.skipped]
    return Report(_facts(settings, held, case, allowed), ours, rows, skipped)


def choose_peers(peers: Mapping[str, Peer], only: Sequence[str], with_peers: bool) -> list[Peer]:
    """Peers to run, in the order of the registry.

    Raises
    ------
    InputError
        If a name is not known.
    """
    unknown = [name for name in only if name not in peers]
    if unknown:
        raise InputError(f"No peer is called {', '.join(unknown)}; there are {', '.join(peers)}.")
    chosen = [peer for name, peer in peers.items() if not only or name in only]
    return [peer for peer in chosen if with_peers or not peer.requirements]


def make_case(held: HeldOut) -> Case:
    """Build the two windows that our own training uses too."""
    windows = plan_windows(held.inputs.interactions, held.config)
    catalogue, interactions = held.inputs.catalogue, held.inputs.interactions
    validation = split_at(catalogue, interactions, windows.validation_from, windows.test_from)
    return Case.of(validation, held.split, held.inputs.embeddings)


def run_ours(held: HeldOut, case: Case, seeds: int, started: float, progress: Progress) -> Row:
    """List our default, as held out and trained once more for every other seed, through the one ranking function."""
    outcomes = [held.outcome]
    for number in range(1, seeds):
        part = scaled(progress, (number - 1) / seeds, number / seeds)
        outcomes.append(train_model(held.inputs, replace(held.config, seed=held.config.seed + number), part))
    progress("Making our lists", (seeds - 1) / seeds)
    by_seed = [_our_lists(replace(outcome.model, sale_mask=case.test.on_sale), case) for outcome in outcomes]
    weights = dict(held.outcome.model.weights)
    elapsed_s = (time.perf_counter() - started) / seeds
    return Row(OURS, "ours", score_lists(by_seed, case.truth), elapsed_s, weights, trials=1, seeds=seeds)


def _our_lists(model: Model, case: Case) -> Lists:
    """Lists of every user of the truth by column."""
    return {column: top_lists(model, case.test, case.truth.users, filters) for column, filters in FILTERS.items()}


def run_one(
    settings: Settings, peer: Peer, case: Case, budget: Budget, folder: Path, keep: bool, progress: Progress
) -> list[Row]:
    """Run one peer in an environment of its own; whatever goes wrong with it becomes its row."""
    root = settings.shop.root / "benchmark" / "environments"
    try:
        progress(f"{peer.title}: preparing its environment", 0.0)
        python = build_environment(peer.requirements, root)
        answers = _ask(settings, peer, python, case, budget, folder, progress)
    except (EnvironmentFailure, PeerFailure) as error:
        return [Row(peer.title, peer.group, None, 0.0, error=str(error))]
    finally:
        if peer.requirements and not keep:
            remove_environment(environment_folder(root, peer.requirements))
    return [_row(peer, answer, case) for answer in answers]


def _ask(
    settings: Settings, peer: Peer, python: Path, case: Case, budget: Budget, folder: Path, progress: Progress
) -> list[Answer]:
    """Run its script and read its lists."""
    out = folder / peer.name
    variables = {"OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0", **dict(peer.environment)}
    if settings.threads:
        variables["OMP_NUM_THREADS"] = str(settings.threads)

    def tell(stage: str, done: float) -> None:
        progress(f"{peer.title}: {stage}", done)

    run_peer(python, peer.file, folder / "case", out, tell, budget.timeout_s, variables)
    return read_answers(out, case.truth, case.test.train.n_items)


def _row(peer: Peer, answer: Answer, case: Case) -> Row:
    """One model of a peer."""
    name = f"{peer.title} {answer.model}"
    if answer.error is not None or not answer.lists:
        return Row(
            name, peer.group, None, answer.seconds, error=answer.error or "it gave no list", skipped=answer.skipped
        )
    scores = score_lists(answer.lists, case.truth)
    return Row(name, peer.group, scores, answer.seconds, answer.settings, len(answer.trials), len(answer.lists))


def _facts(settings: Settings, held: HeldOut, case: Case, budget: Budget) -> dict[str, Any]:
    """What was compared on what."""
    snapshot = load_snapshot(settings.shop.snapshots / held.data_version, verify=False)
    return {
        "shop": snapshot.name,
        "simulated": snapshot.simulated,
        "data_version": held.data_version,
        "cut": str(held.config.test_from),
        "end": str(held.split.end.astype("datetime64[D]")),
        "n_users": {column: len(case.truth.choosers(column)) for column in case.truth.choices},
        "n_on_sale": int(np.count_nonzero(case.test.on_sale)),
        "n_new": int(np.count_nonzero(case.test.new)),
        **asdict(budget),
    }
