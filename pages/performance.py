"""What the shown lists brought, and how good the live run is on days it had not seen."""

import streamlit as st

from recsys.vocabulary import Warmth
from recsys.workflows.performance import list_placements
from ui import data, figure_words, page_data, performance_panel, state
from ui.components import empty_state, filter_bar, page_header
from ui.notices import simulated_notice
from ui.offline_panel import offline_quality
from ui.text import plain_text

PERIODS = (7, 28, 90)

page_header("Performance", "Clicks, carts, purchases and revenue of the lists that were shown, with 95% intervals.")
simulated_notice()

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
    found = page_data.shown_outcomes(days)
    placements = list_placements(found[0]) if found else []
    placement = st.selectbox(
        "Placement",
        placements,
        index=None,
        placeholder="All placements",
        format_func=plain_text,
        key=state.PLACEMENT,
        bind="query-params",
        width=220,
    )
    warmth = st.segmented_control(
        "Products",
        [figure_words.ANY, *(str(w) for w in Warmth)],
        default=figure_words.ANY,
        required=True,
        format_func=figure_words.name_warmth,
        key=state.WARMTH,
        bind="query-params",
        help=figure_words.WARMTH_HELP,
    )

view = page_data.performance_view(days, placement, figure_words.read_warmth(warmth))
if view is None:
    empty_state(
        "No events yet",
        "Import events with impressions: they are counted here from the next import or training on.",
        icon=":material/monitoring:",
        command=data.shop_command("import events FILE"),
    )
elif view.figures.impressions == 0:
    empty_state(
        "Nothing was shown in this period",
        "Choose a longer period, all placements or all products. Impressions need a request id to be counted.",
        icon=":material/visibility_off:",
    )
else:
    performance_panel.summary_line(view)
    performance_panel.tiles(view)
    performance_panel.rate_by_day(view)
    performance_panel.segments_table(view)
    chosen = performance_panel.items_table(view)
    if chosen is not None:
        performance_panel.item_card(view, chosen)

offline_quality()
