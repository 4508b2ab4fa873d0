"""What several pages read, cached; one of the places of `st.cache_*`, which are the modules named `data` or `…_data`.

Read-only objects are shared between visitors (`cache_resource`); every cache is keyed by a version, so a new snapshot
or a promotion shows at the next rerun and nothing has to be cleared by hand.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from recsys.data.catalogue import Catalogue
from recsys.data.snapshot import SNAPSHOT_FILE, Snapshot, latest_snapshot, load_snapshot
from recsys.errors import RunError
from recsys.fusion.presets import list_presets
from recsys.settings import ShopPaths
from recsys.training.live import serving_run
from recsys.training.runs import live_pointer as read_pointer
from recsys.training.runs import load_model
from ui import shops
from ui.choices import list_categories, list_shoppers
from ui.state import draft_weights

if TYPE_CHECKING:
    from recsys.fusion.scopes import PresetBook
    from recsys.ranking.model import Model
    from recsys.store import Store

LIVE, DRAFT = "Live", "Draft"
"""Names of the weights that are not presets."""


def shop_paths() -> ShopPaths:
    """Return the folders of the shop on screen."""
    return shops.chosen()


def shop_command(rest: str) -> str:
    """Return a command line for this shop, e.g. `vitrine --shop data/var/demo train`."""
    root = shop_paths().root
    shown = root.relative_to(shops.ROOT) if root.is_relative_to(shops.ROOT) else root
    return f"vitrine --shop {shown} {rest}"


@st.cache_resource(max_entries=shops.MOST, show_spinner=False, on_release=lambda store: store.close())
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
    return store_of(shop_paths())


def store_of(paths: ShopPaths) -> "Store":
    """Return this process's one handle on the store of a shop, which need not be the one on screen."""
    return _open_store(str(paths.root))


def newest_snapshot() -> Snapshot | None:
    """Return the newest snapshot's description, or None when nothing was exported yet."""
    folder = latest_snapshot(shop_paths())
    if folder is None:
        return None
    return _describe_snapshot(str(folder), (folder / SNAPSHOT_FILE).stat().st_mtime_ns)


@st.cache_resource(max_entries=8, show_spinner=False)
def _describe_snapshot(folder: str, changed_ns: int) -> Snapshot:
    return load_snapshot(Path(folder), verify=False)


def snapshot_catalogue() -> Catalogue | None:
    """Return the newest snapshot's catalogue, or None when there is no snapshot."""
    info = newest_snapshot()
    return None if info is None else read_catalogue(str(shop_paths().snapshots), info.data_version)


@st.cache_resource(max_entries=2, show_spinner="Reading the catalogue…")
def read_catalogue(folder: str, data_version: str) -> Catalogue:
    """Return a snapshot's catalogue.

    Parameters
    ----------
    folder
        Where the shop's snapshots are.
    data_version
        Which of them.
    """
    return Catalogue(pd.read_parquet(load_snapshot(Path(folder) / data_version).catalogue))


def live_pointer() -> tuple[str, int] | None:
    """Return (run_id, version) of the promotion pointer, read afresh at every run; None when nothing is live."""
    said = read_pointer(shop_paths())
    return None if said["run_id"] is None else (str(said["run_id"]), int(said["version"]))


def rules_version() -> int:
    """Return how often the shop's merchandising rules were published; 0 for never.

    Raises
    ------
    InputError
        If the live version is damaged.
    """
    from recsys.rules.book import read_rules

    return read_rules(shop_paths()).version


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


def serving_model(shopper: str | None) -> "Model":
    """Return the model that serves a shopper: the canary's for its share of the shoppers, else the live one.

    Raises
    ------
    RunError
        If no run is live, or the one that serves cannot be read.
    """
    said = read_pointer(shop_paths())
    run_id = serving_run(said, shopper)
    return live_model() if run_id is None or run_id == said["run_id"] else run_model(run_id)


def run_model(run_id: str, version: int = 0) -> "Model":
    """Return the model of any finished run; `version` separates promotions of the same run."""
    return _load_model(str(shop_paths().root), run_id, version)


@st.cache_resource(max_entries=3, show_spinner="Loading the model…")
def _load_model(root: str, run_id: str, version: int) -> "Model":
    return load_model(ShopPaths(Path(root)), run_id)


# ------------------------------------------------------------- choices of the filter bars


@st.cache_resource(max_entries=2, show_spinner=False)
def _choices(root: str, run_id: str, version: int) -> tuple[list[str], list[str]]:
    """Shoppers and categories to offer, of one run."""
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
    sets: dict[str, dict[str, float] | None] = {LIVE: None}
    draft = draft_weights(model.weights)
    if draft != dict(model.weights):
        sets[DRAFT] = draft
    for name, weights in list_presets(shop_paths()).items():
        known = {n: w for n, w in weights.items() if n in model.names}
        if any(known.values()):
            sets.setdefault(name, known)
    return sets


def preset_book(model: "Model", used: str) -> "PresetBook | None":
    """Return the presets that apply by themselves, for a page that shows the live weights; None for any others."""
    from recsys.workflows.lists import preset_book as read_book

    return read_book(shop_paths(), model) if used == LIVE else None


def is_simulated() -> bool:
    """Whether the shop's shoppers are made up."""
    info = newest_snapshot()
    return info is not None and info.simulated
