"""What matters now, in ten seconds."""

import streamlit as st

from ui import data, frame, overview_parts, page_data, state
from ui.components import empty_state, filter_bar, page_header
from ui.notices import simulated_notice

PERIODS = (7, 28, 90)

page_header("Today", "The shop at a glance: what shown lists brought, what is new, what needs you.")
if not data.shop_paths().store.exists():
    frame.say_empty()
    st.stop()
simulated_notice()

bar = filter_bar()
with bar:
    days = st.segmented_control(
        "Period",
        PERIODS,
        default=28,
        required=True,
        format_func=lambda d: f"{d} days",
        key=state.PERIOD,
        bind="query-params",
        help="Counted back from the shop's last event and compared with as many days before.",
    )

view = page_data.overview(days)
if view is None:
    frame.say_empty()
    st.stop()

with bar:
    overview_parts.freshness(view, simulated=data.is_simulated())
if view.performance is None or view.performance.figures.impressions == 0:
    empty_state(
        "No list was shown in this period",
        "Import events with impressions and a request id, and click-through, conversion and revenue appear here.",
        icon=":material/visibility_off:",
        command=data.shop_command("import events FILE"),
        action=lambda: frame.link("events", "Import events", icon=":material/upload_file:"),
    )
else:
    overview_parts.tiles(view)
if view.trained_at is None:
    frame.say_no_run()
overview_parts.newest(view)
left, right = st.columns([5, 3], gap="medium")
with left:
    overview_parts.attention(view)
with right:
    overview_parts.shortcuts(data.shoppers() if view.trained_at is not None else [])
