"""What shoppers did: counts by day and type, the funnel, what cannot be right, bring more, undo an import."""

import streamlit as st

from ui import data, doctor_data, event_sanity_panel, events_panel, frame
from ui.components import filter_bar, page_header
from ui.import_history import import_history
from ui.notices import simulated_notice
from ui.scope import period_control
from ui.upload import upload_flow
from ui.wording import t

PERIODS = (7, 28, 90, 365)

page_header(
    t("Events"),
    t("What shoppers viewed, clicked, put in the cart and bought. Upload more in any order; repeats change nothing."),
)
simulated_notice()

counts = data.open_store().counts()
if counts.n_items == 0:
    frame.say_empty()
    st.stop()

events_panel.count_tiles(counts)
if counts.n_events:
    with filter_bar():
        days = period_control(PERIODS)
    events_panel.by_day(days)
    events_panel.funnel(days)
    event_sanity_panel.sanity(doctor_data.event_report())
upload_flow("events")
import_history("events")
