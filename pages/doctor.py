"""What is wrong with products and pictures, worst first; decide on each finding, examine again after an import."""

import streamlit as st

from recsys.workflows.doctor_reports import read_dismissed
from recsys.workflows.doctor_view import summarise
from ui import data, doctor_data, doctor_panel, doctor_table, frame
from ui.components import page_header
from ui.notices import simulated_notice
from ui.wording import t

page_header(
    t("Doctor"),
    t("What is wrong with products and pictures, ranked by the exposure it costs."),
    doctor_panel.start_button if data.open_store().counts().n_items else None,
)
simulated_notice()

if data.open_store().counts().n_items == 0:
    frame.say_empty()
    st.stop()
running = doctor_panel.job_line()
report = doctor_data.doctor_report()
if report is None:
    if not running:
        doctor_panel.first_time()
    st.stop()

pointer = data.live_pointer()
doctor_panel.freshness(report, data.open_store().data_version(), pointer[0] if pointer else None)
dismissed = read_dismissed(data.shop_paths())
view = summarise(report, dismissed)
doctor_panel.tiles(view, report)
doctor_table.findings_browser(report, dismissed)
doctor_panel.by_check(view, report)
