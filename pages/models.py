"""Every run: what serves whom, how good each is, what would change with another, and every switch between them."""

import streamlit as st

from recsys.training.live import live_pointer
from recsys.workflows.run_history import list_trainings
from ui import address, data, frame, model_compare, model_history, model_serving, model_table, runs_panel, state
from ui.components import page_header
from ui.notices import simulated_notice
from ui.wording import t

page_header(t("Models"), t("Every run of this shop: whom it serves, how good it is, and what another would change."))
simulated_notice()

paths = data.shop_paths()
rows = [row for row in list_trainings(paths) if row.record is not None]
if not rows:
    runs_panel.no_runs()
    frame.link("training", t("Open Training"), icon=":material/arrow_forward:")
    st.stop()

pointer = live_pointer(paths)
model_serving.serving_strip(paths)
model_table.runs_table(paths, rows, pointer)

by_id = {row.run_id: row for row in rows}
names = {row.run_id: model_table.run_label(row, pointer) for row in rows}
live = str(pointer["run_id"]) if pointer["run_id"] in names else rows[0].run_id
with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="filters"):
    chosen = address.choose(t("Run"), names, key=state.RUN, default=live, width=310)
    view = address.choose(
        t("Show"),
        {"run": t("This run"), "compare": t("Comparison"), "decisions": t("Decisions")},
        key=state.MODELS_VIEW,
        default="run",
    )
    others = {run_id: label for run_id, label in names.items() if run_id != chosen}
    against = None
    if view == "compare" and others:
        usual = live if live in others else next(iter(others))
        against = by_id[address.choose(t("Compare with"), others, key=state.AGAINST, default=usual, width=310)]

if view == "run":
    model_table.run_card(paths, by_id[chosen], pointer)
elif view == "decisions":
    model_history.decisions_panel(paths)
elif against is None:
    model_compare.nothing_to_compare()
else:
    model_compare.compare_panel(paths, by_id[chosen], against)
