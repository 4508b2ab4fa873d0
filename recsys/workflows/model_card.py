"""The card of a run: what it learned from, how good it is, what it is for and what it is not, as one HTML file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from recsys import __version__
from recsys.data.snapshot import load_snapshot
from recsys.errors import VitrineError
from recsys.evaluation.beyond_report import FIGURES
from recsys.evaluation.metrics import Estimate, bootstrap_mean
from recsys.evaluation.response_quality import FIGURES as RESPONSE_FIGURES
from recsys.fusion.holdout import HoldoutTerms
from recsys.settings import ShopPaths
from recsys.training.care import read_note
from recsys.training.decisions import list_decisions
from recsys.training.gates import GATES, estimate_of, read_gates
from recsys.training.live import live_pointer
from recsys.training.runs import HOLDOUT_FILE, RunRecord, run_folder, show_run
from recsys.workflows.card_template import TEMPLATE
from recsys.workflows.run_history import COLUMN_LABELS, GROUP_LABELS, MEASURES

MODALITIES: Mapping[str, tuple[str, ...]] = {
    "Text alone": ("text",),
    "Pictures alone": ("image",),
    "Text and pictures": ("text", "image"),
}
INTENDED = (
    "Orders the products of this shop for one shopper at a time: lists on pages, in e-mails, similar products.",
    "Finds shoppers for products nobody has touched yet, from their texts and pictures.",
    "Is looked at, tuned and overruled by people: weights, rules and promotion stay in their hands.",
)
NOT_INTENDED = (
    "Prices, credit, hiring or anything else that decides about a person.",
    "Another shop, market or assortment than the one it learned from.",
    "Proof that lists sell more: figures below are from past days; only an experiment tells what a list causes.",
)


@dataclass(frozen=True)
class Row:
    """A line of a table of the card: its heading and its cells, all words already."""

    name: str
    cells: tuple[str, ...]
    help: str = ""


def render_card(paths: ShopPaths, run_id: str, now: datetime | None = None) -> str:
    """Return the card of a finished run as one HTML page without scripts or outside links; every value is escaped.

    Parameters
    ----------
    paths
        The shop.
    run_id
        A finished run.
    now
        Time on the card; None takes the clock.

    Raises
    ------
    RunError
        If there is no such run.
    """
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    record = show_run(paths, run_id)
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    return environment.from_string(TEMPLATE).render(**card_of(paths, record), made_at=f"{moment:%Y-%m-%d %H:%M} UTC")


def card_of(paths: ShopPaths, record: RunRecord) -> dict[str, Any]:
    """Return everything the card says, in words."""
    data, simulated = _data(paths, record)
    return {
        "run_id": record.run_id,
        "shop": data[0].cells[0],
        "simulated": simulated,
        "status": _status(paths, record.run_id),
        "note": read_note(paths, record.run_id),
        "intended": INTENDED,
        "not_intended": NOT_INTENDED,
        "limits": _limits(record, simulated),
        "data": data,
        "weights": [(n, w, f"{w:.3f}") for n, w in record.weights.items() if w > 0],
        "figures": _figures(record),
        "tested": _tested(record),
        "beyond": _beyond(record),
        "groups": _groups(record),
        "group_names": list(GROUP_LABELS.values()),
        "modalities": _modalities(paths, record),
        "response": _response(record),
        "gates": [
            (GATES[f.name].label, GATES[f.name].asks, str(f.outcome), f.detail)
            for f in read_gates(record)
            if f.name in GATES
        ],
        "decisions": [d for d in list_decisions(paths) if d.run_id == record.run_id],
        "config": [Row(n, (_plain(v),)) for n, v in record.config.items()],
        "components": [Row(n, (_plain(v),)) for n, v in record.component_configs.items()],
        "versions": [Row("vitrine", (__version__,)), *(Row(n, (v,)) for n, v in record.versions.items())],
        "checksums": [Row(n, (digest,)) for n, digest in record.manifest.items()],
    }


def _data(paths: ShopPaths, record: RunRecord) -> tuple[list[Row], bool]:
    """What it learned from, and whether the shoppers are made up; the shop's name first."""
    facts, name, simulated, n_events = record.facts, paths.root.name, False, None
    try:
        snapshot = load_snapshot(paths.snapshots / record.data_version, verify=False)
        name, simulated, n_events = snapshot.name, snapshot.simulated, snapshot.n_events
        span = f"{snapshot.data_from:%Y-%m-%d} to {snapshot.data_to:%Y-%m-%d}" if snapshot.data_from else "no event"
    except VitrineError as error:  # the snapshot was deleted; the run still says when its data ended
        span = f"to {record.data_to[:10]} ({error})"
    rows = [
        Row("Shop", (name,)),
        Row("Data version", (record.data_version,)),
        Row("Events", ("–" if n_events is None else f"{n_events:,}, {span}",)),
        Row("Products", (_count(facts.get("n_items")),)),
        Row("… nobody had touched", (_count(facts.get("n_new_items")),)),
        Row("Shoppers with a history", (_count(facts.get("n_users")),)),
        Row("Interactions", (_count(facts.get("n_interactions")),)),
        Row("Shoppers are", ("made up by a simulator" if simulated else "real, as imported",)),
        Row("Trained", (f"{record.created_at[:16].replace('T', ' ')} UTC, {record.elapsed_s / 60:.1f} min",)),
    ]
    return rows, simulated


def _status(paths: ShopPaths, run_id: str) -> str:
    """Whom it serves now."""
    pointer = live_pointer(paths)
    canary = pointer["canary"] or {}
    if canary.get("run_id") == run_id:
        return f"Canary for {canary['share']:.0%} of the shoppers"
    if pointer["run_id"] != run_id:
        return "Not live"
    return f"Live for {1 - float(canary.get('share', 0.0)):.0%} of the shoppers" if canary else "Live"


def _tested(record: RunRecord) -> str:
    facts = record.facts
    if "test_from" not in facts:
        return str(facts.get("note", "Nothing was held out."))
    return f"{str(facts['test_from'])[:10]} to {str(facts['test_to'])[:10]}"


def _limits(record: RunRecord, simulated: bool) -> list[str]:
    """What a reader must know before she believes the figures."""
    found = [
        "Figures are of the procedure on days held out; the run itself was then fitted once more on all the data.",
        "Shoppers saw other lists while the data came about, so products that were not shown then count as misses.",
        f"What happened after {record.data_to[:10]} is unknown to it; taste, season and assortment move on.",
    ]
    if simulated:
        found.insert(0, "The shoppers are made up: figures show how the product works, not what a shop gains.")
    if not record.metrics:
        found.append("Nothing was held out, so its quality is unknown.")
    if "response" not in record.component_configs:
        found.append("It has no response term: no chance of a click or purchase is known.")
    elif record.facts.get("response_source") == "next interactions":
        found.append("The response term learned from what shoppers did next, not from lists that were shown.")
    return found


def _figures(record: RunRecord) -> list[Row]:
    """Every column and measure, test and validation, with intervals and shoppers."""
    rows = []
    for column, (label, text) in COLUMN_LABELS.items():
        for measure, (name, _) in MEASURES.items():
            parts = [
                estimate_of(record.metrics.get(p, {}).get(column, {}).get(measure)) for p in ("test", "validation")
            ]
            if any(parts):
                n_users = f"{parts[0].n_users:,}" if parts[0] else "–"
                rows.append(Row(f"{label}, {name}", (*(_interval(e) for e in parts), n_users), text))
    return rows


def _beyond(record: RunRecord) -> list[Row]:
    beyond = record.metrics.get("test", {}).get("beyond", {})
    return [Row(n, (f"{beyond[k]:.3g}",), text) for k, (n, text) in FIGURES.items() if beyond.get(k) is not None]


def _groups(record: RunRecord) -> list[Row]:
    """Recall@20 by fifths of shoppers and products."""
    beyond = record.metrics.get("test", {}).get("beyond", {})
    rows = []
    for key, name in (("by_activity", "Shoppers by activity"), ("by_popularity", "Products by popularity")):
        if beyond.get(key):
            cells = [estimate_of(beyond[key].get(g, {}).get("recall")) for g in GROUP_LABELS]
            rows.append(Row(name, tuple("–" if e is None else f"{e.value:.3f}" for e in cells)))
    return rows


def _modalities(paths: ShopPaths, record: RunRecord) -> list[Row]:
    """Recall@20 of kept held-out shoppers by some terms alone, and of the whole sum."""
    path = run_folder(paths, record.run_id) / HOLDOUT_FILE
    if not path.is_file():
        return []
    kept = HoldoutTerms.load(path)
    columns = ["all"] + (["cold_among_new"] if kept.items is not None else [])
    views = [view for column in columns if (view := kept.view(column)).n_users]
    asked = {name: {n: max(record.weights.get(n, 0.0), 0.01) for n in names} for name, names in MODALITIES.items()}
    rows = [_alone(name, weights, views) for name, weights in asked.items() if set(weights) <= set(kept.names)]
    return [*rows, _alone("Every term", dict(record.weights), views)] if rows and views else []


def _alone(name: str, weights: Mapping[str, float], views: list[HoldoutTerms]) -> Row:
    """Recall@20 of some weights in each view."""
    return Row(name, tuple(_interval(bootstrap_mean(view.per_user(weights)[1])) for view in views))


def _response(record: RunRecord) -> list[Row]:
    """Discrimination and calibration of the response term, on days later than all it learned from."""
    report = record.metrics.get("response") or {}
    found = {k: report.get(k) for k in RESPONSE_FIGURES}
    return [
        Row(RESPONSE_FIGURES[k][0], (f"{v:,.0f}" if k == "n_rows" else f"{v:.3f}",), RESPONSE_FIGURES[k][1])
        for k, v in found.items()
        if isinstance(v, int | float) and not pd.isna(v)
    ]


def _interval(estimate: Estimate | None) -> str:
    return "–" if estimate is None else f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def _count(value: Any) -> str:
    return "–" if value is None else f"{int(value):,}"


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {_plain(v)}" for k, v in value.items()) or "–"
    return "–" if value in (None, "", ()) else f"{value:g}" if isinstance(value, float) else str(value)
