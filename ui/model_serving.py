"""Which run serves whom: the live run, its canary, the way back; and every button that changes it, asked first."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import streamlit as st

from recsys.settings import ShopPaths
from recsys.training.care import delete_run, why_kept
from recsys.training.gates import failed, read_gates
from recsys.training.live import MOST_CANARY_SHARE, end_canary, live_pointer, promote, roll_back, start_canary
from recsys.training.runs import RunRecord, show_run
from ui import charts
from ui.components import heading
from ui.errors import shown
from ui.gates_panel import GATE_WORDS
from ui.text import percent, safe_text
from ui.wording import t


def serving_strip(paths: ShopPaths) -> None:
    """Draw who is served by which run, and what can be done about it."""
    pointer = live_pointer(paths)
    with st.container(border=True, key="serving"):
        heading(t("Serving now"), t("a shopper always gets the same run; her id decides"))
        if pointer["run_id"] is None:
            st.markdown(f":gray[{t('No run is live. Choose one below and promote it.')}]")
            return
        canary = pointer["canary"]
        share = float(canary["share"]) if canary else 0.0
        _bar(pointer, share)
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            if canary:
                _canary_buttons(paths, pointer, canary)
            if pointer["previous"] and st.button(t("Roll back"), icon=":material/undo:", key="roll_back"):
                _ask(t("Roll back?"), "undo", _confirm_roll_back, paths, pointer)


def _bar(pointer: Mapping[str, Any], share: float) -> None:
    """Shares of the shoppers as one bar with its words beneath."""
    canary = pointer["canary"]
    parts = [(t("Live"), str(pointer["run_id"]), 1.0 - share, "text")]
    parts += [(t("Canary"), str(canary["run_id"]), share, "image")] if canary else []
    option = {
        "animation": False,
        "grid": {"left": 0, "right": 0, "top": 0, "bottom": 0},
        "xAxis": {"type": "value", "max": 1, "show": False},
        "yAxis": {"type": "category", "data": [""], "show": False},
        "series": [
            {
                "type": "bar",
                "stack": "all",
                "name": f"{word} {run}",
                "barWidth": 12,
                "data": [part],
                "itemStyle": {"color": charts.component_colors([colour])[0]},
            }
            for word, run, part, colour in parts
        ],
    }
    told = "; ".join(t("{word} {run} serves {share}", word=w, run=r, share=percent(s, 0)) for w, r, s, _ in parts)
    st.echarts_chart(option, height=16, key="serving_bar", alt=told)
    badges = {"text": ":blue-badge[:material/bolt: {}]", "image": ":orange-badge[:material/flare: {}]"}
    lines = [
        f"{badges[c].format(w)} **{safe_text(r)}** :gray[{t('{share} of the shoppers', share=percent(s, 0))}]"
        for w, r, s, c in parts
    ]
    if pointer["previous"]:
        lines.append(f":gray[:small[{t('Before: {run}', run=safe_text(pointer['previous'][0]))}]]")
    st.markdown(" &emsp; ".join(lines))


def _canary_buttons(paths: ShopPaths, pointer: Mapping[str, Any], canary: Mapping[str, Any]) -> None:
    """Promote, change or end the canary."""
    if st.button(t("Promote the canary"), icon=":material/publish:", key="promote_canary"):
        lost = [f.name for f in failed(read_gates(show_run(paths, canary["run_id"])))]
        _ask(t("Make this run live?"), "publish", _confirm_promotion, paths, canary["run_id"], lost, pointer)
    if st.button(t("Change share"), icon=":material/tune:", key="change_canary"):
        _ask(t("Try on a share of the shoppers"), "flare", _confirm_canary, paths, canary["run_id"], pointer)
    if st.button(t("End the canary"), icon=":material/stop_circle:", key="end_canary"):
        with shown():
            end_canary(paths, pointer["version"])
            st.rerun()


def run_actions(paths: ShopPaths, record: RunRecord) -> None:
    """Draw what can be done with one run: promote, try on a share, delete."""
    pointer = live_pointer(paths)
    canary = pointer["canary"] or {}
    if record.run_id != pointer["run_id"]:
        names = [f.name for f in failed(read_gates(record))]
        look: Literal["primary", "secondary"] = "secondary" if names else "primary"
        if st.button(t("Promote"), icon=":material/publish:", type=look, key="promote"):
            _ask(t("Make this run live?"), "publish", _confirm_promotion, paths, record.run_id, names, pointer)
        may_try = pointer["run_id"] is not None and record.run_id != canary.get("run_id")
        if may_try and st.button(t("Try on a share"), icon=":material/flare:", key="canary"):
            _ask(t("Try on a share of the shoppers"), "flare", _confirm_canary, paths, record.run_id, pointer)
    kept = why_kept(paths, record.run_id)
    if st.button(
        t("Delete"),
        icon=":material/delete:",
        type="tertiary",
        key="delete_run",
        disabled=bool(kept),
        help=kept or None,
    ):
        _ask(t("Delete this run?"), "delete", _confirm_deletion, paths, record.run_id)


def _ask(title: str, icon: str, draw: Callable[..., None], *args: Any) -> None:
    """Open a dialog whose title is in the visitor's language."""
    st.dialog(title, icon=f":material/{icon}:")(draw)(*args)


def _confirm_promotion(paths: ShopPaths, run_id: str, failed_gates: Sequence[str], pointer: Mapping[str, Any]) -> None:
    """Say what changes, ask for a reason where a gate failed, then do it."""
    now = pointer["run_id"]
    st.markdown(
        t("Every list will be made with **{run}** instead of **{now}**.", run=safe_text(run_id), now=safe_text(now))
        if now
        else t("Every list will be made with **{run}**.", run=safe_text(run_id))
    )
    st.markdown(f":gray[{t('You can roll back at any time. A canary ends with it.')}]")
    names = ", ".join(t(GATE_WORDS.get(name, name)) for name in failed_gates)
    if names:
        st.warning(t("This run failed: {gates}.", gates=names), icon=":material/warning:")
    reason = st.text_input(
        t("Why do you promote it anyway?") if names else t("Why? (may stay empty)"),
        max_chars=300,
        key="promotion_reason",
        help=t("Kept with the decision, for whoever asks later."),
    )
    if st.button(t("Promote"), type="primary", icon=":material/publish:", key="confirm_promote"):
        if names and not reason.strip():
            st.error(t("A run that failed a gate needs a reason."), icon=":material/edit:")
            return
        with shown():
            detail = f"failed gates: {', '.join(failed_gates)}" if failed_gates else ""
            promote(paths, run_id, expected_version=pointer["version"], reason=reason, detail=detail)
            st.rerun()


def _confirm_roll_back(paths: ShopPaths, pointer: Mapping[str, Any]) -> None:
    """Say what changes, then do it."""
    st.markdown(t("Every list will again be made with **{run}**.", run=safe_text(pointer["previous"][0])))
    if st.button(t("Roll back"), type="primary", icon=":material/undo:", key="confirm_roll_back"):
        with shown():
            roll_back(paths, pointer["version"])
            st.rerun()


def _confirm_canary(paths: ShopPaths, run_id: str, pointer: Mapping[str, Any]) -> None:
    """Ask for the share, then do it; a running canary of another run ends."""
    canary = pointer["canary"] or {}
    other = canary.get("run_id")
    share = st.slider(
        t("Share of the shoppers"),
        1,
        round(100 * MOST_CANARY_SHARE),
        round(100 * float(canary.get("share", 0.1))) if other == run_id else 10,
        format="%d%%",
        key="canary_share",
        help=t("Chosen by a hash of the shopper's id, so each of them always gets the same run."),
    )
    if other not in (None, run_id):
        st.warning(t("The canary of {run} ends.", run=safe_text(other)), icon=":material/warning:")
    reason = st.text_input(t("Why? (may stay empty)"), max_chars=300, key="canary_reason")
    if st.button(t("Start"), type="primary", icon=":material/flare:", key="confirm_canary"):
        with shown():
            start_canary(paths, run_id, share / 100, pointer["version"], reason=reason)
            st.rerun()


def _confirm_deletion(paths: ShopPaths, run_id: str) -> None:
    """Say that it is for ever, then do it."""
    st.markdown(t("**{run}** and its files will be gone for good. Lists are not affected.", run=safe_text(run_id)))
    if st.button(t("Delete"), type="primary", icon=":material/delete:", key="confirm_delete"):
        with shown():
            delete_run(paths, run_id)
            st.rerun()
