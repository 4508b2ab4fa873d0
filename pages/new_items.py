"""Everything launched lately: how well it fits, who would want it and why, what exposure it has had."""

import streamlit as st

from recsys.discovery.new_items import tabulate_new_items
from ui import frame, new_items_panel, page_data
from ui.components import empty_state, filter_bar, page_header
from ui.notices import simulated_notice
from ui.text import plural

page_header("New items", "Everything launched lately: who would want it, why, and whether anybody has seen it yet.")
simulated_notice()
model = frame.require_model()

with filter_bar():
    days = st.slider(
        "Launched in the last … days",
        1,
        page_data.NEW_ITEM_DAYS,
        28,
        key="launched",
        bind="query-params",
        width=320,
        help="Counted back on the shop's own clock. Products without a launch date count from their first interaction.",
    )

found = page_data.new_items(model)
items = found.within(days)
if not items:
    empty_state(
        "Nothing was launched in these days",
        "Choose more days, or import products with a launch date.",
        icon=":material/fiber_new:",
    )
else:
    table = tabulate_new_items(items, page_data.exposure_by_item())
    new_items_panel.tiles(found, items, table)
    if found.n_found > len(found.items):
        st.info(f"{plural(found.n_found, 'product')} are new; the newest {len(found.items)} are examined.")
    chosen = new_items_panel.items_table(items, table, found)
    if chosen is not None:
        line = table[table["item_id"] == chosen.item_id].iloc[0]
        new_items_panel.item_card(chosen, line, found.list_length)
