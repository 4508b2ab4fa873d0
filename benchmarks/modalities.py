"""Do α and β earn their place? New items with text or pictures removed, paired by shopper, and the exact curves.

    python benchmarks/modalities.py --shop data/var/demo [--windows 3] [--seeds 1] [--out FILE]

The live run's settings are trained on everything before each of the last windows, once per seed. Every row is compared,
shopper by shopper, with the model as chosen on validation; a change is told with its 95 % paired bootstrap interval
over shoppers of all windows (the seeds' differences of a shopper averaged).

    weight 0        the term's weight set to 0, all else as chosen
    withheld        the new items' vectors of that modality blanked, components fitted again
    removed         the modality taken from the whole shop, components fitted and weights chosen again
    content         text and image terms alone at equal weights, compared with both of them
    curve           NDCG@20 against the one weight, exactly: where the chosen weight stands, the best, the plateau
"""

import argparse
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.evaluation.metrics import bootstrap_mean
from recsys.fusion.curve import trace_weight
from recsys.fusion.holdout import HoldoutTerms
from recsys.progress import silent
from recsys.ranking.model import Model
from recsys.settings import Settings, ShopPaths
from recsys.training.columns import truth_of
from recsys.training.config import TrainingConfig
from recsys.training.modalities import KNOWN, cold_recalls, withhold
from recsys.training.pipeline import fit_components, train_model
from recsys.training.runs import live_pointer, load_data, show_run
from recsys.workflows.evaluation import HeldOut, hold_out
from recsys.workflows.snapshots import current_snapshot

MODALITIES = ("text", "image")
Figures = dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]


def judge_variants(held: HeldOut, model: Model, config: TrainingConfig) -> dict[str, Figures]:
    """Recall and NDCG of new items per shopper, for the model as chosen and with each part taken away."""
    inputs, split = held.inputs, held.split
    found = {"as chosen": cold_recalls(model, split)}
    for name in MODALITIES:
        silenced = model.with_weights({**model.weights, name: 0.0})
        found[f"{name}: weight 0"] = cold_recalls(silenced, split)
        rest = {m: v for m, v in inputs.embeddings.items() if m != name}
        again = train_model(replace(inputs, embeddings=rest), config, silent).model
        found[f"{name}: removed"] = cold_recalls(again, split)
    neither = {**model.weights, **dict.fromkeys(MODALITIES, 0.0)}
    found["both: weight 0"] = cold_recalls(model.with_weights(neither), split)
    for name, alone in (("both", MODALITIES), *((f"{m} only", (m,)) for m in MODALITIES)):
        found[f"content: {name}"] = cold_recalls(model.with_weights(dict.fromkeys(alone, 1.0)), split)
    for label, known in KNOWN.items():
        if len(known) < len(MODALITIES):
            blanked = replace(inputs, embeddings=withhold(inputs.embeddings, split.new, known))
            fitted = replace(model, components=fit_components(blanked, split.train, split.cut, config))
            missing = "both" if not known else next(m for m in MODALITIES if m not in known)
            found[f"{missing}: withheld ({label})"] = cold_recalls(fitted, split)
    return found


def held_out_terms(model: Model, held: HeldOut, *, only_new: bool) -> HoldoutTerms:
    """Terms of every test shopper over the items on sale, or over the new ones for those who chose one."""
    split = held.split
    truth = truth_of(split, 1000)
    relevant = truth.relevant["cold_among_new" if only_new else "all"]
    rows = np.flatnonzero(relevant.any(axis=1))
    items = np.flatnonzero(split.new if only_new else split.on_sale)
    served = replace(model, sale_mask=split.on_sale, _cache={})
    terms = served.terms(split.train.histories.take(truth.users[rows]), split.cut)
    z = np.stack([t[:, items] for t in terms.z])
    chosen = relevant[rows][:, items]
    return HoldoutTerms(terms.names, z, chosen, np.ones(chosen.shape, bool))


def trace(terms: HoldoutTerms, weights: Mapping[str, float], name: str) -> dict[str, Any]:
    """Where the chosen weight stands on the exact curve."""
    known = {n: weights.get(n, 0.0) for n in terms.names}
    curve = trace_weight(terms, known, name, 0.0, max(1.0, 2 * known[name]))
    return {
        "chosen": round(known[name], 4),
        "best": round(curve.optimum, 4),
        "plateau": [round(v, 4) for v in curve.plateau],
        "chosen_on_plateau": curve.holds(known[name]),
        "ndcg_at_0": round(curve.value_at(0.0), 4),
        "ndcg_at_chosen": round(curve.value_at(known[name]), 4),
        "ndcg_at_best": round(float(curve.ndcg[curve.best]), 4),
        "n_users": curve.n_users,
    }


def trace_all(model: Model, held: HeldOut) -> dict[str, Any]:
    """Curves of α and β on validation shoppers, on test shoppers, and on the new items of the test."""
    sources = {
        "test, all": held_out_terms(model, held, only_new=False),
        "test, among new": held_out_terms(model, held, only_new=True),
    }
    if model.holdout is not None:
        sources = {"validation, all": model.holdout, **sources}
    return {
        source: {name: trace(terms, model.weights, name) for name in MODALITIES if name in terms.names}
        for source, terms in sources.items()
    }


def compare(windows: list[list[dict[str, Figures]]]) -> dict[str, Any]:
    """Mean figures and paired changes over the shoppers of all windows, seeds averaged within each shopper.

    Parameters
    ----------
    windows
        Per window and seed, the figures of `judge_variants`.
    """
    rows: dict[str, Any] = {}
    for name in windows[0][0]:
        row: dict[str, Any] = {}
        reference = "content: both" if name.startswith("content") else "as chosen"
        for column in ("cold_among_new", "cold_among_all"):
            for place, measure in enumerate(("recall", "ndcg")):
                own, base = (
                    np.concatenate(
                        [np.mean([run[row_name][column][place] for run in runs], axis=0) for runs in windows]
                    )
                    for row_name in (name, reference)
                )
                change = bootstrap_mean(own - base)
                row[f"{column}_{measure}"] = round(float(own.mean()), 4)
                row[f"{column}_{measure}_change"] = [round(v, 4) for v in (change.value, change.low, change.high)]
        rows[name] = row
    return rows


def windows_of(settings: Settings, n_windows: int) -> list[tuple[str, str]]:
    """First day and day after of the last windows, newest first."""
    record = show_run(settings.shop, live_pointer(settings.shop)["run_id"])
    data_to = load_data(current_snapshot(settings.shop).folder)[1].data_to
    length, end = np.timedelta64(int(record.config["window_days"]), "D"), data_to.astype("datetime64[D]")
    return [(str(end - (k + 1) * length), str(end - k * length)) for k in range(n_windows)]


def measure(settings: Settings, n_windows: int, n_seeds: int) -> dict[str, Any]:
    """Train and judge once per window and seed."""
    windows, told = [], []
    for cut, end in windows_of(settings, n_windows):
        held = hold_out(settings, cut, end)
        runs = []
        for seed in range(n_seeds):
            config = replace(held.config, seed=seed)
            same = seed == held.config.seed
            model = held.outcome.model if same else train_model(held.inputs, config, silent).model
            runs.append(judge_variants(held, model, config))
            weights = {n: round(w, 4) for n, w in model.weights.items()}
            told.append({"cut": cut, "seed": seed, "weights": weights, "curves": trace_all(model, held)})
        windows.append(runs)
        told[-1] |= {
            "n_new_items": int(held.split.new.sum()),
            "n_users": len(runs[0]["as chosen"]["cold_among_new"][0]),
        }
    return {"shop": settings.shop.root.name, "rows": compare(windows), "models": told}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shop", type=Path, required=True)
    parser.add_argument("--windows", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    settings = Settings(shop=ShopPaths(options.shop))
    text = json.dumps(measure(settings, options.windows, options.seeds), indent=1)
    if options.out is not None:
        options.out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
