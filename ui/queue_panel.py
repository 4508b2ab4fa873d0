"""The trainings that wait: their order, up, down and out."""

import pandas as pd
import streamlit as st

from recsys.settings import ShopPaths
from recsys.training.jobs import JobKind
from recsys.training.queue import Waiting, list_waiting, move_waiting, remove_waiting
from ui.components import heading
from ui.errors import shown
from ui.text import safe_text
from ui.wording import t, tn


def queue_panel(paths: ShopPaths) -> None:
    """Draw what waits; nothing where nothing does. Looks again every few seconds, since it empties by itself."""
    with shown():
        n_waiting = len(list_waiting(paths))
        if n_waiting:
            st.fragment(_panel, run_every=3.0)(paths, n_waiting)


def _panel(paths: ShopPaths, n_before: int) -> None:
    with shown():
        waiting = list_waiting(paths)
        if len(waiting) != n_before:  # the next one started, or another tab changed the queue: the whole page shows it
            st.rerun()
        with st.container(border=True, key="queue_panel", gap="xsmall"):
            note = t("they start by themselves, the newest data is read then; a restart keeps them")
            heading(tn("{n} training waits", "{n} trainings wait", len(waiting)), note)
            for place, entry in enumerate(waiting, 1):
                _entry(paths, entry, place, len(waiting))


def _entry(paths: ShopPaths, entry: Waiting, place: int, n: int) -> None:
    """One line with its buttons."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        asked = pd.Timestamp(entry.asked_at).strftime("%H:%M")
        live = t("goes live") if "--promote" in entry.extra else t("promoted by hand")
        live = live if entry.kind is JobKind.TRAIN else t("search")
        title = safe_text(entry.title or entry.run_id)
        st.markdown(
            f"**{place}.** {title} :gray[:small[{t('asked {time} UTC', time=asked)} · {live}]]", width="stretch"
        )
        _button(paths, entry, ":material/arrow_upward:", t("Earlier"), -1, place == 1)
        _button(paths, entry, ":material/arrow_downward:", t("Later"), 1, place == n)
        st.button(
            t("Remove"),
            icon=":material/close:",
            type="tertiary",
            key=f"dequeue_{entry.run_id}",
            on_click=_remove,
            args=(paths, entry.run_id),
        )


def _button(paths: ShopPaths, entry: Waiting, icon: str, label: str, by: int, disabled: bool) -> None:
    st.button(
        label,
        icon=icon,
        type="tertiary",
        key=f"move_{by}_{entry.run_id}",
        on_click=_move,
        args=(paths, entry.run_id, by),
        disabled=disabled,
    )


def _move(paths: ShopPaths, run_id: str, by: int) -> None:
    with shown():
        move_waiting(paths, run_id, by)


def _remove(paths: ShopPaths, run_id: str) -> None:
    with shown():
        remove_waiting(paths, run_id)
