"""Rules made ready for one catalogue, and which of them act on a request."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recsys.data.catalogue import Catalogue
from recsys.data.interactions import Interactions
from recsys.data.ranking import Request
from recsys.fusion.scopes import PresetBook
from recsys.ranking.places import PLACING, Placing
from recsys.rules.kinds import GroupBy, RuleKind
from recsys.rules.rule import Rule, RuleSet, precedence
from recsys.rules.scope import RuleScope, as_moment

EVER = np.iinfo(np.int64).max
KEPT = 64
"""Companies of rules kept ready: pages, segments and markets make only a few."""


@dataclass(frozen=True, eq=False)
class Company:
    """Rules that act together, and what they lift and place.

    Parameters
    ----------
    rules
        In the order in which they have their say.
    lift
        Strengths of boosts less those of buries, float64, shape (n_items,); None where they lift no item.
    lifted
        Which items they lift, shape (n_items,).
    gates
        Blocks and filters, each with the items it lets pass, shape (n_items,).
    lifts
        Boosts and buries, each with the items it means, shape (n_items,).
    placings
        What gives out places.
    """

    rules: tuple[Rule, ...]
    lift: NDArray[np.float64] | None
    lifted: NDArray[np.bool_]
    gates: tuple[tuple[Rule, NDArray[np.bool_]], ...]
    lifts: tuple[tuple[Rule, NDArray[np.bool_]], ...]
    placings: tuple[Placing, ...]

    @cached_property
    def n_pins(self) -> int:
        """Pins, which may stand below the end of a list and take an item out of it."""
        return sum(p.rule.kind == RuleKind.PIN for p in self.placings)


class Ruling:
    """The rules of one version over one catalogue; what they select is looked up once.

    Parameters
    ----------
    rules
        The version.
    catalogue, interactions
        Of the model they act on.
    """

    def __init__(self, rules: RuleSet, catalogue: Catalogue, interactions: Interactions) -> None:
        self.version = rules.version
        self.rules = tuple(sorted(rules.rules, key=precedence))
        self._catalogue = catalogue
        self._interactions = interactions
        self._starts = _moments((r.starts_at for r in self.rules), -EVER)
        self._ends = _moments((r.ends_at for r in self.rules), EVER)
        self._by_segment = any(r.scope.segment for r in self.rules)
        self._scopes = {scope: self._rows(scope) for scope in {r.scope for r in self.rules}}
        self._masks: dict[str, NDArray[np.bool_]] = {}
        self._companies: dict[bytes, Company] = {}

    @cached_property
    def _segments(self) -> PresetBook:
        """Who counts as loyal."""
        return PresetBook.build((), self._interactions.histories.lengths, ())

    def segment_of(self, request: Request) -> str:
        """Segment of whoever asks: what the request says, else what her history says."""
        return request.segment or self._segments.segment_of(len(request.history.item_num))

    def acting(self, request: Request) -> Company:
        """Return the rules that act on a request; the very same object for every request on which the same ones act."""
        segment = self.segment_of(request) if self._by_segment else request.segment
        at = int(request.at.astype("datetime64[us]").astype(np.int64))
        holds = (self._starts <= at) & (at < self._ends)
        for scope, rows in self._scopes.items():
            if not scope.covers(request.page, segment, request.market):
                holds[rows] = False
        key = holds.tobytes()
        found = self._companies.get(key)
        if found is None:
            if len(self._companies) >= KEPT:
                self._companies.clear()
            found = self._companies[key] = self._gather(tuple(self.rules[row] for row in np.flatnonzero(holds)))
        return found

    def _gather(self, rules: tuple[Rule, ...]) -> Company:
        """Look up what rules that act together lift and place."""
        lift = np.zeros(len(self._catalogue))
        lifts = tuple((rule, self.mask(rule)) for rule in rules if rule.strength is not None)
        for rule, meant in lifts:
            lift[meant] += (rule.strength or 0.0) * (1 if rule.kind == RuleKind.BOOST else -1)
        kinds = (RuleKind.BLOCK, RuleKind.FILTER)
        gates = ((rule, self.mask(rule) == (rule.kind == RuleKind.FILTER)) for rule in rules if rule.kind in kinds)
        placings = tuple(self._placing(rule) for rule in rules if rule.kind in PLACING)
        return Company(rules, lift if lift.any() else None, lift != 0, tuple(gates), lifts, placings)

    def mask(self, rule: Rule) -> NDArray[np.bool_]:
        """Items a rule speaks of, shape (n_items,)."""
        if rule.rule_id not in self._masks:
            self._masks[rule.rule_id] = rule.selection.mask(self._catalogue)
        return self._masks[rule.rule_id]

    def _placing(self, rule: Rule) -> Placing:
        """Make one rule ready that gives out places."""
        if rule.kind == RuleKind.CAP:
            groups = self.groups(rule)
            return Placing(rule, groups=groups, n_groups=int(groups.max(initial=-1)) + 1)
        if rule.kind == RuleKind.SLOT:
            return Placing(rule, chosen=self.mask(rule))
        return Placing(rule, item=int(self._catalogue.numbers(rule.selection.item_ids)[0]))

    def groups(self, rule: Rule) -> NDArray[np.intp]:
        """What a cap counts each item under, shape (n_items,); −1 for an item it leaves alone.

        A cap per brand or category leaves items alone of which none is known.
        """
        codes = np.zeros(len(self._catalogue), np.intp)
        if rule.per is not None:
            brand = rule.per == GroupBy.BRAND
            labels = self._catalogue.brand_labels if brand else self._catalogue.category_path_labels
            codes = np.where(labels.names[labels.codes] == "", -1, labels.codes)
        return np.where(self.mask(rule), codes, -1)

    def _rows(self, scope: RuleScope) -> NDArray[np.intp]:
        """Positions of the rules with a scope."""
        return np.flatnonzero([r.scope == scope for r in self.rules])


def _moments(times: Iterable[object], unset: int) -> NDArray[np.int64]:
    """Microseconds since 1970 of times, `unset` where there is none."""
    return np.array([unset if t is None else as_moment(t).astype(np.int64) for t in times], np.int64)  # type: ignore[arg-type]
