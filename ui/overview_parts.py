"""Parts of Today: tiles, how fresh things are, the needs-attention list, shortcuts."""

import streamlit as st

from ui import frame, state
from ui.board import draw_board
from ui.components import heading, metric_tile
from ui.figure_words import FIGURE_TEXTS, REVENUE, change_interval, change_text, figure_text, interval_text
from ui.overview import NEW_DAYS, Overview
from ui.text import day, plural, safe_text

_TILES = ("click_through_rate", "purchases_per_click", REVENUE)


def tiles(view: Overview) -> None:
    """Three live figures and the new products, one row."""
    with st.grid(4, min_column_width=205):
        if view.performance is not None:
            for name in _TILES:
                _figure_tile(view, name)
        new = view.new
        metric_tile(
            "New products unseen",
            f"{new.unseen:,} of {new.launched:,}",
            change=f"{new.waiting:,} wait for a retrain" if new.waiting else None,
            decided=False,
            interval="all known to the live run" if not new.waiting else "",
            series=[float(n) for n in new.per_week],
            help=f"Launched in the last {NEW_DAYS} days and not shown in any list since. The line: launches per week.",
        )


def _figure_tile(view: Overview, name: str) -> None:
    performance = view.performance
    assert performance is not None
    estimate, change = getattr(performance.figures, name), getattr(performance.changes, name)
    label, definition = FIGURE_TEXTS[name]
    metric_tile(
        label,
        figure_text(name, estimate.value, performance.currency),
        interval=interval_text(name, estimate, performance.currency),
        change=change_text(name, change, performance.currency),
        change_note=change_interval(name, change, performance.currency),
        decided=change.decided,
        series=[float(v) for v in performance.days[name].fillna(0.0)],
        help=definition,
    )


def freshness(view: Overview, *, simulated: bool) -> None:
    """One line: data to when, last retrain, what the run has not seen."""
    parts = [f"Data to {day(view.data_to)}"]
    if not simulated and view.data_to is not None:
        parts[0] += f" ({plural(int(view.data_age_days), 'day')} ago)"
    parts.append(f"last retrain {day(view.trained_at)}" if view.trained_at is not None else "never trained")
    if view.trained_at is not None:
        behind = int(view.unlearned_days)
        parts.append(
            f"{plural(behind, 'day')} of events not learned yet" if behind else "the live run knows every event"
        )
    st.markdown(f":gray[{' · '.join(parts)}]")


def newest(view: Overview) -> None:
    """The products launched last, with their pictures."""
    if not view.newest:
        return
    with st.container(border=True, gap="xsmall", key="newest"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading("Launched last", "days since launch, and whether a list has shown it in this period")
            frame.link("new_items", "All new items", icon=":material/arrow_forward:")
        draw_board(view.newest, key="newest_strip", label="Products launched last", layout="strip")


def attention(view: Overview) -> None:
    """What needs a person, most pressing first, each with its page."""
    with st.container(border=True, height="stretch", key="attention"):
        heading("Needs attention", "the arrow opens the page with its filters filled in")
        if not view.alerts:
            st.markdown(":green-badge[:material/check: All clear] Nothing needs you right now.")
        for n, alert in enumerate(view.alerts):
            with st.container(
                horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key=f"alert_{n}"
            ):
                badge = f":{alert.colour}-badge[:material/{alert.icon}: {alert.topic}]"
                st.markdown(f"{badge} {safe_text(alert.text, 300)}", width="stretch")
                frame.link(alert.page, "Open", icon=":material/arrow_forward:", query=alert.query or None)


def shortcuts(shoppers: list[str]) -> None:
    """Where most work starts, filters filled in."""
    with st.container(border=True, height="stretch", key="shortcuts"):
        heading("Jump to")
        if shoppers:
            frame.link(
                "recommendations",
                "The shopper seen last",
                icon=":material/grid_view:",
                query={state.SHOPPER: shoppers[0]},
            )
            frame.link(
                "recommendations",
                "What a new visitor sees",
                icon=":material/person_off:",
                query={state.SHOPPER: "new visitor"},
            )
        frame.link("fusion", "Tune the weights", icon=":material/tune:")
        frame.link("new_items", "New products", icon=":material/fiber_new:")
        frame.link("performance", "Clicks, conversion, revenue", icon=":material/monitoring:")
