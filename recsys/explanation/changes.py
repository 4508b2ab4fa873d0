"""A change of the shop that a machine can apply: to a product, a filter, a rule, a weight or variety. No I/O.

`apply_change` makes the changed world in memory, so that a list can be made again before anybody touches the shop.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from recsys.data.catalogue import Catalogue
from recsys.data.ranking import Diversity, Filters, Ranking, Request
from recsys.errors import InputError
from recsys.ranking.model import Model
from recsys.ranking.rank import rank
from recsys.rules.rule import Rule, RuleKind, RuleSet
from recsys.rules.selection import Selection
from recsys.vocabulary import Columns, ItemScope

OWNER = "explain"
"""Owner of the rules a change adds, until somebody publishes them under a name of her own."""


class ChangeKind(StrEnum):
    """What is changed."""

    LAUNCH = "launch"
    STOCK = "stock"
    PRICE = "price"
    FILTER = "filter"
    END_RULE = "end rule"
    BOOST = "boost"
    PIN = "pin"
    WEIGHT = "weight"
    VARIETY = "variety"


Value = float | str | bool | tuple[str, ...] | None


@dataclass(frozen=True)
class Change:
    """One change.

    Parameters
    ----------
    kind
        What is changed.
    target
        The item's id (launch, stock, price, boost, pin), a field of `Filters` (filter), a rule's id (end rule) or a
        component (weight); empty for variety.
    before, after
        Old and new value: a time in ISO 8601 (launch), pieces (stock), a price, the filter's value, the strength of
        the boost, the place of the pin, the weight, the strength of variety. None where there is none.
    delta
        By how much the change moves the score, where that says more than the value: the δ of a boost. Else None.
    """

    kind: ChangeKind
    target: str = ""
    before: Value = None
    after: Value = None
    delta: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()} | {
            "kind": str(self.kind)
        }


@dataclass(frozen=True, eq=False)
class World:
    """What a list is made from: the model, the request, the rules.

    Parameters
    ----------
    model, request, rules
        As of `ranking.rank`.
    """

    model: Model
    request: Request
    rules: RuleSet | None = None

    def rank(self, n: int) -> Ranking:
        """Make the list of the first `n` places."""
        return rank(replace(self.request, n=n), self.model, self.rules)

    def place_of(self, item_num: int, n: int) -> int | None:
        """1-based place of an item among the first `n`; None when it is not there."""
        found = np.flatnonzero(self.rank(n).item_num == item_num)
        return int(found[0]) + 1 if len(found) else None

    @property
    def weights(self) -> dict[str, float]:
        """The weights in force, by component, one for every component."""
        used = self.model.weights if self.request.weights is None else self.request.weights
        return {name: float(used.get(name, 0.0)) for name in self.model.names}


def apply_change(world: World, change: Change) -> World:
    """Return the world with one change made; nothing outside memory is touched.

    Parameters
    ----------
    world
        Stays as it is.
    change
        As `explain_absence` suggests it.

    Raises
    ------
    InputError
        If the change names an item, a filter, a rule or a component that is not there.
    """
    kind, request = change.kind, world.request
    if kind in _COLUMNS:
        return replace(world, model=_with_item(world.model, change))
    if kind == ChangeKind.FILTER:
        return replace(world, request=replace(request, filters=_with_filter(request.filters, change)))
    if kind == ChangeKind.WEIGHT:
        if change.target not in world.weights:
            raise InputError(f"No component {change.target!r} in this run; it has {', '.join(world.weights)}.")
        weights = world.weights | {change.target: _number(change)}
        return replace(world, request=replace(request, weights=weights))
    if kind == ChangeKind.VARIETY:
        diversity = Diversity(request.diversity.method, _number(change), request.diversity.window)
        return replace(world, request=replace(request, diversity=diversity))
    return replace(world, rules=_with_rule(world.rules, change))


_COLUMNS = {
    ChangeKind.LAUNCH: Columns.LAUNCHED_AT,
    ChangeKind.STOCK: Columns.STOCK,
    ChangeKind.PRICE: Columns.PRICE,
}


def _with_item(model: Model, change: Change) -> Model:
    """The same model on a catalogue in which one cell differs; nothing computed for the old one is reused."""
    number = model.catalogue.number(change.target)
    column = _COLUMNS[change.kind]
    frame = model.catalogue.frame.copy(deep=False)
    values = frame[column].copy()
    values.iloc[number] = pd.Timestamp(str(change.after), tz="UTC") if column == Columns.LAUNCHED_AT else change.after
    frame[column] = values
    return replace(model, catalogue=Catalogue(frame), _cache={})


def _with_filter(filters: Filters, change: Change) -> Filters:
    """Filters with one field changed."""
    if change.target not in vars(filters):
        raise InputError(f"No filter {change.target!r}; there are {', '.join(vars(filters))}.")
    value: Any = ItemScope(str(change.after)) if change.target == "items" else change.after
    return replace(filters, **{change.target: value})


def _with_rule(rules: RuleSet | None, change: Change) -> RuleSet:
    """Rules without one of them, or with one more."""
    known = () if rules is None else rules.rules
    version = 0 if rules is None else rules.version
    if change.kind == ChangeKind.END_RULE:
        kept = tuple(rule for rule in known if rule.rule_id != change.target)
        if len(kept) == len(known):
            raise InputError(f"No rule {change.target!r}; there are {', '.join(r.rule_id for r in known) or 'none'}.")
        return RuleSet(version, kept)
    return RuleSet(version, (*known, as_rule(change, {rule.rule_id for rule in known})))


def as_rule(change: Change, taken: Collection[str] = ()) -> Rule:
    """Return the rule that a boost or pin stands for.

    Parameters
    ----------
    change
        Of kind `BOOST` or `PIN`.
    taken
        Ids that other rules have.
    """
    name = f"{change.kind}-{len(taken) + 1}"
    while name in taken:
        name += "x"
    kind = RuleKind.PIN if change.kind == ChangeKind.PIN else RuleKind.BOOST
    numbers = {"place": int(_number(change))} if kind == RuleKind.PIN else {"strength": _number(change)}
    return Rule(name, kind, Selection((change.target,)), OWNER, "to show a product that was not here", **numbers)


def _number(change: Change) -> float:
    """The new value as a number."""
    if isinstance(change.after, str | tuple | None):
        raise InputError(f"A change of kind {change.kind} needs a number, got {change.after!r}.")
    return float(change.after)
