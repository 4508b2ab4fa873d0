"""What needs a person, in words: badge, sentence, amount with its interval, how it was reckoned, and where to go."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from recsys.evaluation.rates import Estimate
from recsys.workflows.findings import NEW_DAYS, WANTED_DAYS, Finding, FindingKind
from ui import state
from ui.figure_words import change_interval, change_text, span_text
from ui.text import money, number, plain_text
from ui.wording import mark, t, tn

_LOOKS: dict[FindingKind, tuple[str, str, str, str]] = {
    FindingKind.STORE: ("red", "error", mark("Store"), "catalogue"),
    FindingKind.NO_RUN: ("orange", "warning", mark("Training"), "training"),
    FindingKind.TRAINING_FAILED: ("red", "error", mark("Training"), "training"),
    FindingKind.CLICKS: ("red", "trending_down", mark("Clicks"), "performance"),
    FindingKind.CATEGORY: ("red", "trending_down", mark("Clicks"), "performance"),
    FindingKind.SOLD_OUT: ("orange", "production_quantity_limits", mark("Stock"), "catalogue"),
    FindingKind.UNSEEN: ("blue", "fiber_new", mark("New"), "new_items"),
    FindingKind.UNKNOWN_ITEMS: ("orange", "warning", mark("Events"), "events"),
    FindingKind.RULES: ("orange", "event_busy", mark("Rules"), "rules"),
    FindingKind.OLD_DATA: ("orange", "schedule", mark("Data"), "events"),
    FindingKind.WAITING: ("blue", "model_training", mark("Retrain"), "training"),
    FindingKind.BEHIND: ("blue", "model_training", mark("Retrain"), "training"),
    FindingKind.IMPORT: ("orange", "rule", mark("Import"), "catalogue"),
    FindingKind.NO_PICTURE: ("gray", "hide_image", mark("Pictures"), "catalogue"),
}
"""Kind -> colour and icon of its badge, topic, page to go to."""
_QUERIES: dict[FindingKind, dict[str, str]] = {
    FindingKind.CATEGORY: {state.BREAKDOWN: "category"},
    FindingKind.SOLD_OUT: {"item_stock": "Sold out"},
}
_BASES: dict[FindingKind, str] = {
    FindingKind.CLICKS: mark(
        "Products shown in the period, times the fall of the click-through rate, times what a click brought on "
        "average. Not a causal effect."
    ),
    FindingKind.CATEGORY: mark(
        "Products of the category shown in the period, times the fall of their click-through rate, times what a click "
        "on them brought. Found at 95% over all categories together. Overlaps with other lines."
    ),
    FindingKind.SOLD_OUT: mark(
        "What these products sold in the last two periods, per period. An upper bound: shoppers may buy something else."
    ),
    FindingKind.UNSEEN: mark(
        "What lists brought with the new products that were shown, per product and day on offer, times the days of "
        "those that were not. Holds if they would do as well."
    ),
    FindingKind.UNKNOWN_ITEMS: mark(
        "Counted: what these products sold in the period. No list can show a product that is not in the catalogue."
    ),
}
"""Kind -> how its amount was reckoned."""
NOT_PRICED = mark("It cannot be priced from what the shop's data holds.")


@dataclass(frozen=True)
class Alert:
    """One line of the needs-attention list.

    Parameters
    ----------
    colour, icon, topic
        Of the badge.
    text
        The finding in a sentence.
    amount, interval
        Money per period, and its 95 % interval; empty where it has none.
    basis
        How the amount was reckoned, or that there is none.
    page, query
        Where to go, and the filters to fill in there.
    """

    colour: str
    icon: str
    topic: str
    text: str
    amount: str
    interval: str
    basis: str
    page: str
    query: dict[str, str] = field(default_factory=dict)


def tell_finding(finding: Finding, currency: str | None, period: str) -> Alert:
    """Put a finding into words.

    Parameters
    ----------
    finding
        What was found.
    currency
        Of its amount.
    period
        Code of the period, for the address of the page it leads to.
    """
    colour, icon, topic, page = _LOOKS[finding.kind]
    query = dict(_QUERIES.get(finding.kind, {}))
    if page == "performance":
        query[state.PERIOD] = period
    return Alert(
        colour,
        icon,
        t(topic),
        _SENTENCES[finding.kind](finding),
        amount_text(finding.amount, currency),
        amount_interval(finding.amount, currency),
        t(_BASES.get(finding.kind, NOT_PRICED) if finding.amount.known else NOT_PRICED),
        page,
        query,
    )


def amount_text(amount: Estimate, currency: str | None) -> str:
    """Return "about €1,240", without the "about" for what was counted; empty text where there is no amount."""
    if not amount.known:
        return ""
    said = money(amount.value, currency, 0)
    return said if amount.low == amount.high else t("about {amount}", amount=said)


def amount_interval(amount: Estimate, currency: str | None) -> str:
    """Return "€310 to €2,170"; empty text where there is no interval."""
    if not amount.known or math.isnan(amount.low) or amount.low == amount.high:
        return ""
    return span_text(money(amount.low, currency, 0), money(amount.high, currency, 0))


def _say_clicks(f: Finding) -> str:
    change = "" if f.change is None else change_text("click_through_rate", f.change, None) or ""
    interval = "" if f.change is None else change_interval("click_through_rate", f.change, None)
    if f.kind is FindingKind.CATEGORY:
        name = plain_text(f.name, 60)
        return t("Clicks on {name} fell: {change} ({interval})", name=name, change=change, interval=interval)
    return t("The click-through rate fell: {change} ({interval})", change=change, interval=interval)


def _say_sold_out(f: Finding) -> str:
    return tn(
        "{n} sold-out product was still looked at in the last {days} days",
        "{n} sold-out products were still looked at in the last {days} days",
        f.count,
        days=WANTED_DAYS,
    )


def _say_unseen(f: Finding) -> str:
    return t(
        "{unseen} of {launched} products launched in the last {days} days stood in no list yet",
        unseen=number(f.count),
        launched=number(f.total),
        days=NEW_DAYS,
    )


def _say_unknown(f: Finding) -> str:
    return tn(
        "{n} product that shoppers used is not in the catalogue",
        "{n} products that shoppers used are not in the catalogue",
        f.count,
    )


def _say_import(f: Finding) -> str:
    skipped, total, name = number(f.count), number(f.total), plain_text(f.name, 60)
    return t("{skipped} of {total} rows of {name} were left out", skipped=skipped, total=total, name=name)


_SENTENCES: dict[FindingKind, Callable[[Finding], str]] = {
    FindingKind.STORE: lambda f: plain_text(f.name, 300),
    FindingKind.NO_RUN: lambda f: t("No run is live, so nothing can be recommended"),
    FindingKind.TRAINING_FAILED: lambda f: t("The last training failed; the live run is unchanged"),
    FindingKind.CLICKS: _say_clicks,
    FindingKind.CATEGORY: _say_clicks,
    FindingKind.SOLD_OUT: _say_sold_out,
    FindingKind.UNSEEN: _say_unseen,
    FindingKind.UNKNOWN_ITEMS: _say_unknown,
    FindingKind.RULES: lambda f: tn("{n} rule ends within a week", "{n} rules end within a week", f.count),
    FindingKind.OLD_DATA: lambda f: tn("The last event is {n} day old", "The last event is {n} days old", f.count),
    FindingKind.WAITING: lambda f: tn(
        "{n} product came after the live run; a retrain makes lists with it",
        "{n} products came after the live run; a retrain makes lists with them",
        f.count,
    ),
    FindingKind.BEHIND: lambda f: tn(
        "{n} day of events came after the live run's data", "{n} days of events came after the live run's data", f.count
    ),
    FindingKind.IMPORT: _say_import,
    FindingKind.NO_PICTURE: lambda f: tn("{n} product has no picture", "{n} products have no picture", f.count),
}
