"""Notices that must stand wherever figures appear."""

from typing import TYPE_CHECKING

import streamlit as st

from ui import data
from ui.text import safe_text
from ui.wording import t

if TYPE_CHECKING:
    from recsys.ranking.model import Model


def simulated_notice() -> None:
    """Say that the shoppers are made up, if they are; figures from a simulator claim nothing about real people."""
    info = data.newest_snapshot()
    if info is not None and info.simulated:
        note = t("These shoppers are made up. Figures show how the page works, not what a shop gains.")
        st.markdown(f":orange-badge[:material/science: {t('Simulated data')}] :gray[:small[{note}]]")


def canary_notice(model: "Model") -> None:
    """Say that a list is made by the canary, if it is."""
    pointer = data.live_pointer()
    if pointer is not None and model.run_id != pointer[0]:
        note = t("Run {run} serves her, as it does a share of the shoppers.", run=safe_text(model.run_id))
        st.markdown(f":violet-badge[:material/flare: {t('Canary')}] :gray[:small[{note}]]")
