"""What the shown lists brought, and how good the live run is on days it had not seen."""

import streamlit as st

from recsys.vocabulary import Warmth
from recsys.workflows.performance import list_placements
from ui import address, data, figure_words, page_data, performance_items, performance_panel, scope, state
from ui.components import empty_state, filter_bar, page_header
from ui.figure_tiles import figure_tiles
from ui.notices import simulated_notice
from ui.offline_panel import offline_quality
from ui.text import plain_text
from ui.wording import t

page_header(
    t("Performance"), t("Clicks, carts, purchases and revenue of the lists that were shown, with 95% intervals.")
)
shown = address.choose(
    t("Show"),
    {"lists": t("Shown lists"), "offline": t("Held-out days")},
    key=state.EVIDENCE,
    default="lists",
    help=t("What shoppers did with the lists they were shown, or how good the live run is on days it had not seen."),
)
if shown == "offline":
    offline_quality()
    st.stop()
simulated_notice()

with filter_bar():
    days = scope.period_control()
    compare = scope.compare_control(page_data.possible_comparisons(days))
    found = page_data.shown_outcomes(days, compare)
    placement = st.selectbox(
        t("Placement"),
        list_placements(found[0]) if found else [],
        index=None,
        placeholder=t("All placements"),
        format_func=plain_text,
        key=state.PLACEMENT,
        bind="query-params",
        width=170,
    )
    segment = scope.segment_control()
    warmth = address.choose(
        t("Products"),
        {scope.ANY: t("All")} | {str(w): figure_words.warmth_name(w) for w in Warmth},
        key=state.WARMTH,
        default=scope.ANY,
        help=figure_words.warmth_help(),
    )

kept = None if warmth == scope.ANY else Warmth(warmth)
view = page_data.performance_view(days, placement, kept, segment, compare)
if view is None:
    empty_state(
        t("No events yet"),
        t("Import events with impressions: they are counted here from the next import or training on."),
        icon=":material/monitoring:",
        command=data.shop_command("import events FILE"),
    )
elif view.figures.impressions == 0:
    empty_state(
        t("Nothing was shown in this period"),
        t("Choose a longer period, all placements or all products. Impressions need a request id to be counted."),
        icon=":material/visibility_off:",
    )
else:
    performance_panel.summary_line(view)
    with st.grid(4, min_column_width=200):
        figure_tiles(view, figure_words.TILES)
    performance_panel.figure_by_day(view)
    performance_panel.share_card(page_data.sales_share(days, compare), view.currency)
    performance_panel.breakdown_table(view)
    chosen = performance_items.items_table(view)
    if chosen is not None:
        performance_items.item_card(view, chosen)
