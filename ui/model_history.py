"""What was decided about runs: promotions, canaries, roll-backs, deletions, each with its reason."""

import pandas as pd
import streamlit as st

from recsys.settings import ShopPaths
from recsys.training.decisions import Action, list_decisions
from ui.components import empty_state, export_button, heading
from ui.text import cell_text
from ui.wording import mark, t

_ACTIONS = {
    Action.PROMOTE: mark("Promoted"),
    Action.ROLL_BACK: mark("Rolled back to"),
    Action.CANARY: mark("Canary"),
    Action.END_CANARY: mark("Canary ended"),
    Action.DELETE: mark("Deleted"),
}


def decisions_panel(paths: ShopPaths) -> None:
    """Draw the decisions, newest first."""
    frame = decisions_frame(paths)
    if frame.empty:
        empty_state(t("No decision yet"), t("Promotions, canaries, roll-backs and deletions will stand here."))
        return
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading(t("Decisions"), t("newest first, with the reason given"))
            export_button(lambda: decisions_frame(paths), "decisions.csv", label=t("Export"))
        st.dataframe(frame, hide_index=True, key="decisions", alt=t("What was decided about runs, newest first."))


def decisions_frame(paths: ShopPaths) -> pd.DataFrame:
    """Return one row per decision."""
    found = list_decisions(paths)
    return pd.DataFrame(
        {
            t("When (UTC)"): [d.at[:16].replace("T", " ") for d in found],
            t("What"): [t(_ACTIONS[d.action]) for d in found],
            t("Run"): [d.run_id for d in found],
            t("Why"): [cell_text(d.reason, 300) for d in found],
            t("Detail"): [cell_text(d.detail, 300) for d in found],
        }
    )
