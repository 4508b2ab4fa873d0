"""Set up a training, see what it will take, watch it, queue more; retrain by itself; how earlier ones ended."""

import streamlit as st

from recsys.training.jobs import running_job
from recsys.training.queue import list_waiting
from recsys.workflows.run_history import list_trainings
from ui import data, frame, runs_panel, state, training_form
from ui.components import page_header
from ui.job_panel import job_panel
from ui.notices import simulated_notice
from ui.queue_panel import queue_panel
from ui.schedule_panel import schedule_panel
from ui.tuning_jobs import tuning_panel
from ui.wording import t

page_header(
    t("Training"),
    t("Learn from the shop's newest data in a process of its own. You can leave this page; it keeps going."),
)
simulated_notice()

paths = data.shop_paths()
if not paths.store.exists():
    frame.say_empty()
    st.stop()

counts = data.open_store().counts()
if counts.n_items == 0:
    frame.say_empty()
    st.stop()

job, rows = running_job(paths), list_trainings(paths)
busy = job is not None or bool(list_waiting(paths))
followed = job.run_id if job else st.session_state.get(state.JOB)
with st.container(key="at_work"):  # always there, so that what stands below keeps its place
    if followed is not None and (job or runs_panel.is_known(paths, followed)):
        st.session_state[state.JOB] = followed
        job_panel(paths, followed)
        runs_panel.outcome_panel(paths, followed)
    queue_panel(paths)

has_live = data.live_pointer() is not None
order, pressed = training_form.settings_form(rows, counts.n_events, counts.n_items, busy, has_live)
if pressed and training_form.start(paths, order):
    st.rerun()

tuning_panel(paths, order, has_live)
schedule_panel(paths)
if rows:
    runs_panel.trainings_table(rows)
elif followed is None:
    runs_panel.no_runs()
