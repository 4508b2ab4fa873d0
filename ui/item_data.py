"""What the item page and the resemblance search read, cached by run and data; one more place of `st.cache_*`."""

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from recsys.errors import RunError
from recsys.settings import ShopPaths
from recsys.vocabulary import Columns
from ui import data, page_data

if TYPE_CHECKING:
    import pandas as pd

    from recsys.ranking.item_neighbours import ItemNeighbours
    from recsys.ranking.model import Model
    from recsys.workflows.item_page import ItemView
    from recsys.workflows.resemble import Resembler


def view_item(item_id: str) -> "ItemView | None":
    """Return one product in full; None when the store has none of that id."""
    from recsys.workflows import item_page

    row = data.open_store().item(item_id)
    if row.empty:
        return None
    return item_page.view_item(row.iloc[0], page_data.exposure_by_item(), _tags_of_live_run())


def neighbours(item_id: str) -> "tuple[ItemNeighbours, ...] | None":
    """Return its nearest products by text, image and behaviour in the live run; None when that does not know it."""
    pointer = data.live_pointer()
    if pointer is None:
        return None
    return _neighbours(str(data.shop_paths().root), *pointer, item_id, data.live_model())


@st.cache_resource(max_entries=256, ttl=3600, show_spinner=False)
def _neighbours(
    root: str, run_id: str, version: int, item_id: str, _model: "Model"
) -> "tuple[ItemNeighbours, ...] | None":
    from recsys.workflows.item_page import neighbours_of

    return neighbours_of(_model, item_id)


def _tags_of_live_run() -> "pd.DataFrame | None":
    """Tags of the live run's pictures; None when there is no run, or it has none."""
    pointer = data.live_pointer()
    return None if pointer is None else _tags(str(data.shop_paths().root), pointer[0])


@st.cache_resource(max_entries=4, show_spinner=False)
def _tags(root: str, run_id: str) -> "pd.DataFrame | None":
    from recsys.training.picture_tags import read_tags

    try:
        return read_tags(ShopPaths(Path(root)), run_id)
    except RunError:
        return None  # trained without pictures or fine-tuning; the page says so


def titles(item_ids: list[str]) -> "pd.DataFrame":
    """Return picture, title and price of some products of the live run, in the order asked."""
    frame = data.live_model().catalogue.frame.set_index(Columns.ITEM)
    return frame.loc[item_ids, [Columns.TITLE, Columns.PRICE, Columns.CURRENCY, Columns.IMAGES]].reset_index()


def resembler() -> "Resembler":
    """Return what answers for the live run; its child process starts at the first question."""
    pointer = data.live_pointer()
    model = data.live_model()
    return _resembler(str(data.shop_paths().root), *(pointer or ("", 0)), model)


@st.cache_resource(max_entries=2, ttl=7200, show_spinner=False, on_release=lambda asked: asked.close())
def _resembler(root: str, run_id: str, version: int, _model: "Model") -> "Resembler":
    from recsys.workflows.resemble import Resembler

    return Resembler(ShopPaths(Path(root)), _model)
