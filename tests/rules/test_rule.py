"""One rule: what fits, and what is said of what does not."""

import json
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.errors import InputError
from recsys.rules.rule import NEEDS, GroupBy, Rule, RuleKind, RuleScope, RuleSet, RuleStatus, Selection

WORD = st.text(st.characters(min_codepoint=33, max_codepoint=0x1F600, exclude_categories=["Cs"]), min_size=1).filter(
    str.strip
)
"""A blank name means nothing and is refused."""
TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@st.composite
def rules(draw) -> Rule:
    kind = draw(st.sampled_from(list(RuleKind)))
    pin = kind in (RuleKind.PIN, RuleKind.SOFT_PIN)
    numbers = {name: draw(st.integers(1, 500)) for name in NEEDS[kind]}
    if "window" in numbers:
        numbers["window"] = numbers["limit"] + draw(st.integers(1, 400))
    ids = tuple(draw(st.lists(WORD, min_size=1, max_size=1 if pin else 4, unique=True)))
    per = draw(st.sampled_from([None, *GroupBy])) if kind == RuleKind.CAP else None
    chosen = Selection(ids, draw(WORD), draw(WORD), "colour=" + draw(WORD))
    if per is not None and draw(st.booleans()):
        chosen = Selection()
    times = sorted(draw(st.lists(TIMES, min_size=2, max_size=2, unique=True)))
    return Rule(
        draw(st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True)),
        kind,
        Selection(ids) if pin else chosen,
        owner=draw(WORD)[:80],
        reason=draw(WORD)[:500],
        scope=RuleScope(segment=draw(st.sampled_from(["", "new", "loyal"]))),
        per=per,
        **{n: float(v) / 50 if n == "strength" else v for n, v in numbers.items()},
        starts_at=draw(st.sampled_from([None, times[0]])),
        ends_at=draw(st.sampled_from([None, times[1]])),
    )


@given(rules())
def test_a_rule_goes_through_json_and_back(rule):
    assert Rule.from_json(json.loads(json.dumps(rule.to_json()))) == rule


def good(**changes) -> dict[str, object]:
    told = {"rule_id": "r1", "kind": "pin", "selection": {"item_ids": ["P1"]}, "place": 2, "owner": "Ada"}
    return {**told, "reason": "launch", **changes}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rule_id": "../x"}, r"letters, digits, dashes.*'../x'"),
        ({"kind": "nail"}, "no kind of rule 'nail'; there is block"),
        ({"place": 0}, "place is a whole number from 1 to 1,000, got 0"),
        ({"place": None}, "needs place, got place = None"),
        ({"place": True}, "whole number"),
        ({"strength": 1.0}, "has no strength"),
        ({"selection": {"item_ids": ["P1", "P2"]}}, "exactly one product"),
        ({"selection": {"brand": "B"}}, "exactly one product"),
        ({"selection": {"colour": "red"}}, "fields item_ids, category, brand, attribute"),
        ({"kind": "block", "place": None, "selection": {}}, "nothing is chosen"),
        ({"kind": "slot", "selection": {"attribute": "red"}}, "name=value"),
        ({"kind": "boost", "place": None, "strength": float("nan"), "selection": {"brand": "B"}}, "strength is a numb"),
        ({"kind": "boost", "place": None, "strength": 11.0, "selection": {"brand": "B"}}, "at most 10, got 11"),
        ({"kind": "cap", "place": None, "limit": 5, "window": 5, "per": "brand", "selection": {}}, "changes nothing"),
        ({"per": "brand"}, "only a cap counts"),
        ({"owner": " "}, "owner is empty"),
        ({"reason": "x" * 501}, "at most 500 letters"),
        ({"reason": "a\nb"}, "on one line"),
        ({"starts_at": "tomorrow"}, "'tomorrow' is no time"),
        ({"starts_at": "2027-02-01", "ends_at": "2027-01-01"}, "before it starts"),
        ({"scope": {"segment": "rich"}}, "No segment is called 'rich'; there are new"),
        ({"scope": {"city": "Rome"}}, "page, segment and market"),
        ({"colour": "red"}, "got .'colour'."),
    ],
)
def test_what_does_not_fit_is_said_with_what_is_allowed(changes, said):
    with pytest.raises(InputError, match=said):
        Rule.from_json({n: v for n, v in good(**changes).items() if v is not None})


@pytest.mark.parametrize("told", [None, [], "rule", {"kind": "pin"}])
def test_what_is_no_rule_is_refused(told):
    with pytest.raises(InputError):
        Rule.from_json(told)


def test_a_set_refuses_an_id_that_comes_twice():
    with pytest.raises(InputError, match="r1 comes twice"):
        RuleSet(1, (Rule.from_json(good()), Rule.from_json(good(place=4))))


@pytest.mark.parametrize(
    ("at", "status", "holds"),
    [
        ("2026-12-31T23:59:59", RuleStatus.SCHEDULED, False),
        ("2027-01-01T00:00:00", RuleStatus.LIVE, True),
        ("2027-01-24T00:00:00", RuleStatus.LIVE, True),
        ("2027-01-24T00:00:01", RuleStatus.EXPIRING, True),
        ("2027-01-30T23:59:59", RuleStatus.EXPIRING, True),
        ("2027-01-31T00:00:00", RuleStatus.EXPIRED, False),
    ],
)
def test_a_rule_holds_from_its_start_until_just_before_its_end(at, status, holds):
    rule = Rule.from_json(good(starts_at="2027-01-01", ends_at="2027-01-31"))
    assert rule.status_at(np.datetime64(at, "us")) == status
    assert rule.holds_at(np.datetime64(at, "us")) is holds


def test_times_of_other_zones_are_kept_in_utc():
    rule = Rule.from_json(good(starts_at="2027-01-01T09:00:00+02:00"))
    assert rule.to_json()["starts_at"] == "2027-01-01T07:00:00+00:00"


def test_a_scope_holds_where_it_says_nothing():
    scope = RuleScope(page="home", segment="loyal")
    assert scope.covers("home", "loyal", "de")
    assert not scope.covers("home", "new", "de")
    assert not scope.covers("cart", "loyal", "")
    assert RuleScope().covers("cart", "new", "fr")
    assert scope.meets(RuleScope(page="home", market="fr"))
    assert not scope.meets(RuleScope(page="cart"))


def test_acting_rules_come_in_the_order_in_which_they_have_their_say():
    told = [
        good(rule_id="late", place=4, since=2),
        good(rule_id="early", place=4, since=1),
        good(rule_id="first", place=1, since=1),
        good(rule_id="away", scope={"page": "cart"}),
        good(rule_id="over", ends_at="2026-01-01"),
        good(rule_id="gone", kind="block", place=None, selection={"brand": "B"}, since=9),
    ]
    found = RuleSet(2, tuple(Rule.from_json({n: v for n, v in t.items() if v is not None}) for t in told))
    at = np.datetime64("2027-01-01", "us")
    assert [r.rule_id for r in found.acting(at, page="home")] == ["gone", "first", "late", "early"]
