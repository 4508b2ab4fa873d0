"""The draft of rules on screen: begun by the first change, named in the address, published or thrown away."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import streamlit as st

from recsys.data.catalogue import Catalogue
from recsys.errors import InputError
from recsys.rules.book import ConflictError
from recsys.rules.rule import OWNER_LENGTH, REASON_LENGTH, Rule
from recsys.workflows.rule_drafts import (
    RuleDraft,
    discard_draft,
    drop_rules,
    keep_rule,
    new_rule_id,
    publish_draft,
    read_draft,
    rebase,
    start_draft,
)
from ui import data, errors, rule_form, state
from ui.components import heading
from ui.text import safe_text
from ui.wording import t, tn


def current() -> RuleDraft | None:
    """Return the draft that the address names; one that is gone or damaged is said once and forgotten."""
    asked = st.query_params.get(state.RULE_DRAFT) or st.session_state.get(state.RULE_DRAFT)
    if not asked:
        return None
    try:
        draft = read_draft(data.shop_paths(), str(asked))
    except InputError as error:
        _leave()
        st.warning(safe_text(error, 300), icon=":material/edit_off:")
        return None
    hold(draft)
    return draft


def hold(draft: RuleDraft) -> None:
    """Name a draft in the address and in the session, so that it is found after a visit to another page."""
    st.session_state[state.RULE_DRAFT] = draft.draft_id
    if st.query_params.get(state.RULE_DRAFT) != draft.draft_id:
        st.query_params[state.RULE_DRAFT] = draft.draft_id


def _leave() -> None:
    """Go on without a draft."""
    st.session_state.pop(state.RULE_DRAFT, None)
    st.session_state.pop(state.RULE_CONFLICT, None)
    st.query_params.pop(state.RULE_DRAFT, None)


def _begun() -> RuleDraft:
    """The draft at work, or a new one."""
    asked = st.session_state.get(state.RULE_DRAFT)
    return start_draft(data.shop_paths()) if not asked else read_draft(data.shop_paths(), str(asked))


def _keep(rule: Rule) -> None:
    """Put one rule into the draft."""
    hold(keep_rule(data.shop_paths(), _begun(), rule))


def actions(selected: Sequence[Rule], catalogue: Catalogue, draft: RuleDraft | None, *, editable: bool = True) -> None:
    """Draw what can be done: add, and where there are rules edit, copy, end or remove them; all goes into the draft."""

    def open_form(rule: Rule | None, *, new: bool) -> None:
        rule_form.seed(rule)
        known = (*selected, *(() if draft is None else draft.rules))
        st.session_state[state.RULE_OPEN] = new_rule_id(known) if new or rule is None else rule.rule_id

    def remove() -> None:
        with errors.shown():
            hold(drop_rules(data.shop_paths(), _begun(), [r.rule_id for r in selected]))

    def end_now() -> None:
        with errors.shown():
            now = datetime.now(UTC).replace(microsecond=0)
            for rule in selected:
                started = rule.starts_at is None or rule.starts_at < now
                if started and (rule.ends_at is None or rule.ends_at > now):
                    _keep(replace(rule, ends_at=now))

    st.button(
        t("Add rule"), icon=":material/add:", key="add_rule", on_click=open_form, args=(None,), kwargs={"new": True},
        type="secondary" if draft else "primary",
    )  # fmt: skip
    if editable:
        one = selected[0] if len(selected) == 1 else None
        st.button(
            t("Edit"), icon=":material/edit:", key="edit_rule", disabled=one is None,
            on_click=open_form, args=(one,), kwargs={"new": False},
        )  # fmt: skip
        st.button(
            t("Copy"), icon=":material/content_copy:", key="copy_rule", disabled=one is None,
            on_click=open_form, args=(one,), kwargs={"new": True},
        )  # fmt: skip
        st.button(t("End now"), icon=":material/event_busy:", key="end_rule", disabled=not selected, on_click=end_now)
        st.button(t("Remove"), icon=":material/delete:", key="drop_rule", disabled=not selected, on_click=remove)
    rule_id = st.session_state.get(state.RULE_OPEN)
    if rule_id is not None and rule_form.is_filled():
        known = {r.rule_id: r for r in (*selected, *(() if draft is None else draft.rules))}
        rule_form.open_dialog(known.get(rule_id), str(rule_id), catalogue, _keep)


def draft_bar(draft: RuleDraft) -> None:
    """Say what the draft changes, and publish it or throw it away."""
    found = draft.difference
    parts = [
        tn("{n} new", "{n} new", len(found.added)) if found.added else "",
        tn("{n} changed", "{n} changed", len(found.changed)) if found.changed else "",
        tn("{n} removed", "{n} removed", len(found.removed)) if found.removed else "",
    ]
    told = ", ".join(part for part in parts if part) or t("no changes yet")

    def ask() -> None:
        st.session_state[state.RULE_PUBLISH] = draft.draft_id

    def discard() -> None:
        discard_draft(data.shop_paths(), draft.draft_id)
        _leave()

    with st.container(border=True, gap="small", key="rule_draft_bar"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            heading(t("Draft: {changes}", changes=told), t("from version {n}, not live yet", n=draft.base.version))
            st.space("stretch")
            st.button(t("Discard"), icon=":material/close:", key="discard_rules", on_click=discard, type="tertiary")
            st.button(
                t("Publish"), icon=":material/publish:", key="open_publish", type="primary", disabled=not found,
                on_click=ask,
            )  # fmt: skip
        if st.session_state.get(state.RULE_CONFLICT) == draft.draft_id:
            _conflict(draft)
    if st.session_state.get(state.RULE_PUBLISH) == draft.draft_id:
        st.dialog(t("Publish rules"), on_dismiss=_close_publish)(_publish_dialog)(draft)


def _close_publish() -> None:
    """Ask no more."""
    st.session_state.pop(state.RULE_PUBLISH, None)


def _publish_dialog(draft: RuleDraft) -> None:
    """Ask who publishes and why; then make the draft live."""
    st.markdown(t("Every list that is served from now on follows these rules. Undo brings the present ones back."))
    with st.form("publish_rules_form", border=False):
        who = st.text_input(t("Your name"), max_chars=OWNER_LENGTH, key="rules_who", persist_state="session")
        why = st.text_input(t("Reason"), max_chars=REASON_LENGTH, key="rules_why")
        if not st.form_submit_button(t("Publish"), type="primary", icon=":material/publish:", key="publish_rules"):
            return
    try:
        published = publish_draft(data.shop_paths(), draft, who=who, why=why)
    except ConflictError:
        st.session_state[state.RULE_CONFLICT] = draft.draft_id
        _close_publish()
        st.rerun()
    except InputError as error:
        st.error(safe_text(error, 300), icon=":material/error:")
        return
    _leave()
    _close_publish()
    st.toast(t("Version {n} is live.", n=published.version), icon=":material/check_circle:")
    st.rerun()


def _conflict(draft: RuleDraft) -> None:
    """Say that somebody else published, and offer to lay the draft over the newer rules."""

    def lay_over() -> None:
        with errors.shown():
            moved = rebase(data.shop_paths(), draft)
            st.session_state.pop(state.RULE_CONFLICT, None)
            if moved.both:
                st.toast(
                    tn(
                        "{n} rule was changed on both sides; it stands as in this draft.",
                        "{n} rules were changed on both sides; they stand as in this draft.",
                        len(moved.both),
                    )
                )

    st.warning(
        t("Other rules were published in the meantime. Your draft is kept; nothing was overwritten."),
        icon=":material/call_split:",
    )
    st.button(t("Lay my changes over the newer rules"), icon=":material/layers:", key="rebase_rules", on_click=lay_over)
