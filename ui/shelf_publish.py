"""The dialog that turns a draft's edits into rules: why, whose, for whom, until when."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import streamlit as st

from recsys.fusion.scopes import SEGMENTS
from recsys.rules.book import ConflictError
from recsys.rules.scope import RuleScope
from recsys.workflows.draft_rules import publish_draft
from recsys.workflows.drafts import Draft, delete_draft, read_draft
from ui import data, scope
from ui.wording import t, tn

DAYS = 14
"""How long a published draft holds unless said otherwise."""


def publish_dialog(draft: Draft, rules_version: int, leave: Callable[[], None]) -> None:
    """Open the dialog; its title is in the visitor's language."""
    st.dialog(t("Publish edits"), width="small")(_ask)(draft, rules_version, leave)


def _ask(draft: Draft, rules_version: int, leave: Callable[[], None]) -> None:
    """Ask why, for whom and until when; then make the edits rules and `leave` the draft."""
    pins, hides = len(draft.edits.pins), len(draft.edits.hidden)
    parts = [tn("{n} pin", "{n} pins", pins)] * bool(pins) + [
        tn("{n} hidden product", "{n} hidden products", hides)
    ] * bool(hides)
    st.markdown(t("{what} become rules, live at once. Rules lists them and can undo them.", what=" + ".join(parts)))
    today = datetime.now(UTC).date()
    with st.form("publish_form", border=False):
        reason = st.text_input(t("Reason"), max_chars=300, placeholder=t("Spring campaign"), key="publish_reason")
        owner = st.text_input(t("Your name"), max_chars=80, key="publish_owner", persist_state="session")
        names = {"": t("Everybody")} | {name: t(scope.SEGMENT_NAMES[name]) for name in SEGMENTS}
        segment = st.selectbox(t("For whom"), list(names), format_func=names.__getitem__, key="publish_segment")
        ends = st.date_input(
            t("Last day"), value=today + timedelta(days=DAYS), min_value=today, key="publish_ends",
            help=t("The rules end after this day, UTC."),
        )  # fmt: skip
        if not st.form_submit_button(t("Publish"), type="primary", icon=":material/publish:", key="publish_now"):
            return
    if not reason.strip() or not owner.strip():
        st.error(t("Say why, and who answers for it: both stand beside the rules."))
        return
    if _publish(draft, owner, reason, segment, ends, rules_version):
        leave()
        st.rerun()


def _publish(draft: Draft, owner: str, reason: str, segment: str, ends: date | None, rules_version: int) -> bool:
    """Publish, or say what stands in the way; the draft is kept then. Tell whether it was done."""
    after = None if ends is None else datetime.combine(ends + timedelta(days=1), time(), UTC)
    paths = data.shop_paths()
    try:
        if read_draft(paths, draft.draft_id).version != draft.version:
            st.error(t("Another tab changed this draft. Close this, look at it, and publish again."))
            return False
        published = publish_draft(
            paths, draft, owner=owner, reason=reason, scope=RuleScope(segment=segment), ends_at=after,
            expected_version=rules_version,
        )  # fmt: skip
    except ConflictError:
        st.error(
            t("Other rules were published in the meantime. Close this to see the list with them, then publish again.")
        )
        return False
    delete_draft(paths, draft.draft_id)
    n = len(draft.edits)
    st.toast(
        tn(
            "{n} rule published, version {version}.",
            "{n} rules published, version {version}.",
            n,
            version=published.version,
        ),
        icon=":material/check_circle:",
    )
    return True
