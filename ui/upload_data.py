"""What the upload flow reads, cached by file and version; one more place of `st.cache_*`, beside `data`."""

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from recsys.ingest.mapping import Kind, load_mapping
from recsys.settings import ShopPaths
from recsys.workflows.import_jobs import ImportJobs
from recsys.workflows.upload_box import drop_table
from ui import data
from ui.wording import t

if TYPE_CHECKING:
    import pandas as pd

    from recsys.ingest.media import Media
    from recsys.ingest.tables import RawTable
    from recsys.workflows.imports import ImportReport


def import_jobs() -> ImportJobs:
    """Return the imports of the shop on screen, the same object for every visitor."""
    return _import_jobs(str(data.shop_paths().root))


@st.cache_resource(max_entries=12, show_spinner=False, on_release=lambda jobs: jobs.close())
def _import_jobs(root: str) -> ImportJobs:
    return ImportJobs(data.open_store(), ShopPaths(Path(root)), on_done=lambda order: drop_table(order.table))


def read_upload(path: Path, options: "tuple[str | None, str | None, str | None]") -> "RawTable":
    """Return an uploaded table as it was read; kept while the person maps its columns.

    Parameters
    ----------
    path
        Where the upload lies.
    options
        Delimiter, encoding and sheet; None or empty finds out.
    """
    with st.spinner(t("Reading the file…")):
        return _read_upload(str(path), path.stat().st_mtime_ns, tuple(o or None for o in options))


@st.cache_resource(max_entries=4, ttl=3600, show_spinner=False)
def _read_upload(path: str, changed_ns: int, options: "tuple[str | None, ...]") -> "RawTable":
    from recsys.ingest.readers import read_table
    from recsys.ingest.tables import ReadOptions

    return read_table(Path(path), ReadOptions(*options))


def check_upload(kind: Kind, path: Path, pictures: Path | None, mapping: str, raw: "RawTable") -> "ImportReport":
    """Return what an import of this table with these pictures and this mapping would do; nothing is written.

    The pictures are looked at again only when they, or the rows that name them, have changed.
    """
    version = f"{data.shop_paths().root}:{data.open_store().data_version()}"
    arrived = None if pictures is None else pictures.read_text(encoding="utf-8")
    listed = None if pictures is None else str(pictures)
    with st.spinner(t("Checking every row…")):
        return _check_upload(kind, str(path), listed, arrived, mapping, version, raw)


@st.cache_resource(max_entries=8, ttl=3600, show_spinner=False)
def _check_upload(
    kind: Kind, path: str, pictures: str | None, arrived: str | None, mapping: str, version: str, _raw: "RawTable"
) -> "ImportReport":
    from recsys.workflows.import_check import check_table

    return check_table(
        data.open_store(),
        data.shop_paths(),
        kind,
        _raw,
        load_mapping(mapping, kind),
        Path(path).name,
        None if pictures is None else Path(pictures),
        memo=lambda key, compute: _pictures(f"{path}:{key}", compute),
    )


@st.cache_resource(max_entries=8, ttl=3600, show_spinner=False)
def _pictures(key: str, _compute: object) -> "Media | None":
    return _compute()  # type: ignore[operator]


def preview(kind: Kind, raw: "RawTable", mapping: str) -> "pd.DataFrame":
    """Return the first rows as they would be kept; not cached, since ten rows take a moment."""
    from recsys.workflows.import_check import preview_rows

    return preview_rows(kind, raw, load_mapping(mapping, kind), item_ids())


def item_ids() -> list[str]:
    """Return the ids of all products in the store."""
    return _item_ids(str(data.shop_paths().root), data.open_store().data_version())


@st.cache_resource(max_entries=4, show_spinner=False)
def _item_ids(root: str, version: str) -> list[str]:
    return data.open_store().item_ids()
