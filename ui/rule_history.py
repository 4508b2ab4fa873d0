"""Versions of the rules with what each changed, undo, and rules from a file."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from recsys.data.catalogue import Catalogue
from recsys.rules.book import Difference, history, live_version, undo
from recsys.rules.exchange import read_text
from recsys.rules.rule import OWNER_LENGTH, REASON_LENGTH, Rule
from recsys.rules.versions import DamagedVersion, Version
from recsys.workflows.rule_drafts import start_draft, take_rules, version_changes
from ui import data, errors, rule_draft, rule_words
from ui.components import empty_state, export_button, heading
from ui.rule_table import day_of, titles_of
from ui.text import cell_text, safe_text
from ui.wording import t, tn

TOLD = 50
"""Changes of a version that are written out."""


def draw_versions(catalogue: Catalogue) -> None:
    """List the versions, what the chosen one changed, and bring one back."""
    paths = data.shop_paths()
    found, live = history(paths), live_version(paths)
    if not found:
        empty_state(t("Nothing was published yet"), t("Add a rule and publish it; every version is kept here."))
        return
    frame = _frame(found, live)
    heading(t("Versions"), t("newest first; choose one to see what it changed"))
    picked = st.dataframe(
        frame,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="rule_versions",
        column_config={
            "version": st.column_config.NumberColumn(t("Version"), width="small"),
            "published": st.column_config.TextColumn(t("Published")),
            "by": st.column_config.TextColumn(t("Published by")),
            "rules": st.column_config.NumberColumn(t("Rules"), width="small"),
            "why": st.column_config.TextColumn(t("Reason"), width="large"),
        },
        alt=t("Versions of the rules, newest first."),
    )
    export_button(lambda: frame, "rule-versions.csv")
    row = picked.selection.rows[0] if picked.selection.rows and picked.selection.rows[0] < len(found) else 0
    chosen = found[row]
    if isinstance(chosen, DamagedVersion):
        st.error(safe_text(chosen.message, 300), icon=":material/error:")
        return
    with st.container(border=True, gap="small", key="rule_version"):
        heading(t("Version {n}", n=chosen.version), safe_text(chosen.why))
        _changes(version_changes(data.shop_paths(), chosen.version), catalogue)
        if chosen.version != live:
            _bring_back(chosen, live)


def _frame(found: Sequence[Version | DamagedVersion], live: int) -> pd.DataFrame:
    """One row per version."""
    rows = []
    for one in found:
        if isinstance(one, DamagedVersion):
            rows.append({"version": one.version, "published": t("damaged"), "by": "", "rules": None, "why": ""})
            continue
        when = f"{day_of(one.published_at)}, {one.published_at:%H:%M} UTC"
        why = cell_text(one.why) + (f" ({t('live')})" if one.version == live else "")
        by = cell_text(one.published_by, 80)
        rows.append({"version": one.version, "published": when, "by": by, "rules": len(one.rules), "why": why})
    return pd.DataFrame(rows)


def _changes(found: Difference, catalogue: Catalogue) -> None:
    """Rules added, changed and removed, one line each."""
    after = [rule for _, rule in found.changed]
    titles = titles_of([*found.added, *found.removed, *after, *(before for before, _ in found.changed)], catalogue)

    def said(rule: Rule) -> str:
        where = safe_text(rule_words.describe_scope(rule.scope))
        ends = t("ends {day}", day=day_of(rule.ends_at)) if rule.ends_at else ""
        return " · ".join(part for part in (safe_text(rule_words.describe(rule, titles)), where, ends) if part)

    lines = [f":green-badge[{t('added')}] {said(rule)}" for rule in found.added]
    lines += [f":orange-badge[{t('changed')}] {said(old)} → {said(new)}" for old, new in found.changed]
    lines += [f":red-badge[{t('removed')}] {said(rule)}" for rule in found.removed]
    for line in lines[:TOLD]:
        st.markdown(line)
    more = len(lines[TOLD:])
    if more:
        st.markdown(f":gray[{tn('and {n} more', 'and {n} more', more)}]")
    if not lines:
        st.markdown(f":gray[{t('The same rules as before.')}]")


def _bring_back(chosen: Version, live: int) -> None:
    """Publish an earlier version's rules again."""
    with st.form("undo_rules", border=False), st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        who = st.text_input(t("Your name"), max_chars=OWNER_LENGTH, key="undo_who", persist_state="session")
        why = st.text_input(t("Reason"), max_chars=REASON_LENGTH, key="undo_why", placeholder=t("optional"))
        pressed = st.form_submit_button(
            t("Bring version {n} back", n=chosen.version), icon=":material/undo:", key="undo_now"
        )
    if pressed:
        with errors.shown():
            back = undo(data.shop_paths(), chosen.version, who=who, why=why, expected_version=live)
            st.toast(t("Version {n} is live.", n=back.version), icon=":material/check_circle:")
            st.rerun()


def import_box() -> None:
    """Take rules from a JSON or CSV file into a draft."""
    with st.popover(t("Import"), icon=":material/upload:"):
        st.markdown(t("Rules of a file replace those of the draft. Nothing is live before you publish."))
        given = st.file_uploader(t("JSON or CSV"), type=["json", "csv"], max_upload_size=5, key="rules_file")
        if given is not None and st.button(t("Take into a draft"), key="take_rules", icon=":material/check:"):
            with errors.shown():
                found = read_text(given.getvalue().decode("utf-8-sig", errors="replace"), given.name)
                draft = rule_draft.current() or start_draft(data.shop_paths())
                rule_draft.hold(take_rules(data.shop_paths(), draft, found.rules))
                st.rerun()
