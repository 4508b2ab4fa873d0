"""Everything launched lately: how well it fits, who would want it and why, what exposure it has had."""

import streamlit as st

from recsys.discovery.new_items import tabulate_new_items
from ui import frame, new_items_panel, page_data
from ui.components import empty_state, filter_bar, page_header
from ui.notices import simulated_notice
from ui.text import number
from ui.wording import t, tn

page_header(
    t("New items"), t("Everything launched lately: who would want it, why, and whether anybody has seen it yet.")
)
simulated_notice()
model = frame.require_model()

with filter_bar():
    days = st.slider(
        t("Launched in the last … days"),
        1,
        page_data.NEW_ITEM_DAYS,
        28,
        key="launched",
        bind="query-params",
        width=320,
        help=t(
            "Counted back on the shop's own clock. Products without a launch date count from their first interaction."
        ),
    )
    unseen_only = st.toggle(t("Only unseen"), key="unseen", bind="query-params", help=t("No impression so far."))

found = page_data.new_items(model)
items, table = found.within(days), None
if items:
    table = tabulate_new_items(items, page_data.exposure_by_item())
    if unseen_only:
        table = table[table["impressions"] == 0].reset_index(drop=True)
        kept = set(table["item_id"])
        items = tuple(item for item in items if item.item_id in kept)
if not items or table is None:
    empty_state(
        t("Nothing was launched in these days"),
        t("Choose more days or all products, or import products with a launch date."),
        icon=":material/fiber_new:",
    )
else:
    new_items_panel.tiles(found, items, table)
    if found.n_found > len(found.items):
        new = tn("{n} product is new", "{n} products are new", found.n_found)
        st.info(t("{new}; the newest {n} are examined.", new=new, n=number(len(found.items))))
    chosen = new_items_panel.items_table(items, table, found)
    if chosen is not None:
        line = table[table["item_id"] == chosen.item_id].iloc[0]
        new_items_panel.item_card(chosen, line, found.list_length)
