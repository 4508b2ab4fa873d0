"""The products the shop has: what is there, one product in full, bring more, what something resembles, undo."""

import streamlit as st

from ui import address, catalogue_panel, data, state
from ui.components import page_header
from ui.import_history import import_history
from ui.item_page import item_page
from ui.resemble_panel import resemble_panel
from ui.upload import upload_flow
from ui.wording import mark, t

# Code in the address to the name of each part of the page, in the order of their tabs.
VIEWS = {
    "products": mark("Products"),
    "upload": mark("Upload"),
    "resemble": mark("Find alike"),
}

page_header(t("Catalogue"), t("The shop's products and pictures: look at them, bring more, undo what was imported."))

counts = data.open_store().counts()
asked = st.query_params.get(state.ITEM)
if asked:
    item_page(asked)
    st.stop()

catalogue_panel.count_tiles(counts)
view = address.choose(
    t("Part of the page"),
    {code: t(name) for code, name in VIEWS.items()},
    key=state.CATALOGUE_VIEW,
    default="products" if counts.n_items else "upload",
)
if view == "products":
    catalogue_panel.items_browser()
elif view == "resemble":
    resemble_panel()
else:
    upload_flow("catalogue")
    import_history("catalogue")
if counts.n_items and not counts.n_events:
    st.info(t("Next: upload events, so that behaviour can be learned."), icon=":material/arrow_forward:")
