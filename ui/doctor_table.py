"""The findings of the Doctor page: filters in the address, the table, one finding to decide on, undo."""

import pandas as pd
import streamlit as st

from recsys.workflows.doctor_reports import DoctorReport, dismiss, restore
from recsys.workflows.doctor_view import (
    DISMISSED,
    FIXED,
    OPEN,
    FindingCard,
    FindingFilter,
    filter_findings,
    read_card,
    top_categories,
)
from ui import address, data, doctor_words, frame, state
from ui.components import empty_state, export_button, filter_bar, heading, picture_url, thumbnail
from ui.errors import shown
from ui.text import cell_text, day, money, percent, plain_text, safe_text
from ui.wording import mark, t, tn

PAGE_ROWS = 50
ANY = "all"
STATES = {OPEN: mark("Open"), DISMISSED: mark("Dismissed"), FIXED: mark("Fixed")}


def findings_browser(report: DoctorReport, dismissed: dict[str, str]) -> None:
    """Draw filters, findings and what can be done with them."""
    asked, which = _filters(report)
    if which == FIXED:
        _fixed_table(report)
        return
    found = filter_findings(report, dismissed, asked)
    with st.container(border=True):
        pager = f"doctor_page:{asked}"
        start = (st.session_state.get(pager, 1) - 1) * PAGE_ROWS
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading(tn("{n} finding", "{n} findings", len(found)), t("worst first; tick rows to decide on several"))
            export_button(lambda: export_frame(found), "doctor_findings.csv")
        if found.empty:
            empty_state(t("Nothing here"), _nothing(asked), icon=":material/verified:")
            _undo_line()
            return
        page = found.iloc[start : start + PAGE_ROWS].reset_index(drop=True)
        rows = _table(page, report, key=f"doctor_findings:{asked}:{start}:{len(found)}")
        if len(found) > PAGE_ROWS:
            st.pagination(-(-len(found) // PAGE_ROWS), key=pager)
    _undo_line()
    _decide(page.iloc[rows] if rows else page.iloc[:1], report, which)


def _filters(report: DoctorReport) -> tuple[FindingFilter, str]:
    """Filters bound to the address."""
    with filter_bar("doctor_filters"):
        checks = {ANY: t("All checks")} | {name: t(words[0]) for name, words in doctor_words.CHECKS.items()}
        check = address.choose(t("Check"), checks, key=state.DOCTOR_CHECK, default=ANY, width=230)
        levels = {ANY: t("All")} | {name: t(label) for name, label in doctor_words.SEVERITIES.items()}
        severity = address.choose(t("Severity"), levels, key=state.DOCTOR_SEVERITY, default=ANY)
        names = {ANY: t("All categories")} | {name: plain_text(name, 60) for name in top_categories(report)}
        category = address.choose(t("Category"), names, key=state.DOCTOR_CATEGORY, default=ANY, width=200)
        states = {name: t(label) for name, label in STATES.items()}
        which = address.choose(t("State"), states, key=state.DOCTOR_STATE, default=OPEN)
        query = st.text_input(
            t("Search"),
            type="search",
            key=state.DOCTOR_QUERY,
            bind="query-params",
            placeholder=t("Title or id"),
            width=200,
        )
    one, level, below = (None if code == ANY else code for code in (check, severity, category))
    return FindingFilter(one, level, below, which == DISMISSED, query or ""), which


def _nothing(asked: FindingFilter) -> str:
    if asked == FindingFilter():
        return t("No open finding: the catalogue is in good shape as far as these checks can tell.")
    return t("No finding fits these filters.")


def findings_frame(page: pd.DataFrame) -> pd.DataFrame:
    """Return the table on screen.

    Parameters
    ----------
    page
        Rows with `doctor_reports.COLUMNS`.
    """
    cards = [read_card(row) for _, row in page.iterrows()]
    return pd.DataFrame(
        {
            "picture": [picture_url(c.image) or None for c in cards],
            "product": [cell_text(c.title, 90) for c in cards],
            "check": [doctor_words.check_name(c.check) for c in cards],
            "wrong": [cell_text(doctor_words.what_is_wrong(c), 260) for c in cards],
            "todo": [cell_text(doctor_words.what_to_do(c), 160) for c in cards],
            "severity": [t(doctor_words.SEVERITIES[c.severity]) for c in cards],
            "sure": [100 * c.confidence for c in cards],
            "lost_places": [c.lost_places for c in cards],
            "lost_money": [c.lost_money for c in cards],
            "item_id": [cell_text(c.item_id, 80) for c in cards],
        }
    )


def export_frame(found: pd.DataFrame) -> pd.DataFrame:
    """Return every finding for a file: the words on screen and the data behind them."""
    words = findings_frame(found).drop(columns=["picture", "product", "item_id", "lost_places", "lost_money", "sure"])
    return words.join(found[["item_id", "title", "category", "confidence", "lost_places", "lost_money", "evidence"]])


def _table(page: pd.DataFrame, report: DoctorReport, key: str) -> list[int]:
    """Draw the rows and return which are ticked."""
    c = st.column_config
    event = st.dataframe(
        findings_frame(page),
        hide_index=True,
        placeholder="–",
        row_height=56,
        height=min(56 * len(page) + 40, 600),
        key=key,
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "picture": c.ImageColumn("", width=56),
            "product": c.TextColumn(t("Product"), width="medium"),
            "check": c.TextColumn(t("Check"), width="small"),
            "wrong": c.TextColumn(t("What is wrong"), width="large"),
            "todo": c.TextColumn(t("What to do"), width="medium"),
            "severity": c.TextColumn(t("Severity"), width="small"),
            "sure": c.ProgressColumn(t("Sure"), format="%.0f%%", min_value=0, max_value=100, width="small"),
            "lost_places": c.NumberColumn(t("Places lost"), format="%.1f", help=t("Per 1,000 lists.")),
            "lost_money": c.NumberColumn(t("Revenue behind it"), format="%.0f") if report.facts.currency else None,
            "item_id": c.TextColumn(t("Id"), width="small"),
        },
        alt=tn("{n} finding, worst first.", "{n} findings, worst first.", len(page)),
    )
    return [row for row in event.selection.rows if row < len(page)]


def _decide(chosen: pd.DataFrame, report: DoctorReport, which: str) -> None:
    """Draw the finding looked at, and the decision on it or on all ticked ones."""
    cards = [read_card(row) for _, row in chosen.iterrows()]
    with st.container(border=True, key="doctor_card"):
        for card in cards[:3]:
            _card(card, report)
        keys = [card.key for card in cards]
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            if which == DISMISSED:
                label = tn("Take back {n} dismissal", "Take back {n} dismissals", len(keys))
                st.button(label, icon=":material/undo:", key="doctor_restore", on_click=_restore, args=(keys,))
            else:
                label = tn("Dismiss {n} finding", "Dismiss {n} findings", len(keys))
                said = t("It is no fault, or will not be fixed. It stays away until the picture or text changes.")
                st.button(
                    label,
                    icon=":material/visibility_off:",
                    key="doctor_dismiss",
                    on_click=_dismiss,
                    args=(keys,),
                    help=said,
                )
            query = {state.ITEM: cards[0].item_id}
            frame.link("catalogue", t("Open the product"), icon=":material/inventory_2:", query=query)


def _card(card: FindingCard, report: DoctorReport) -> None:
    """One finding with its picture and evidence; beside it the product it is mixed up with, where there is one."""
    with st.container(horizontal=True, gap="medium"):
        thumbnail(card.image, card.title, size=320, width=128)
        with st.container(gap="xsmall", width="stretch"):
            colour = doctor_words.SEVERITY_COLOURS[card.severity]
            st.markdown(
                f":{colour}-badge[{t(doctor_words.SEVERITIES[card.severity])}] "
                f"**{safe_text(card.title, 120)}** :gray[{safe_text(card.item_id, 60)}]"
            )
            st.markdown(f":gray[{safe_text(doctor_words.path_text(card.category))}]")
            st.markdown(
                f"**{doctor_words.check_name(card.check)}.** {safe_text(doctor_words.what_is_wrong(card), 400)}"
            )
            st.markdown(f":material/build: {safe_text(doctor_words.what_to_do(card), 300)}")
            st.markdown(f":gray[:small[{_cost(card, report)}]]")


def _cost(card: FindingCard, report: DoctorReport) -> str:
    """How sure the check is and what the fault costs, in one line."""
    parts = [t("{share} sure", share=percent(card.confidence, 0))]
    if card.lost_places == card.lost_places:
        lost = doctor_words.places(card.lost_places)
        parts.append(t("{places} places lost per 1,000 lists", places=lost))
    if report.facts.currency and card.lost_money == card.lost_money:
        worth = money(card.lost_money, report.facts.currency, 0)
        parts.append(t("{money} behind it in {n} days", money=worth, n=report.facts.days))
    return safe_text(" · ".join(parts), 300)


def _dismiss(keys: list[str]) -> None:
    with shown():
        dismiss(data.shop_paths(), keys)
        st.session_state[state.DOCTOR_UNDO] = keys


def _restore(keys: list[str]) -> None:
    with shown():
        restore(data.shop_paths(), keys)
        st.session_state.pop(state.DOCTOR_UNDO, None)


def _undo_line() -> None:
    """Offer to take the last dismissal of this visit back."""
    keys = st.session_state.get(state.DOCTOR_UNDO)
    if keys:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="doctor_undo_line"):
            st.markdown(f":gray[{tn('{n} finding dismissed.', '{n} findings dismissed.', len(keys))}]")
            st.button(
                t("Undo"), icon=":material/undo:", type="tertiary", key="doctor_undo", on_click=_restore, args=(keys,)
            )


def _fixed_table(report: DoctorReport) -> None:
    """What earlier reports found and the newest one does not."""
    table = pd.DataFrame(
        [
            {
                "when": day(pd.Timestamp(entry["fixed_at"])),
                "check": doctor_words.check_name(entry["check"]),
                "product": cell_text(entry["title"], 120),
                "item_id": cell_text(entry["item_id"], 80),
            }
            for entry in report.facts.fixed
        ]
    )
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading(t("Fixed"), t("found by an earlier examination and gone since, newest first"))
            if len(table):
                export_button(lambda: table, "doctor_fixed.csv")
        if table.empty:
            st.markdown(f":gray[{t('Nothing yet. Import a repaired file and examine again.')}]")
            return
        c = st.column_config
        st.dataframe(
            table,
            hide_index=True,
            key="doctor_fixed",
            column_config={
                "when": c.TextColumn(t("Gone since")),
                "check": c.TextColumn(t("Check")),
                "product": c.TextColumn(t("Product"), width="large"),
                "item_id": c.TextColumn(t("Id")),
            },
            alt=tn("{n} fixed finding.", "{n} fixed findings.", len(table)),
        )
