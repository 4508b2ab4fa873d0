"""Put a new product into lists by hand: a pin with an end, published at once."""

import secrets
from datetime import UTC, datetime, timedelta

from recsys.rules.book import publish, read_rules
from recsys.rules.rule import Rule, RuleKind, RuleScope, RuleSet
from recsys.rules.selection import Selection
from recsys.settings import ShopPaths
from recsys.workflows.draft_rules import lay_over

LONGEST_DAYS = 90


def pin_product(
    paths: ShopPaths, item_id: str, *, place: int, days: int, owner: str, reason: str, segment: str = ""
) -> RuleSet:
    """Pin one product at a place of every list, or of one segment's lists, for some days from now.

    An earlier pin of the product, or of another one at that place, gives way; every other rule stays.

    Parameters
    ----------
    paths
        The shop.
    item_id
        The product.
    place
        1-based.
    days
        1 to `LONGEST_DAYS`.
    owner, reason
        Who answers for it and why; neither may be empty.
    segment
        Name of `fusion.scopes.SEGMENTS`; empty for everybody.

    Raises
    ------
    ConflictError
        If other rules were published at the very same time; nothing is written.
    InputError
        If a value does not fit; nothing is written.
    """
    live = read_rules(paths)
    now = datetime.now(UTC).replace(microsecond=0)
    rule = Rule(
        rule_id=f"launch-{secrets.token_hex(6)}",
        kind=RuleKind.PIN,
        selection=Selection((item_id,)),
        owner=owner.strip(),
        reason=reason.strip(),
        scope=RuleScope(segment=segment),
        place=place,
        ends_at=now + timedelta(days=min(max(days, 1), LONGEST_DAYS)),
    )
    return publish(paths, lay_over(live, (rule,)).rules, live.version, who=owner, why=reason)


def pinned_places(rules: RuleSet) -> dict[str, int]:
    """Return the place of every product that a live pin names, the lowest of several."""
    now = datetime.now(UTC)
    pins = [r for r in rules.rules if r.kind is RuleKind.PIN and (r.ends_at is None or r.ends_at > now)]
    places: dict[str, int] = {}
    for rule in pins:
        for item_id in rule.selection.item_ids:
            places[item_id] = min(rule.place or 1, places.get(item_id, rule.place or 1))
    return places
