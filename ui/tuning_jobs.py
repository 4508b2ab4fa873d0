"""Search better settings, or the front of trade-offs, as jobs beside the trainings; train with what was found."""

import streamlit as st

from recsys.settings import ShopPaths
from recsys.training.config import TrainingConfig
from recsys.training.jobs import JobKind
from recsys.workflows.tuning import SearchFound, list_found
from ui.components import heading
from ui.text import safe_text, signed
from ui.training_form import Order, start
from ui.wording import t, tn


def tuning_panel(paths: ShopPaths, order: Order, has_live: bool) -> None:
    """Draw both searches and what the last ones found.

    Parameters
    ----------
    paths
        The shop.
    order
        The settings chosen above, which a search begins with.
    has_live
        Whether a run is live, whose trade-offs can be found.
    """
    with st.expander(t("Search for something better"), icon=":material/travel_explore:", key="tuning_jobs"):
        left, right = st.columns(2, gap="medium")
        with left:
            _search(paths, order)
        with right:
            _front(paths, has_live)
        for found in list_found(paths):
            _found(paths, found)


def _search(paths: ShopPaths, order: Order) -> None:
    """Search settings of the components."""
    heading(t("Settings of the components"), t("begins with what is chosen above; the test days are not looked at"))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        minutes = st.number_input(t("Minutes"), 1, 600, 15, key="search_minutes", width=130)
        if st.button(t("Search settings"), icon=":material/search:", key="start_search"):
            wanted = Order(order.config, ("--minutes", str(int(minutes))), t("Search settings"))
            if start(paths, wanted, JobKind.SEARCH):
                st.rerun()


def _front(paths: ShopPaths, has_live: bool) -> None:
    """Find the front of trade-offs of the live run."""
    heading(t("Trade-offs of the live run"), t("recall against variety, novelty and more; Fusion shows the front"))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        trials = st.number_input(t("Weights to try"), 100, 10_000, 1200, step=100, key="front_trials", width=130)
        if st.button(t("Find trade-offs"), icon=":material/scatter_plot:", key="start_front", disabled=not has_live):
            wanted = Order(TrainingConfig(), ("--trials", str(int(trials))), t("Trade-offs of the live run"))
            if start(paths, wanted, JobKind.PARETO):
                st.rerun()


def _found(paths: ShopPaths, found: SearchFound) -> None:
    """One search: what it gained on shoppers it did not use, and training with it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", horizontal_alignment="distribute"):
        gain = f"{signed(found.gain)} ({signed(found.low)} to {signed(found.high)})"
        tried = tn("{n} setting tried", "{n} settings tried", found.n_trials)
        verdict = (
            t("Better: objective {gain} on shoppers it did not use", gain=gain)
            if found.adopted
            else t("Nothing better was found: objective {gain} on shoppers it did not use", gain=gain)
        )
        st.markdown(f"{verdict} :gray[:small[{tried} · {safe_text(found.job_id)}]]")
        if found.adopted and st.button(
            t("Train with it"), icon=":material/play_arrow:", key=f"train_found_{found.job_id}"
        ):
            order = Order(TrainingConfig.from_json(found.config), ("--no-promote",), t("Found settings"))
            if start(paths, order):
                st.rerun()
