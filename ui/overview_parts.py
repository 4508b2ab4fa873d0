"""Parts of Today: tiles, how fresh things are, the needs-attention list, shortcuts."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from recsys.workflows.findings import NEW_DAYS
from ui import frame, state
from ui.board import draw_board
from ui.components import export_button, heading
from ui.figure_tiles import figure_tiles, small_lines
from ui.figure_words import REVENUE
from ui.finding_words import Alert
from ui.overview import Overview
from ui.sparkline import sparkline
from ui.text import day, number, safe_text
from ui.wording import t, tn

TILES = ("click_through_rate", "purchases_per_click", REVENUE)


def tiles(view: Overview) -> None:
    """Three live figures and the new products, one row."""
    with st.grid(4, min_column_width=205):
        if view.performance is not None:
            figure_tiles(view.performance, TILES)
        _new_tile(view)


def _new_tile(view: Overview) -> None:
    """How many of the new products nobody was shown."""
    new = view.new
    with st.container(border=True, height="stretch", gap="xxsmall"):
        st.metric(
            t("New products unseen"),
            t("{part} of {whole}", part=number(new.unseen), whole=number(new.launched)),
            help=t(
                "On sale, launched in the last {days} days, and in no list of the period. The line: launches per week.",
                days=NEW_DAYS,
            ),
        )
        told = ", ".join(number(n) for n in new.per_week)
        sparkline([float(n) for n in new.per_week], t("Launches per week, oldest first: {counts}.", counts=told))
        waiting = tn("{n} product waits for a retrain", "{n} products wait for a retrain", new.waiting)
        small_lines(waiting if new.waiting else t("the live run knows every product"))


def freshness(view: Overview, *, simulated: bool) -> None:
    """One line: data to when, last retrain, what the run has not seen, which rules."""
    st.markdown(f":gray[{' · '.join(safe_text(part) for part in freshness_words(view, simulated=simulated))}]")


def freshness_words(view: Overview, *, simulated: bool) -> list[str]:
    """Say how far data and run reach, part by part; a simulated shop's clock stands still, so its age says nothing."""
    fresh = view.fresh
    if fresh.data_to is None:
        parts = [t("No events yet")]
    elif simulated:
        parts = [t("Data to {day}", day=day(fresh.data_to))]
    else:
        ago = tn("{n} day ago", "{n} days ago", int(fresh.data_age_days))
        parts = [t("Data to {day} ({ago})", day=day(fresh.data_to), ago=ago)]
    if fresh.trained_at is None:
        return [*parts, t("never trained")]
    parts.append(t("last retrain {day}", day=day(fresh.trained_at)))
    behind = int(fresh.behind_days)
    unlearned = tn("{n} day of events not learned yet", "{n} days of events not learned yet", behind)
    parts.append(unlearned if behind else t("the live run knows every event"))
    if fresh.rules_version:
        parts.append(t("rules version {version}", version=fresh.rules_version))
    return parts


def newest(view: Overview) -> None:
    """The products launched last, with their pictures."""
    if not view.newest:
        return
    with st.container(border=True, gap="xsmall", key="newest"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading(t("Launched last"), t("days since launch, and whether a list has shown it in this period"))
            frame.link("new_items", t("All new items"), icon=":material/arrow_forward:")
        draw_board(view.newest, key="newest_strip", label=t("Products launched last"), layout="strip")


def attention(view: Overview) -> None:
    """What needs a person, most costly first, each with its page."""
    with st.container(border=True, height="stretch", key="attention"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            note = tn("per {n} day, most costly first", "per {n} days, most costly first", view.days)
            heading(t("Needs attention"), note)
            if view.alerts:
                export_button(lambda: alerts_frame(view.alerts), "needs_attention.csv")
        if not view.alerts:
            st.markdown(f":green-badge[:material/check: {t('All clear')}] {t('Nothing needs you right now.')}")
        for n, alert in enumerate(view.alerts):
            _alert_row(n, alert)


def _alert_row(n: int, alert: Alert) -> None:
    """One finding: badge and sentence, its amount with the interval, and the way to its page."""
    with st.container(key=f"alert_{n}"):
        what, money, way = st.columns([10, 6, 2], gap="small", vertical_alignment="center")
    badge = f":{alert.colour}-badge[:material/{alert.icon}: {safe_text(alert.topic)}]"
    what.markdown(f"{badge} {safe_text(alert.text, 300)}")
    said = f"**{safe_text(alert.amount)}**" if alert.amount else f":gray[:small[{t('not priced')}]]"
    if alert.interval:
        said += f" :gray[:small[{safe_text(alert.interval)}]]"
    money.markdown(said, help=safe_text(alert.basis, 400))
    with way:
        frame.link(alert.page, t("Open"), icon=":material/arrow_forward:", query=alert.query or None)


def alerts_frame(alerts: Sequence[Alert]) -> pd.DataFrame:
    """Return what needs a person as a table for export."""
    columns = {
        t("Topic"): [a.topic for a in alerts],
        t("Finding"): [a.text for a in alerts],
        t("Amount"): [a.amount for a in alerts],
        t("95% interval"): [a.interval for a in alerts],
        t("How it was reckoned"): [a.basis for a in alerts],
    }
    return pd.DataFrame(columns)


def shortcuts(seen_last: str | None) -> None:
    """Where most work starts, filters filled in."""
    with st.container(border=True, height="stretch", key="shortcuts"):
        heading(t("Jump to"))
        if seen_last is not None:
            known, stranger = {state.SHOPPER: seen_last}, {state.SHOPPER: "new visitor"}
            frame.link("recommendations", t("The shopper seen last"), icon=":material/grid_view:", query=known)
            frame.link("recommendations", t("What a new visitor sees"), icon=":material/person_off:", query=stranger)
        frame.link("fusion", t("Tune the weights"), icon=":material/tune:")
        frame.link("new_items", t("New products"), icon=":material/fiber_new:")
        frame.link("performance", t("Clicks, conversion, revenue"), icon=":material/monitoring:")
