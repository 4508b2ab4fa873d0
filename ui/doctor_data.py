"""What the Doctor page and event sanity read, cached by version; one more place of `st.cache_*`, beside `data`."""

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from recsys.settings import ShopPaths
from recsys.workflows.doctor_reports import DoctorReport, read_report, report_stamp
from ui import data

if TYPE_CHECKING:
    from recsys.doctor.events.contract import EventReport


def doctor_report() -> DoctorReport | None:
    """Return the report kept last, None before the first."""
    paths = data.shop_paths()
    stamp = report_stamp(paths)
    return _report(str(paths.root), stamp) if stamp else None


@st.cache_resource(max_entries=4, show_spinner=False)
def _report(root: str, stamp: int) -> DoctorReport | None:
    return read_report(ShopPaths(Path(root)))


def event_report() -> "EventReport":
    """Return what event sanity says of everything stored, computed once per state of the store."""
    return _event_report(str(data.shop_paths().root), data.open_store().data_version())


@st.cache_resource(max_entries=4, show_spinner="Looking for what cannot be right…")
def _event_report(root: str, stored_version: str) -> "EventReport":
    from recsys.workflows.event_sanity import check_events

    return check_events(data.open_store())
