"""Everything the pages read, cached in one place; the only `st.cache_*` of the dashboard.

Read-only objects are shared between visitors (`cache_resource`); every cache is keyed by a version, so a new snapshot
or a promotion shows at the next rerun and nothing has to be cleared by hand.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from recsys.data.catalogue import Catalogue
from recsys.errors import RunError
from recsys.settings import DEFAULT_SHOP, ShopPaths
from recsys.vocabulary import Columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recsys.discovery.new_items import NewItems
    from recsys.ingest.tables import RawTable
    from recsys.ranking.model import Model
    from recsys.store import Store
    from recsys.workflows.imports import ImportReport
    from recsys.workflows.performance import PerformanceView, Period
    from ui.overview import Overview
    from ui.tuning import Bench

LIVE, DRAFT = "Live", "Draft"
"""Names of the weights that are not presets."""
NEW_ITEM_DAYS = 90
"""How far back the New items page looks."""
_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class SnapshotInfo:
    """What `snapshot.json` says of the newest snapshot."""

    data_version: str
    name: str
    simulated: bool
    n_items: int
    n_users: int
    n_events: int
    data_from: pd.Timestamp
    data_to: pd.Timestamp
    created_at: pd.Timestamp


def shop_paths() -> ShopPaths:
    """Return the folders of the shop on screen: `VITRINE_SHOP`, or the demo shop beside the code."""
    asked = os.environ.get("VITRINE_SHOP")
    return ShopPaths(Path(asked).expanduser().resolve() if asked else _ROOT / DEFAULT_SHOP)


def shop_command(rest: str) -> str:
    """Return a command line for this shop, e.g. `vitrine --shop data/var/demo train`."""
    root = shop_paths().root
    shown = root.relative_to(_ROOT) if root.is_relative_to(_ROOT) else root
    return f"vitrine --shop {shown} {rest}"


@st.cache_resource(max_entries=4, show_spinner=False, on_release=lambda store: store.close())
def _open_store(root: str) -> "Store":
    from recsys.store import Store

    return Store.open(ShopPaths(Path(root)))


def open_store() -> "Store":
    """Return this process's one store handle; it stays open, and locked, until the app ends.

    Raises
    ------
    StoreLockedError
        If another process owns the shop.
    """
    return _open_store(str(shop_paths().root))


def newest_snapshot() -> SnapshotInfo | None:
    """Return the newest snapshot's description, or None when nothing was exported yet."""
    found = sorted(shop_paths().snapshots.glob("*/snapshot.json"), key=lambda p: p.stat().st_mtime_ns)
    if not found:
        return None
    return _read_snapshot(str(found[-1]), found[-1].stat().st_mtime_ns)


@st.cache_resource(max_entries=8, show_spinner=False)
def _read_snapshot(path: str, changed_ns: int) -> SnapshotInfo:
    said = json.loads(Path(path).read_text())
    return SnapshotInfo(
        data_version=said["data_version"],
        name=said.get("name") or "Shop",
        simulated=bool(said.get("simulated")),
        n_items=said["n_items"],
        n_users=said["n_users"],
        n_events=said["n_events"],
        data_from=pd.Timestamp(said["data_from"]),
        data_to=pd.Timestamp(said["data_to"]),
        created_at=pd.Timestamp(said["created_at"]),
    )


def snapshot_catalogue() -> Catalogue | None:
    """Return the newest snapshot's catalogue, or None when there is no snapshot."""
    info = newest_snapshot()
    return None if info is None else _read_catalogue(str(shop_paths().snapshots), info.data_version)


@st.cache_resource(max_entries=2, show_spinner="Reading the catalogue…")
def _read_catalogue(folder: str, data_version: str) -> Catalogue:
    return Catalogue(pd.read_parquet(Path(folder) / data_version / "catalogue.parquet"))


def live_pointer() -> tuple[str, int] | None:
    """Return (run_id, version) of the promotion pointer, read afresh at every run; None when nothing is live."""
    try:
        said = json.loads((shop_paths().runs / "live.json").read_text())
    except FileNotFoundError:
        return None
    return (said["run_id"], said["version"]) if said.get("run_id") else None


def live_model() -> "Model":
    """Return the model of the live run, shared by all visitors and never changed.

    Raises
    ------
    RunError
        If no run is live, or the live one cannot be read.
    """
    pointer = live_pointer()
    if pointer is None:
        raise RunError(f"No run is live in this shop yet: train one with `{shop_command('train')}`.")
    return run_model(pointer[0], pointer[1])


def run_model(run_id: str, version: int = 0) -> "Model":
    """Return the model of any finished run; `version` separates promotions of the same run."""
    return _load_model(str(shop_paths().root), run_id, version)


@st.cache_resource(max_entries=2, show_spinner="Loading the model…")
def _load_model(root: str, run_id: str, version: int) -> "Model":
    from recsys.training.runs import load_model

    return load_model(ShopPaths(Path(root)), run_id)


# ------------------------------------------------------------- what the lists brought, new items


def data_clock() -> pd.Timestamp | None:
    """Return the time of the store's last event, the shop's own clock; None without events."""
    counts = open_store().counts()
    return None if counts.data_to is None else pd.Timestamp(counts.data_to)


def shown_outcomes(days: int) -> "tuple[pd.DataFrame, Period] | None":
    """Return what lists of the last `days` days and of as many before brought, with each item's warmth then.

    Returns
    -------
    tuple or None
        Rows with `evaluation.live.OUTCOME_COLUMNS` and `warmth`, and the spans; None without events or snapshot.
    """
    clock, info = data_clock(), newest_snapshot()
    if clock is None or info is None:
        return None
    root = str(shop_paths().root)
    return _shown_outcomes(root, open_store().data_version(), info.data_version, clock.isoformat(), days)


@st.cache_resource(max_entries=6, show_spinner="Counting what was shown…")
def _shown_outcomes(
    root: str, stored_version: str, data_version: str, clock: str, days: int
) -> "tuple[pd.DataFrame, Period]":
    from recsys.workflows.performance import OUTCOMES_BY, find_period, mark_warmth

    period = find_period(pd.Timestamp(clock), days)
    folder = str(ShopPaths(Path(root)).snapshots)
    rows = open_store().performance(period.before.to_pydatetime(), period.end.to_pydatetime(), by=OUTCOMES_BY)
    return mark_warmth(rows, _read_catalogue(folder, data_version), _first_seen(folder, data_version)), period


@st.cache_resource(max_entries=2, show_spinner=False)
def _first_seen(folder: str, data_version: str) -> "NDArray[np.datetime64]":
    """First interaction per item of a snapshot, shape (n_items,); NaT where never touched."""
    from recsys.data.interactions import Interactions

    events = pd.read_parquet(Path(folder) / data_version / "events.parquet")
    return Interactions.from_events(events, _read_catalogue(folder, data_version)).first_seen


# ------------------------------------------------------------- choices of the filter bars


@st.cache_resource(max_entries=2, show_spinner=False)
def _choices(root: str, run_id: str, version: int) -> tuple[list[str], list[str]]:
    """Shoppers and categories to offer, of one run."""
    from ui.shelf import list_categories, list_shoppers

    model = _load_model(root, run_id, version)
    return list_shoppers(model), list_categories(model.catalogue)


def shoppers() -> list[str]:
    """Return shoppers to offer, seen last first; at least one name, so that an empty log still shows a list."""
    pointer = live_pointer()
    found = _choices(str(shop_paths().root), *pointer)[0] if pointer else []
    return found or ["new visitor"]


def categories() -> list[str]:
    """Return every category path of the live run's catalogue."""
    pointer = live_pointer()
    return _choices(str(shop_paths().root), *pointer)[1] if pointer else []


def weight_sets(model: "Model") -> dict[str, dict[str, float] | None]:
    """Return weights by the name shown: Live (None), the draft of this visitor if there is one, every preset."""
    from recsys.fusion.presets import list_presets

    from ui.state import draft_weights

    sets: dict[str, dict[str, float] | None] = {LIVE: None}
    draft = draft_weights(model.weights)
    if draft != dict(model.weights):
        sets[DRAFT] = draft
    for name, weights in list_presets(shop_paths()).items():
        known = {n: w for n, w in weights.items() if n in model.names}
        if any(known.values()):
            sets.setdefault(name, known)
    return sets


# ------------------------------------------------------------- Fusion


def bench(model: "Model", shopper: str, weights: dict[str, float]) -> "Bench":
    """Return what the lab shows for a shopper at these slider positions; kept for a while, since people go back."""
    from ui.shelf import now

    return _bench(model.run_id, shopper, tuple(sorted(weights.items())), str(now()), model)


@st.cache_resource(max_entries=64, ttl=600, show_spinner=False)
def _bench(run_id: str, shopper: str, weights: tuple[tuple[str, float], ...], minute: str, _model: "Model") -> "Bench":
    from ui.tuning import build_bench

    return build_bench(_model, shopper, dict(weights), np.datetime64(minute, "us"))


def surface(model: "Model", others: dict[str, float]) -> "NDArray[np.float64]":
    """Return NDCG@20 of held-out shoppers over the α/β grid with the other weights as given."""
    return _surface(model.run_id, tuple(sorted(others.items())), model)


@st.cache_resource(max_entries=32, show_spinner=False)
def _surface(run_id: str, others: tuple[tuple[str, float], ...], _model: "Model") -> "NDArray[np.float64]":
    from ui.tuning import GRID, SYMBOLS

    assert _model.holdout is not None
    found = _model.holdout.surface(dict(others), *SYMBOLS, grid=GRID)
    found.setflags(write=False)
    return found


def new_items(model: "Model") -> "NewItems":
    """Return fit, reach and audience of everything that appeared in the last `NEW_ITEM_DAYS` days of the run's data."""
    return _new_items(model.run_id, model)


@st.cache_resource(max_entries=2, show_spinner="Asking a sample of shoppers about the new products…")
def _new_items(run_id: str, _model: "Model") -> "NewItems":
    from recsys.discovery.new_items import view_new_items

    return view_new_items(_model, _model.data_to, NEW_ITEM_DAYS)


def exposure_by_item() -> pd.DataFrame:
    """Return `item_id`, `impressions`, `clicks`, `carts`, `purchases`, `revenue` of every item ever shown."""
    return _exposure_by_item(str(shop_paths().root), open_store().data_version())


@st.cache_resource(max_entries=2, show_spinner=False)
def _exposure_by_item(root: str, stored_version: str) -> pd.DataFrame:
    return open_store().performance(by=("item_id",))


# ------------------------------------------------------------- uploads


def read_upload(path: str, options: "tuple[str | None, str | None, str | None]") -> "RawTable":
    """Return an uploaded table as it was read; kept while the person maps its columns.

    Parameters
    ----------
    path
        Where the upload was copied to.
    options
        Delimiter, encoding and sheet; None or empty finds out.
    """
    return _read_upload(path, Path(path).stat().st_mtime_ns, tuple(o or None for o in options))


@st.cache_resource(max_entries=4, ttl=3600, show_spinner="Reading the file…")
def _read_upload(path: str, changed_ns: int, options: "tuple[str | None, ...]") -> "RawTable":
    from recsys.ingest.readers import read_table
    from recsys.ingest.tables import ReadOptions

    return read_table(Path(path), ReadOptions(*options))


@st.cache_resource(max_entries=8, ttl=3600, show_spinner="Checking every row…")
def check_upload(kind: str, path: str, mapping: str, stored_version: str) -> "ImportReport":
    """Return what an import of this file with this mapping would do; nothing is written."""
    from recsys.workflows.imports import import_catalogue, import_events

    work = import_catalogue if kind == "catalogue" else import_events
    return work(open_store(), shop_paths(), Path(path), mapping=mapping, dry_run=True)


# ------------------------------------------------------------- Today


def is_simulated() -> bool:
    """Whether the shop's shoppers are made up."""
    info = newest_snapshot()
    return info is not None and info.simulated


def overview(days: int) -> "Overview | None":
    """Return what Today shows for the last `days` days; None while the shop has no product."""
    from recsys.workflows.run_history import list_trainings
    from ui.overview import build_overview

    store, catalogue = open_store(), snapshot_catalogue()
    if catalogue is None:
        return None
    found = shown_outcomes(days)
    performance = None if found is None else _performance(store.data_version(), days, *found)
    pointer = live_pointer()
    return build_overview(
        counts=store.counts(),
        catalogue=catalogue,
        performance=performance,
        shown_ids=frozenset() if performance is None else frozenset(performance.items[Columns.ITEM]),
        known_ids=[] if pointer is None else live_model().catalogue.item_ids,
        runs=list_trainings(shop_paths()),
        store_problem=store.read_only_reason,
        now=pd.Timestamp.now("UTC"),
    )


@st.cache_resource(max_entries=6, show_spinner=False)
def _performance(stored_version: str, days: int, _outcomes: pd.DataFrame, _period: "Period") -> "PerformanceView":
    from recsys.workflows.performance import view_performance

    catalogue = snapshot_catalogue()
    assert catalogue is not None
    return view_performance(_outcomes, catalogue, _period)
