"""Start a training, watch it, look at the runs, promote or roll back."""

import streamlit as st

from recsys.training.jobs import running_job
from recsys.workflows.run_history import list_trainings
from ui import data, frame, runs_panel, state, training_form
from ui.components import page_header
from ui.job_panel import job_panel
from ui.notices import simulated_notice

page_header(
    "Training", "Learn from the shop's newest data in a process of its own. You can leave this page; it keeps going."
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

job = running_job(paths)
rows = list_trainings(paths)
estimate = training_form.tell_estimate(rows, counts.n_events, counts.n_items)
asked = training_form.settings_form(job is not None, data.live_pointer() is not None, estimate)
if asked is not None:
    started = training_form.start(paths, *asked)
    if started is not None:
        st.session_state[state.JOB] = started
        st.rerun()
    job = running_job(paths)  # refused: another click or tab was quicker, and its training is the one to watch

followed = job.run_id if job else st.session_state.get(state.JOB)
if followed is not None:
    st.session_state[state.JOB] = followed
    job_panel(paths, followed)

if rows:
    chosen = runs_panel.runs_table(rows)
    if chosen is not None:
        runs_panel.run_card(paths, chosen)
elif followed is None:
    runs_panel.no_runs()
