"""What shoppers did: counts by day and type, the funnel, bring more, see and undo what was imported."""

import streamlit as st

from ui import data, events_panel, frame, state
from ui.components import filter_bar, page_header
from ui.import_history import import_history
from ui.notices import simulated_notice
from ui.upload import upload_flow

PERIODS = (7, 28, 90, 365)

page_header(
    "Events",
    "What shoppers viewed, clicked, put in the cart and bought. Upload more in any order; repeats change nothing.",
)
simulated_notice()

counts = data.open_store().counts()
if counts.n_items == 0:
    frame.say_empty()
    st.stop()

events_panel.count_tiles(counts)
if counts.n_events:
    with filter_bar():
        days = st.segmented_control(
            "Period",
            PERIODS,
            default=28,
            required=True,
            format_func=lambda d: f"{d} days",
            key=state.PERIOD,
            bind="query-params",
            help="Counted back from the shop's last event, not from today.",
        )
    events_panel.by_day(days)
    events_panel.funnel(days)
upload_flow("events")
import_history("events")
