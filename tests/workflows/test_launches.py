"""A new product is pinned with an end, and other pins of it or of its place give way."""

from datetime import UTC, datetime, timedelta

import pytest

from recsys.errors import InputError
from recsys.rules.book import read_rules
from recsys.rules.rule import RuleKind
from recsys.settings import ShopPaths
from recsys.workflows.launches import pin_product, pinned_places

WHO = {"owner": "Ana", "reason": "Launch week"}


def test_a_pin_is_live_at_once_and_ends(empty_shop: ShopPaths):
    rules = pin_product(empty_shop, "a", place=3, days=7, segment="new", **WHO)
    (rule,) = read_rules(empty_shop).rules
    assert (rules.version, rule.kind, rule.place, rule.scope.segment) == (1, RuleKind.PIN, 3, "new")
    assert rule.ends_at is not None
    assert abs(rule.ends_at - datetime.now(UTC) - timedelta(days=7)) < timedelta(minutes=1)
    assert pinned_places(rules) == {"a": 3}


def test_a_later_pin_takes_the_place(empty_shop: ShopPaths):
    pin_product(empty_shop, "a", place=3, days=7, **WHO)
    pin_product(empty_shop, "b", place=3, days=7, **WHO)
    assert pinned_places(read_rules(empty_shop)) == {"b": 3}
    pin_product(empty_shop, "b", place=1, days=7, **WHO)
    pin_product(empty_shop, "c", place=3, days=7, **WHO)
    assert pinned_places(read_rules(empty_shop)) == {"b": 1, "c": 3}


@pytest.mark.parametrize("missing", ["owner", "reason"])
def test_somebody_answers_for_it(empty_shop: ShopPaths, missing: str):
    with pytest.raises(InputError):
        pin_product(empty_shop, "a", place=3, days=7, **(WHO | {missing: " "}))
    assert len(read_rules(empty_shop)) == 0
