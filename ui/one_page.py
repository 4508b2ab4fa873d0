"""Today on one sheet of paper: the figures on screen, what needs a person and how fresh it all is, as a PDF."""

from io import BytesIO
from typing import TYPE_CHECKING, Any

import streamlit as st

from ui import glossary
from ui.figure_words import change_interval, change_text, figure_text, interval_text, reading
from ui.finding_words import Alert
from ui.overview import Overview
from ui.overview_parts import TILES, freshness_words
from ui.pdf_text import pdf_markup, pdf_style
from ui.text import day, number
from ui.wording import t, tn

if TYPE_CHECKING:
    from reportlab.graphics.shapes import Drawing
    from reportlab.platypus import Flowable

MOST_ALERTS = 14
_MARGIN = 51.0  # points, 18 mm
_GREY, _LINE, _ACCENT, _BAND = "#5A6372", "#DFE3EA", "#2F5BD0", "#EEF2FD"


def export_pdf(view: Overview, *, simulated: bool) -> None:
    """Offer the sheet for the period on screen; it is drawn when clicked."""
    st.download_button(
        t("One-page PDF"),
        lambda: draw_one_page(view, simulated=simulated),
        f"today_{view.days}_days.pdf",
        "application/pdf",
        icon=":material/picture_as_pdf:",
        on_click="ignore",
        key="today_pdf",
    )


def draw_one_page(view: Overview, *, simulated: bool) -> bytes:
    """Return the sheet, A4, always one page: a long list is cut and says so, the rest shrinks to fit.

    Parameters
    ----------
    view
        What Today shows.
    simulated
        Whether the shoppers are made up; the sheet says so at the top.
    """
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import KeepInFrame, SimpleDocTemplate

    width, height = A4[0] - 2 * _MARGIN, A4[1] - 2 * _MARGIN - 12
    out, title = BytesIO(), t("{shop}: Today", shop=view.shop)
    margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), _MARGIN)
    sheet = SimpleDocTemplate(out, pagesize=A4, title=title, author="Vitrine", **margins)
    story = [*_head(view, simulated), *_figures(view, width), *_alerts(view, width), *_foot()]
    sheet.build([KeepInFrame(width, height, story, mode="shrink")])
    return out.getvalue()


def _line(text: str, size: float = 8.5, **look: Any) -> "Flowable":
    """One paragraph of plain text."""
    from reportlab.platypus import Paragraph

    return Paragraph(pdf_markup(text, 600), pdf_style(size, **look))


def _space(points: float) -> "Flowable":
    from reportlab.platypus import Spacer

    return Spacer(0, points)


def _head(view: Overview, simulated: bool) -> "list[Flowable]":
    """Shop, period, and how fresh it all is."""
    parts = [tn("Last {n} day", "Last {n} days", view.days)]
    if view.performance is not None:
        days, period = view.performance.period.days, view.performance.period
        parts = [t("{first} to {last}", first=day(days[0]), last=day(days[-1]))]
        if period.compares:
            earlier = period.compared_days
            parts.append(t("against {first} to {last}", first=day(earlier[0]), last=day(earlier[-1])))
    told = [_line(t("{shop}: Today", shop=view.shop), 17, bold=True), _line(" · ".join(parts), 9.5, color=_GREY)]
    told.append(_line(" · ".join(freshness_words(view, simulated=simulated)), color=_GREY))
    if simulated:
        told.append(_line(t("Simulated data: these shoppers are made up."), color="#B85F0E"))
    return [*told, _space(12)]


def _figures(view: Overview, width: float) -> "list[Flowable]":
    """The four tiles; without figures, the sentence that says so."""
    from reportlab.platypus import Table

    if not view.has_figures or view.performance is None:
        return [_line(t("No list was shown in this period"), 11, bold=True), _space(12)]
    cell = width / 4
    tiles = [_tile(view, name, cell) for name in TILES] + [_new_tile(view, cell)]
    return [Table([tiles], [cell] * 4, style=_grid(inner=True)), _space(14)]


def _tile(view: Overview, name: str, width: float) -> "list[Flowable]":
    """One live figure with its interval, its change and its line."""
    performance = view.performance
    assert performance is not None
    estimate, change = getattr(performance.figures, name), getattr(performance.changes, name)
    moved = change_text(name, change, performance.currency)
    told = change_interval(name, change, performance.currency)
    lines = [t("95%: {interval}", interval=interval_text(name, estimate, performance.currency) or "–")]
    if moved is not None:
        lines.append(f"{moved} ({told}), {reading(change)}" if told else f"{moved}, {reading(change)}")
    return [
        _line(glossary.label(name), 7, color=_GREY),
        _line(figure_text(name, estimate.value, performance.currency), 15, bold=True),
        *(_line(line, 7.5) for line in lines),
        _sparkline([float(v) for v in performance.days[name].fillna(0.0)], width),
    ]


def _new_tile(view: Overview, width: float) -> "list[Flowable]":
    """New products that nobody was shown."""
    new = view.new
    waiting = tn("{n} product waits for a retrain", "{n} products wait for a retrain", new.waiting)
    return [
        _line(t("New products unseen"), 7, color=_GREY),
        _line(t("{part} of {whole}", part=number(new.unseen), whole=number(new.launched)), 15, bold=True),
        _line(waiting if new.waiting else t("the live run knows every product"), 7.5),
        _sparkline([float(n) for n in new.per_week], width),
    ]


def _sparkline(values: list[float], width: float) -> "Drawing":
    """The line of a tile, from 0 or its lowest value to its highest."""
    from reportlab.graphics.shapes import Drawing, PolyLine
    from reportlab.lib.colors import HexColor

    wide, high = width - 16, 26.0
    drawing = Drawing(wide, high + 4)
    if len(values) > 1:
        low, span = min(values), max(values) - min(values) or 1.0
        points = [(wide * n / (len(values) - 1), 2 + high * (v - low) / span) for n, v in enumerate(values)]
        drawing.add(PolyLine(points, strokeColor=HexColor(_ACCENT), strokeWidth=1))
    return drawing


def _alerts(view: Overview, width: float) -> "list[Flowable]":
    """What needs a person, most costly first."""
    from reportlab.platypus import Table

    heading = tn("Needs attention, per {n} day", "Needs attention, per {n} days", view.days)
    if not view.alerts:
        return [_line(heading, 11, bold=True), _space(4), _line(t("Nothing needs you right now."))]
    shown = view.alerts[:MOST_ALERTS]
    names = (t("Topic"), t("Finding"), t("Amount"), t("95% interval"))
    rows = [[_line(name, 7.5, color=_GREY, right=n > 1) for n, name in enumerate(names)]]
    rows += [_alert_row(alert) for alert in shown]
    shares = (0.11, 0.49, 0.17, 0.23)
    table = Table(rows, [share * width for share in shares], style=_grid(inner=False), repeatRows=1)
    rest = len(view.alerts) - len(shown)
    more = [_line(tn("{n} more on the page", "{n} more on the page", rest), color=_GREY)] if rest else []
    return [_line(heading, 11, bold=True), _space(4), table, *more]


def _alert_row(alert: Alert) -> "list[Flowable]":
    """One finding."""
    return [
        _line(alert.topic, 8, bold=True),
        _line(alert.text, 8),
        _line(alert.amount or t("not priced"), 8, right=True, bold=bool(alert.amount)),
        _line(alert.interval, 8, right=True, color=_GREY),
    ]


def _foot() -> "list[Flowable]":
    """How to read the sheet."""
    told = t(
        "Intervals are 95% intervals; a change whose interval holds zero is not decided. Amounts are what the period's "
        "counts add up to, not causal effects, and overlap."
    )
    return [_space(10), _line(told, 7, color=_GREY)]


def _grid(*, inner: bool) -> list[tuple[Any, ...]]:
    """Lines and padding of a table: a box around every cell, or a line under every row."""
    from reportlab.lib.colors import HexColor

    line = HexColor(_LINE)
    base = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 7),
        ("RIGHTPADDING", (0, 0), (-1, -1), 7),
    ]
    if inner:
        return [*base, ("BOX", (0, 0), (-1, -1), 0.75, line), ("INNERGRID", (0, 0), (-1, -1), 0.75, line)]
    return [*base, ("LINEBELOW", (0, 0), (-1, -1), 0.5, line), ("BACKGROUND", (0, 0), (-1, 0), HexColor(_BAND))]
