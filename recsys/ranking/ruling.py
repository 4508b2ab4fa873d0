"""Rules made ready for one catalogue, and which of them act on a request."""

from collections.abc import Iterable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recsys.data.catalogue import Catalogue
from recsys.data.interactions import Interactions
from recsys.data.ranking import Request
from recsys.fusion.scopes import PresetBook
from recsys.rules.kinds import GroupBy
from recsys.rules.rule import Rule, RuleSet, precedence
from recsys.rules.scope import RuleScope, as_moment

EVER = np.iinfo(np.int64).max


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
        self._groups: dict[str, NDArray[np.intp]] = {}

    @cached_property
    def _segments(self) -> PresetBook:
        """Who counts as loyal."""
        return PresetBook.build((), self._interactions.histories.lengths, ())

    def segment_of(self, request: Request) -> str:
        """Segment of whoever asks: what the request says, else what her history says."""
        return request.segment or self._segments.segment_of(len(request.history.item_num))

    def acting(self, request: Request) -> tuple[Rule, ...]:
        """Return the rules that act on a request, in the order in which they have their say."""
        segment = self.segment_of(request) if self._by_segment else request.segment
        at = int(request.at.astype("datetime64[us]").astype(np.int64))
        holds = (self._starts <= at) & (at < self._ends)
        for scope, rows in self._scopes.items():
            if not scope.covers(request.page, segment, request.market):
                holds[rows] = False
        return tuple(self.rules[row] for row in np.flatnonzero(holds))

    def mask(self, rule: Rule) -> NDArray[np.bool_]:
        """Items a rule speaks of, shape (n_items,)."""
        if rule.rule_id not in self._masks:
            self._masks[rule.rule_id] = rule.selection.mask(self._catalogue)
        return self._masks[rule.rule_id]

    def groups(self, rule: Rule) -> NDArray[np.intp]:
        """What a cap counts each item under, shape (n_items,); −1 for an item it leaves alone.

        A cap per brand or category leaves items alone of which none is known.
        """
        if rule.rule_id not in self._groups:
            codes = np.zeros(len(self._catalogue), np.intp)
            if rule.per is not None:
                brand = rule.per == GroupBy.BRAND
                labels = self._catalogue.brand_labels if brand else self._catalogue.category_path_labels
                codes = np.where(labels.names[labels.codes] == "", -1, labels.codes)
            self._groups[rule.rule_id] = np.where(self.mask(rule), codes, -1)
        return self._groups[rule.rule_id]

    def _rows(self, scope: RuleScope) -> NDArray[np.intp]:
        """Positions of the rules with a scope."""
        return np.flatnonzero([r.scope == scope for r in self.rules])


def _moments(times: Iterable[object], unset: int) -> NDArray[np.int64]:
    """Microseconds since 1970 of times, `unset` where there is none."""
    return np.array([unset if t is None else as_moment(t).astype(np.int64) for t in times], np.int64)  # type: ignore[arg-type]
