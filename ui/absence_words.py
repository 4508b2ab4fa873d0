"""Why a product is not in a list, in words: the gates it fails and the changes that would show it."""

from collections.abc import Mapping

import numpy as np

from recsys.explanation.changes import Change, ChangeKind
from recsys.explanation.gates import Gate
from ui.shelf_cards import label_of
from ui.text import day, money, number, safe_text
from ui.wording import mark, t

GATES = {
    Gate.CATALOGUE: mark("The live run does not know this product: it was imported after the run's data. Train again."),
    Gate.LAUNCH: mark("It is not launched yet."),
    Gate.STOCK: mark("It is out of stock."),
    Gate.SCOPE: mark("The filter on new or warm products leaves it out."),
    Gate.CATEGORY: mark("The category filter leaves it out."),
    Gate.PRICE: mark("The price filter leaves it out."),
    Gate.SEEN: mark("It is in the history, and products of the history are hidden."),
    Gate.BLOCKED: mark("A rule blocks it."),
    Gate.RULE_FILTER: mark("A rule lets only other products pass."),
    Gate.CANDIDATES: mark("Its sum is so low that it is not among the candidates of the last step."),
    Gate.LOWER_SUM: mark("Its score is lower than that of the last product shown."),
    Gate.BURIED: mark("A rule buries it."),
    Gate.CAPPED: mark("A rule caps how many products like it are shown."),
    Gate.VARIETY: mark("Variety put a product in its place that repeats the list less."),
    Gate.PUSHED: mark("A rule put other products before it."),
}
GATE_NAMES = {
    Gate.CATALOGUE: mark("not in the run"),
    Gate.LAUNCH: mark("not launched"),
    Gate.STOCK: mark("out of stock"),
    Gate.SCOPE: mark("filter"),
    Gate.CATEGORY: mark("category filter"),
    Gate.PRICE: mark("price filter"),
    Gate.SEEN: mark("already touched"),
    Gate.BLOCKED: mark("blocked"),
    Gate.RULE_FILTER: mark("filter rule"),
    Gate.CANDIDATES: mark("no candidate"),
    Gate.LOWER_SUM: mark("lower score"),
    Gate.BURIED: mark("buried"),
    Gate.CAPPED: mark("capped"),
    Gate.VARIETY: mark("variety"),
    Gate.PUSHED: mark("pushed out"),
}


def name_gate(gate: Gate) -> str:
    """Return the gate in a word or two."""
    return t(GATE_NAMES[gate])


def say_change(change: Change, currency: str | None) -> str:
    """Return one change in words.

    Parameters
    ----------
    change
        As `explain_absence` offers it.
    currency
        Of the product's price, None where unknown.
    """
    after = change.after
    value = float(after) if isinstance(after, int | float) else 0.0
    filters: Mapping[str, str] = {
        "items": t("Show all products"),
        "exclude_seen": t("Show what she has touched"),
        "categories": t("Open the category filter"),
        "price_to": t("Raise the price filter"),
    }
    if change.kind == ChangeKind.FILTER:
        return filters.get(change.target, safe_text(change.target))
    if change.kind == ChangeKind.LAUNCH:
        return t("Launch it by {day}", day=day(np.datetime64(str(after))))
    if change.kind == ChangeKind.END_RULE:
        return t("End the rule {rule}", rule=safe_text(change.target, 40))
    return {
        ChangeKind.STOCK: lambda: t("Have it in stock"),
        ChangeKind.PRICE: lambda: t("Lower its price to {price}", price=money(value, currency)),
        ChangeKind.BOOST: lambda: t("Boost it by {strength}", strength=number(value, 3)),
        ChangeKind.PIN: lambda: t("Pin it at place {place}", place=number(value)),
        ChangeKind.WEIGHT: lambda: t(
            "Set the weight of {term} from {before} to {after}",
            term=label_of(change.target),
            before=number(float(str(change.before)), 3),
            after=number(value, 3),
        ),
        ChangeKind.VARIETY: lambda: t("Switch variety off"),
    }[change.kind]()
