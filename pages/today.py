"""What matters now, in ten seconds."""

import streamlit as st

from ui import data, frame, one_page, overview_parts, page_data, scope
from ui.components import empty_state, filter_bar, page_header
from ui.notices import simulated_notice
from ui.wording import t

page_header(t("Today"), t("The shop at a glance: what shown lists brought, what is new, what needs you."))
if not data.shop_paths().store.exists():
    frame.say_empty()
    st.stop()
simulated_notice()

bar = filter_bar()
with bar:
    days = scope.period_control()
    compare = scope.compare_control(page_data.possible_comparisons(days))

view = page_data.overview(days, compare)
if view is None:
    frame.say_empty()
    st.stop()

with bar:
    one_page.export_pdf(view, simulated=data.is_simulated())
overview_parts.freshness(view, simulated=data.is_simulated())
if view.has_figures:
    overview_parts.tiles(view)
else:
    empty_state(
        t("No list was shown in this period"),
        t("Import events with impressions and a request id, and click-through, conversion and revenue appear here."),
        icon=":material/visibility_off:",
        command=data.shop_command("import events FILE"),
        action=lambda: frame.link("events", t("Import events"), icon=":material/upload_file:"),
    )
if view.fresh.trained_at is None:
    frame.say_no_run()
left, right = st.columns([3, 1], gap="medium")
with left:
    overview_parts.attention(view)
with right:
    overview_parts.shortcuts(page_data.shopper_seen_last() if view.fresh.trained_at is not None else None)
overview_parts.newest(view)
