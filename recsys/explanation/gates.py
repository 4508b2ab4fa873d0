"""The gates a product passes on its way into a list, in the order of `ranking.rank`, and which of them it fails."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from recsys.data.ranking import Filters
from recsys.explanation.changes import Change, ChangeKind, World, apply_change
from recsys.ranking.filters import eligible_items
from recsys.rules.kinds import RuleKind
from recsys.rules.rule import Rule
from recsys.vocabulary import ItemScope


class Gate(StrEnum):
    """Why a product is not in a list, in the order in which a list is made."""

    CATALOGUE = "not in catalogue"
    LAUNCH = "not launched"
    STOCK = "out of stock"
    SCOPE = "scope"
    CATEGORY = "category"
    PRICE = "price"
    SEEN = "seen"
    BLOCKED = "blocked"
    RULE_FILTER = "filtered by rule"
    BURIED = "buried"
    CANDIDATES = "not among the candidates"
    LOWER_SUM = "lower sum"
    VARIETY = "variety"
    CAPPED = "capped"
    PUSHED = "pushed out"


@dataclass(frozen=True)
class Finding:
    """One gate that the product fails.

    Parameters
    ----------
    gate
        Which one.
    change
        What opens it; None where nothing here can.
    rule_id, rule_kind, reason
        Of the rule at fault, with the reason its owner gave; empty where it is no rule.
    """

    gate: Gate
    change: Change | None = None
    rule_id: str = ""
    rule_kind: str = ""
    reason: str = ""


RULE_GATES = {
    RuleKind.BLOCK: Gate.BLOCKED,
    RuleKind.FILTER: Gate.RULE_FILTER,
    RuleKind.BURY: Gate.BURIED,
    RuleKind.CAP: Gate.CAPPED,
}
"""Gate of a rule that keeps a product down; every other kind pushes it out by putting others in."""


def find_closed(world: World, item_num: int) -> tuple[Finding, ...]:
    """Return every gate that keeps a product out whatever its score, in the order of the path."""
    return (*_closed_by_sale(world, item_num), *_closed_by_filter(world, item_num), *_closed_by_rule(world, item_num))


def _closed_by_sale(world: World, item_num: int) -> Iterator[Finding]:
    """Not launched, out of stock."""
    model, at = world.model, world.request.at
    if not world.request.filters.only_on_sale or model.on_sale(at)[item_num]:
        return
    item_id, launched = str(model.catalogue.item_ids[item_num]), model.catalogue.launched_at[item_num]
    stock, fixed = float(model.catalogue.stock[item_num]), model.sale_mask is not None
    if not np.isnat(launched) and launched > at:
        then, now = (str(np.datetime_as_string(moment, unit="s")) for moment in (launched, at))
        yield Finding(Gate.LAUNCH, None if fixed else Change(ChangeKind.LAUNCH, item_id, then, now))
    if stock <= 0:
        yield Finding(Gate.STOCK, None if fixed else Change(ChangeKind.STOCK, item_id, stock, 1.0))


def _closed_by_filter(world: World, item_num: int) -> Iterator[Finding]:
    """Scope, category, price and history, each by itself."""
    asked, catalogue = world.request.filters, world.model.catalogue
    open_ = Filters(only_on_sale=False)
    category, price = str(catalogue.categories[item_num]), float(catalogue.prices[item_num])
    tried = (
        (Gate.SCOPE, "items", ItemScope.ALL),
        (Gate.CATEGORY, "categories", (*asked.categories, category) if category else ()),
        (Gate.PRICE, "price_to", price if np.isfinite(price) else None),
    )
    for gate, name, value in tried:
        alone = replace(open_, **{name: getattr(asked, name)})
        if not eligible_items(world.model, alone, world.request.at)[0][item_num]:
            before = getattr(asked, name)
            told = str(before) if isinstance(before, ItemScope) else before
            yield Finding(gate, Change(ChangeKind.FILTER, name, told, str(value) if name == "items" else value))
    if asked.exclude_seen and bool(np.isin(item_num, world.request.history.item_num)):
        yield Finding(Gate.SEEN, Change(ChangeKind.FILTER, "exclude_seen", True, False))


def _closed_by_rule(world: World, item_num: int) -> Iterator[Finding]:
    """Blocks that name the product, filters that leave it out."""
    for rule in rules_in_force(world):
        selects = _selects(rule, world, item_num)
        if (rule.kind == RuleKind.BLOCK and selects) or (rule.kind == RuleKind.FILTER and not selects):
            yield blame(rule)


def find_pushing(world: World, item_num: int, places: int) -> tuple[Finding, ...]:
    """Return the steps after the sum without which the product would be in the list.

    Each is tried by itself first; where none alone is at fault, all of them together, and then as few as will do.

    Parameters
    ----------
    world
        In which no gate of `find_closed` is shut and the product is not in the list.
    item_num
        The product.
    places
        Length of the list.

    Returns
    -------
    tuple
        Alternatives, any of which would do, if the first finding's change alone shows the product; else findings that
        have to be changed together. Empty where the score itself is too low.
    """
    suspects = list(_suspects(world, item_num))
    alone = tuple(s for s in suspects if _shows(world, [s], item_num, places))
    if alone or len(suspects) < 2 or not _shows(world, suspects, item_num, places):
        return alone
    needed = list(suspects)
    for suspect in suspects:
        fewer = [s for s in needed if s is not suspect]
        if _shows(world, fewer, item_num, places):
            needed = fewer
    return tuple(needed)


def _shows(world: World, findings: list[Finding], item_num: int, places: int) -> bool:
    """Tell whether the product is in the list once all these are changed."""
    for finding in findings:
        assert finding.change is not None
        world = apply_change(world, finding.change)
    return world.place_of(item_num, places) is not None


def _suspects(world: World, item_num: int) -> Iterator[Finding]:
    """Steps after the sum: rules that speak of the product first, then variety, then rules that put others in."""
    soft = [r for r in rules_in_force(world) if r.kind not in (RuleKind.BLOCK, RuleKind.FILTER)]
    own = [r for r in soft if r.kind in RULE_GATES and _selects(r, world, item_num)]
    yield from map(blame, own)
    diversity = world.request.diversity
    if diversity.is_on:
        yield Finding(Gate.VARIETY, Change(ChangeKind.VARIETY, "", diversity.strength, 0.0))
    yield from (blame(r) for r in soft if r.kind not in RULE_GATES)


def blame(rule: Rule) -> Finding:
    """Name a rule as the gate, its end as what opens it."""
    change = Change(ChangeKind.END_RULE, rule.rule_id, str(rule.kind), None)
    return Finding(RULE_GATES.get(rule.kind, Gate.PUSHED), change, rule.rule_id, str(rule.kind), rule.reason)


def rules_in_force(world: World) -> tuple[Rule, ...]:
    """Return the rules that act on the request, in the order in which they act."""
    return () if world.rules is None else world.model.ruling(world.rules).acting(world.request).rules


def lift_of(world: World) -> NDArray[np.float64]:
    """Strengths of boosts less those of buries that act, shape (n_items,); the sum counts them times its weights."""
    lift = np.zeros(len(world.model.catalogue))
    for rule in rules_in_force(world):
        if rule.strength is not None:
            sign = 1.0 if rule.kind == RuleKind.BOOST else -1.0
            lift[rule.selection.mask(world.model.catalogue)] += sign * rule.strength
    return lift


def _selects(rule: Rule, world: World, item_num: int) -> bool:
    """Tell whether a rule speaks of the product."""
    return bool(rule.selection.mask(world.model.catalogue)[item_num])
