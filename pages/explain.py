"""One shopper and one product: the sum term by term, the response term's features, the evidence, the place."""

import streamlit as st

from recsys.data.ranking import Filters
from recsys.explanation import explain_pair
from recsys.ranking import rank
from recsys.vocabulary import ItemScope
from ui import data, explain_panel, frame, item_choice, response_panel, shelf, state, variety
from ui.components import empty_state, filter_bar, page_header
from ui.notices import simulated_notice
from ui.text import plain_text

page_header("Explain", "Why one product stands where it stands for one shopper, term by term.")
model = frame.require_model()
weight_sets = data.weight_sets(model)
simulated_notice()

with filter_bar():
    shopper = st.selectbox(
        "Shopper",
        data.shoppers(),
        format_func=plain_text,
        accept_new_options=True,
        key=state.SHOPPER,
        bind="query-params",
        width=190,
        help="Type any shopper id. Somebody unknown is explained as a visitor without history.",
    )
    query = st.text_input(
        "Find a product", type="search", live="300ms", key="explain_query", width=200, placeholder="Title or id"
    )
    product_slot = st.container(width=300)
    used = st.selectbox(
        "Weights", list(weight_sets), format_func=plain_text, key=state.WEIGHT_SET, bind="query-params", width=150
    )
    with st.popover("Filters", icon=":material/filter_list:"):
        scope = st.segmented_control(
            "Products",
            [str(s) for s in ItemScope],
            default=str(ItemScope.ALL),
            required=True,
            format_func=str.capitalize,
            key=state.ITEMS,
            bind="query-params",
        )
        hide_seen = st.toggle("Hide what she has touched", key=state.HIDE_SEEN, bind="query-params")
        in_stock = st.toggle("On sale only", True, key=state.IN_STOCK, bind="query-params", help=shelf.ON_SALE_HELP)
        diversity = variety.variety_control()

filters = Filters(items=ItemScope(scope), exclude_seen=hide_seen, only_on_sale=in_stock)
request = shelf.build_request(model, shopper, filters, weight_sets[used], shelf.now(), shelf.PLACES_KNOWN, diversity)
top = [str(i) for i in rank(request, model).item_ids[: shelf.LIST_LENGTH]]
item_choice.follow_address(model)
options = item_choice.item_options(model, top, query)

with product_slot:
    item = st.selectbox(
        "Product",
        options,
        format_func=lambda i: item_choice.name_item(model.catalogue, top, i),
        key=state.ITEM,
        help="Her list, best first; search to reach any other product.",
    )

item_choice.write_address(item)
if item is None:
    empty_state(
        "No product to explain",
        "Nothing passes the filters, or nothing matches the search. Clear the search or loosen the filters.",
    )
else:
    found = explain_pair(model, request, model.catalogue.number(item))
    explain_panel.verdict(model, found)
    explain_panel.the_sum(found)
    explain_panel.evidence(model, found)
    explain_panel.response_waterfall(found)
    response_panel.response_quality(model)
