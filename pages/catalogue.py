"""The products the shop has: what is there, bring more, see and undo what was imported."""

import streamlit as st

from ui import catalogue_panel, data
from ui.components import page_header
from ui.import_history import import_history
from ui.upload import upload_flow

page_header(
    "Catalogue", "The shop's products and pictures. Upload a file, see every problem first, then import it in one go."
)

counts = data.open_store().counts()
catalogue_panel.count_tiles(counts)
upload_flow("catalogue")
if counts.n_items:
    catalogue_panel.items_browser()
import_history("catalogue")
if counts.n_items and not counts.n_events:
    st.info("Next: upload events, so that behaviour can be learned.", icon=":material/arrow_forward:")
