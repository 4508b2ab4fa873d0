"""Notices that must stand wherever figures appear."""

import streamlit as st

from ui import data
from ui.wording import t


def simulated_notice() -> None:
    """Say that the shoppers are made up, if they are; figures from a simulator claim nothing about real people."""
    info = data.newest_snapshot()
    if info is not None and info.simulated:
        note = t("These shoppers are made up. Figures show how the page works, not what a shop gains.")
        st.markdown(f":orange-badge[:material/science: {t('Simulated data')}] :gray[:small[{note}]]")
