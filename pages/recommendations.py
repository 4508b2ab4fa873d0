"""What one shopper is shown, in rank order, with the reasons; another set of weights beside the live one."""

import streamlit as st

from recsys.data.ranking import Filters
from recsys.vocabulary import ItemScope
from ui import board, charts, data, frame, shelf, shelf_parts, state, variety
from ui.components import empty_state, export_button, filter_bar, page_header
from ui.text import plain_text, plural, safe_text

page_header("Recommendations", "What one shopper is shown, in rank order. Open a product to see why it is there.")
model = frame.require_model()
weight_sets = data.weight_sets(model)

with filter_bar():
    shopper = st.selectbox(
        "Shopper",
        data.shoppers(),
        format_func=plain_text,
        accept_new_options=True,
        key=state.SHOPPER,
        bind="query-params",
        width=210,
        help="Type any shopper id. Somebody unknown gets the list for people without history.",
    )
    category = st.selectbox(
        "Category",
        data.categories(),
        index=None,
        placeholder="All categories",
        format_func=plain_text,
        key=state.CATEGORY,
        bind="query-params",
        width=230,
    )
    used = st.selectbox(
        "Weights",
        list(weight_sets),
        format_func=plain_text,
        key=state.WEIGHT_SET,
        bind="query-params",
        width=170,
        help="Live, a saved preset, or the draft you are trying in Fusion.",
    )
    view = st.segmented_control(
        "View", ["Grid", "Compare"], default="Grid", required=True, key=state.VIEW, bind="query-params"
    )
    diversity = variety.variety_control()
    with st.popover("More filters", icon=":material/filter_list:"):
        items = st.segmented_control(
            "Products",
            [str(scope) for scope in ItemScope],
            default=str(ItemScope.ALL),
            required=True,
            format_func=str.capitalize,
            key=state.ITEMS,
            bind="query-params",
            help="New: nobody has touched it in the run's data. Warm: the others.",
        )
        hide_seen = st.toggle("Hide what she has touched", key=state.HIDE_SEEN, bind="query-params")
        in_stock = st.toggle(
            "On sale only", value=True, key=state.IN_STOCK, bind="query-params", help=shelf.ON_SALE_HELP
        )

filters = Filters(ItemScope(items), hide_seen, (category,) if category else (), in_stock)
weights, at = weight_sets[used], shelf.now()
found = shelf.build_shelf(model, shopper or "", filters, weights, at, diversity, data.preset_book(model, used))
colors = charts.component_colors(found.components)

shelf_parts.shopper_strip(found)


@st.fragment(key="list")
def draw_list() -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        shown = f"{len(found.cards)} of {plural(found.n_eligible, 'eligible product')}"
        moved = f" · {found.n_stay} of the live top {len(found.live_cards)} stay" if found.differs else ""
        source = f" · weights of {safe_text(found.request.weights_from)}" if found.request.weights_from else ""
        st.markdown(f":gray[{shown}{moved}{source}]")
        shelf_parts.legend(found.components, colors)
        variety.trace_popover(found.ranking, model.catalogue)
        export_button(lambda: shelf.export_frame(found.ranking, model.catalogue), "recommendations.csv")
    if view == "Compare":
        shelf_parts.compare(found, used)
    else:
        board.draw_board(
            found.cards, key="board", label="Ranked products", colors=colors, on_action=shelf_parts.remember_click
        )
    chosen = st.session_state.pop(state.WHY, None)
    if chosen:
        shelf_parts.why_drawer(model, shopper or "", chosen, filters, found.request.weights, at, diversity)


if found.cards:
    draw_list()
else:
    empty_state("Nothing passes these filters", "Choose all products, another category, or show what is not on sale.")
