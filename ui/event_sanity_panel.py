"""Event sanity on the Events page: what in the log cannot be right, what it does to the lists, what to do about it."""

import pandas as pd
import streamlit as st

from recsys.doctor.events import EventReport, Issue
from ui.components import export_button, heading
from ui.text import cell_text, number, safe_text
from ui.wording import mark, t, tn

ISSUES: dict[str, tuple[str, str, str, str]] = {
    "unknown_item": (
        mark("Unknown products"),
        mark("Products that the catalogue does not have, because they are gone or spelled otherwise."),
        mark("Nothing is learned from these events, and the shoppers look newer than they are."),
        mark("Import the missing products, or map the id column again."),
    ),
    "nobody": (
        mark("Shoppers who are nobody"),
        mark("Ids such as guest, null or 0 that stand for many people."),
        mark("Their mixed tastes are learned as one shopper, which pulls products together that nobody combines."),
        mark("Send a visit's own id instead, and import again."),
    ),
    "fast": (
        mark("Machines: too fast"),
        mark("60 events within a minute, or many times the pace of other shoppers."),
        mark("Products they crawl look popular and alike, in trend and in what is bought together."),
        mark("Leave them out at the source, or roll back that import and bring it again without them."),
    ),
    "looking": (
        mark("Machines: only look"),
        mark("A thousand views or more without a cart or purchase, far too many for chance."),
        mark("Views without intent lower every product's conversion."),
        mark("Leave them out at the source, or roll back that import and bring it again without them."),
    ),
    "regular": (
        mark("Machines: like clockwork"),
        mark("Fifty events or more at nearly equal intervals; people pause irregularly."),
        mark("Products they crawl look popular and alike, in trend and in what is bought together."),
        mark("Leave them out at the source, or roll back that import and bring it again without them."),
    ),
    "future": (
        mark("Events in the future"),
        mark("Later than this machine's clock."),
        mark("They move the shop's clock: periods, trend and what counts as new are reckoned from the last event."),
        mark("Check the time zone and the clock of what logs them, roll back the import, bring it again."),
    ),
    "ancient": (
        mark("Events from before 1990"),
        mark("A time of zero, read as 1970, or a date in the wrong order."),
        mark("They stretch the history, and recency weighs them as nothing."),
        mark("Choose the right time format when importing."),
    ),
    "midnight": (
        mark("Events exactly at midnight"),
        mark("More than one in a hundred to the second; chance gives one in 86,400."),
        mark("The order within a day is lost, so sequences and sessions are guesses."),
        mark("Import the time of day as well, if the shop keeps it."),
    ),
    "early": (
        mark("Events before the launch"),
        mark("More than a day before the launch of their product."),
        mark("New products look older and better known than they are, which flatters tests on them."),
        mark("Correct the launch dates of these products, or the clock of the log."),
    ),
    "crowd": (
        mark("Many shoppers at one moment"),
        mark("Fifty shoppers or more at the very same moment."),
        mark("A batch was logged with the time of its writing: recency and sessions are wrong for it."),
        mark("Log the time of the act, not of the export."),
    ),
    "repeated": (
        mark("Events stored twice"),
        mark("Same shopper, product, type, moment, value and quantity under different ids."),
        mark("They count double in popularity and revenue."),
        mark("Give an event the same id each time it is sent; repeats then change nothing."),
    ),
    "gap": (
        mark("Days with too little"),
        mark("Less than two fifths of what the same weekday usually has."),
        mark("Trend dips for every product, and what was sold on these days seems less wanted."),
        mark("Import the missing days; what is already there does not change."),
    ),
}
"""Code -> name, what it is, what it does to the lists, what to do."""


def sanity(report: EventReport) -> None:
    """Draw what cannot be right, most events first, and examples of the one chosen."""
    with st.container(border=True, key="event_sanity"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading(t("What cannot be right"), t("in everything stored, not only the period; tick a row for examples"))
            if report.issues:
                export_button(lambda: issues_frame(report), "event_sanity.csv")
        if not report.issues:
            said = t("No machine, wrong clock, repeat, gap or unknown id stands out.")
            st.markdown(f":green-badge[:material/verified: {t('Nothing found')}] :gray[{said}]")
            return
        rows = _table(report)
        for issue in [report.issues[row] for row in rows] or report.issues[:1]:
            _details(issue)


def issues_frame(report: EventReport) -> pd.DataFrame:
    """Return one row per issue, as shown and exported."""
    events, revenue = max(report.n_events, 1), report.revenue
    return pd.DataFrame(
        [
            {
                "what": t(ISSUES[issue.code][0]),
                "n_events": issue.n_events,
                "share": 100 * issue.n_events / events,
                "n_users": issue.n_users,
                "revenue_share": 100 * issue.revenue / revenue if revenue else float("nan"),
                "effect": t(ISSUES[issue.code][2]),
                "todo": t(ISSUES[issue.code][3]),
            }
            for issue in report.issues
        ]
    )


def _table(report: EventReport) -> list[int]:
    """Draw the issues and return which are ticked."""
    c = st.column_config
    event = st.dataframe(
        issues_frame(report),
        hide_index=True,
        placeholder="–",
        key="event_issues",
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "what": c.TextColumn(t("What"), pinned=True),
            "n_events": c.NumberColumn(
                t("Events"), format="localized", help=t("For days with too little: how many are missing.")
            ),
            "share": c.NumberColumn(t("Of all"), format="%.1f%%"),
            "n_users": c.NumberColumn(t("Shoppers"), format="localized"),
            "revenue_share": c.NumberColumn(t("Of revenue"), format="%.1f%%", help=t("Share of all purchases' money.")),
            "effect": c.TextColumn(t("What it does to the lists"), width="large"),
            "todo": c.TextColumn(t("What to do"), width="large"),
        },
        alt=tn(
            "{n} kind of events that cannot be right.", "{n} kinds of events that cannot be right.", len(report.issues)
        ),
    )
    return [row for row in event.selection.rows if row < len(report.issues)]


def _details(issue: Issue) -> None:
    """One issue in words, with its examples."""
    name, meaning, effect, todo = (t(text) for text in ISSUES[issue.code])
    st.markdown(f"**{name}.** {meaning} {effect} :material/build: {todo}")
    lines = [f"- {safe_text(tell_example(issue.code, dict(example)), 200)}" for example in issue.examples]
    if lines:
        st.markdown("\n".join(lines))


def tell_example(code: str, example: dict[str, object]) -> str:
    """Say one example in words; plain text."""
    if code == "gap":
        values = {"day": example["day"], "n": number(int(str(example["n_events"])))}
        return t("{day}: {n} events, usually {usual}", **values, usual=number(int(str(example["usual"]))))
    if code == "crowd":
        return t("{moment}: {n} shoppers", moment=str(example["moment"])[:19], n=number(int(str(example["n_users"]))))
    who = cell_text(example.get("user_id") or example.get("item_id"), 60)
    said = t("{who}: {n} events", who=who, n=number(int(str(example["n_events"]))))
    if "n_views" not in example:
        return said
    values = {name: number(int(str(example[name]))) for name in ("n_views", "n_purchases", "busiest_minute")}
    return f"{said} {t('({n_views} views, {n_purchases} purchases, {busiest_minute} in the busiest minute)', **values)}"
