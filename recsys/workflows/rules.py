"""What other rules would change: lists of a sample of shoppers before and after, and the products that come and go."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from recsys.data.ranking import Ranking, Request
from recsys.fusion.scopes import PresetBook
from recsys.ranking import rank_many
from recsys.ranking.model import Model
from recsys.rules.book import Difference
from recsys.rules.kinds import RuleStatus
from recsys.rules.rule import Rule, RuleScope, RuleSet
from recsys.rules.scope import as_moment
from recsys.workflows.lists import now, request_for

SAMPLE = 60
PLACES = 24
TOLD = 12


@dataclass(frozen=True, eq=False)
class PreviewedList:
    """One shopper's list before and after."""

    user_id: str
    before: Ranking
    after: Ranking
    n_changed: int
    """Places at which another product stands."""


@dataclass(frozen=True, eq=False)
class Preview:
    """What a draft would change.

    Parameters
    ----------
    scope
        The page, segment and market looked at.
    at
        The moment looked at: now, or the start of the first changed rule that starts later.
    lists
        One per shopper of the sample, changed most first.
    n_changed
        Lists with at least one other place.
    came, gone
        Products newly shown and not shown any more, with the number of lists, at most `TOLD`, most first.
    n_came, n_gone
        How many there are of each.
    """

    scope: RuleScope
    at: np.datetime64
    lists: tuple[PreviewedList, ...]
    n_changed: int
    came: tuple[tuple[int, int], ...]
    gone: tuple[tuple[int, int], ...]
    n_came: int
    n_gone: int


def preview_rules(
    model: Model, before: RuleSet, after: RuleSet, changes: Difference, book: PresetBook | None, n: int = SAMPLE
) -> Preview:
    """Rank for a sample of shoppers with the live rules and with the drafted ones.

    Parameters
    ----------
    model
        The live model.
    before, after
        Live rules, and the draft as if it were published.
    changes
        What differs; decides which page, segment, market and moment are looked at.
    book
        Presets that apply by themselves.
    n
        Shoppers asked; they are spread evenly over all that are in the segment.
    """
    touched = (*changes.added, *changes.removed, *(rule for _, rule in changes.changed))
    scope, at = _scope_of(touched), _moment_of(touched)
    requests = [
        replace(request_for(model, user, PLACES, at=at, book=book), page=scope.page, market=scope.market)
        for user in _sample(model, scope.segment, n)
    ]
    pairs = zip(rank_many(requests, model, rules=before), rank_many(requests, model, rules=after), strict=True)
    lists = [_compare(request, one, two) for request, (one, two) in zip(requests, pairs, strict=True)]
    ordered = sorted(lists, key=lambda found: -found.n_changed)
    sets = [(set(found.before.item_num.tolist()), set(found.after.item_num.tolist())) for found in lists]
    came = Counter(item for old, new in sets for item in new - old)
    gone = Counter(item for old, new in sets for item in old - new)
    n_changed = sum(found.n_changed > 0 for found in lists)
    told = tuple(came.most_common(TOLD)), tuple(gone.most_common(TOLD))
    return Preview(scope, at, tuple(ordered), n_changed, *told, len(came), len(gone))


def count_status(rules: Sequence[Rule], at: np.datetime64) -> dict[RuleStatus, int]:
    """Count rules by where a moment lies in their time; every status is there."""
    counts = Counter(rule.status_at(at) for rule in rules)
    return {status: counts[status] for status in RuleStatus}


def expiring_rules(rules: Sequence[Rule], at: np.datetime64) -> tuple[Rule, ...]:
    """Return the rules about to expire, the next first."""
    soon = [rule for rule in rules if rule.status_at(at) == RuleStatus.EXPIRING]
    return tuple(sorted(soon, key=lambda rule: (rule.ends_at is None, rule.ends_at, rule.rule_id)))


def _compare(request: Request, before: Ranking, after: Ranking) -> PreviewedList:
    """Count the places at which another product stands."""
    old, new = before.item_num.tolist(), after.item_num.tolist()
    changed = sum(a != b for a, b in zip(old, new, strict=False)) + abs(len(old) - len(new))
    return PreviewedList(str(request.user_id), before, after, changed)


def _scope_of(touched: Sequence[Rule]) -> RuleScope:
    """Page, segment and market on which as many of the changed rules as possible act."""
    named = {
        name: Counter(getattr(rule.scope, name) for rule in touched if getattr(rule.scope, name))
        for name in ("page", "segment", "market")
    }
    return RuleScope(**{name: counts.most_common(1)[0][0] if counts else "" for name, counts in named.items()})


def _moment_of(touched: Sequence[Rule]) -> np.datetime64:
    """Now, unless every changed rule starts later: then the first of their starts."""
    starts = [as_moment(rule.starts_at) if rule.starts_at is not None else None for rule in touched]
    later = [start for start in starts if start is not None and start > now()]
    return min(later) if later and len(later) == len(starts) else now()


def _sample(model: Model, segment: str, n: int) -> list[str]:
    """Spread a sample over the shoppers of a segment; somebody unknown stands for the new ones."""
    lengths = model.interactions.histories.lengths
    book = PresetBook.build((), lengths, ())
    inside = [u for u, length in enumerate(lengths.tolist()) if not segment or book.segment_of(length) == segment]
    if not inside:
        return ["new visitor"]
    picked = np.unique(np.linspace(0, len(inside) - 1, min(n, len(inside))).round().astype(int))
    return [str(model.interactions.user_ids[inside[row]]) for row in picked]
