"""Conflicts: counted where scopes and times meet, with the winner that `rank` lets win."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from recsys.data.ranking import Request
from recsys.ranking import rank
from recsys.rules.conflicts import Clash, find_conflicts
from recsys.rules.rule import Rule, RuleKind, RuleScope, RuleSet, Selection

AT = np.datetime64("2026-03-01", "us")


def rule(rule_id: str, kind: RuleKind, selection: Selection, **more: object) -> Rule:
    return Rule(rule_id, kind, selection, "Ada", "a test", **more)  # type: ignore[arg-type]


def pin(rule_id: str, item: str, place: int, **more: object) -> Rule:
    return rule(rule_id, RuleKind.PIN, Selection((item,)), place=place, **more)


PIN = pin("pin", "i20", 3, since=1)
BLOCK = rule("block", RuleKind.BLOCK, Selection(category="Home"))
LAMPS = rule("lamps", RuleKind.FILTER, Selection(category="Home > Lamps"))


@pytest.mark.parametrize(
    ("others", "told"),
    [
        ([PIN, pin("newer", "i21", 3, since=2)], [(Clash.PLACE, "newer", "pin")]),
        ([PIN, rule("slot", RuleKind.SLOT, Selection(brand="Bo"), place=3)], [(Clash.PLACE, "pin", "slot")]),
        ([PIN, pin("again", "i20", 5)], [(Clash.PRODUCT, "pin", "again")]),
        ([PIN, BLOCK], [(Clash.GATE, "block", "pin")]),
        ([PIN, rule("f", RuleKind.FILTER, Selection(category="Home > Mugs"))], [(Clash.GATE, "f", "pin")]),
        (
            [LAMPS, rule("mugs", RuleKind.FILTER, Selection(category="Home > Mugs"))],
            [(Clash.NOTHING_LEFT, "lamps", "mugs")],
        ),
        (
            [
                rule("up", RuleKind.BOOST, Selection(brand="Bo"), strength=1.0),
                rule("down", RuleKind.BURY, Selection(category="Home"), strength=2.0),
            ],
            [(Clash.AGAINST, "down", "up")],
        ),
        ([PIN, pin("other", "i21", 4)], []),
        ([PIN, rule("b", RuleKind.BLOCK, Selection(("i30",)))], []),
        ([PIN, pin("cart", "i21", 3, scope=RuleScope(page="cart"))], [(Clash.PLACE, "cart", "pin")]),
        ([pin("a", "i20", 3, scope=RuleScope(page="home")), pin("b", "i21", 3, scope=RuleScope(page="cart"))], []),
        ([PIN, pin("over", "i21", 3, ends_at=datetime(2026, 1, 1, tzinfo=UTC))], []),
        (
            [
                replace(PIN, ends_at=datetime(2026, 4, 1, tzinfo=UTC)),
                pin("later", "i21", 3, starts_at=datetime(2026, 4, 1, tzinfo=UTC)),
            ],
            [],
        ),
    ],
)
def test_conflicts_are_found_with_their_winner(small_model, others, told):
    for order in (others, others[::-1]):
        found = find_conflicts(order, small_model.catalogue, AT)
        assert [(c.clash, c.winner.rule_id, c.loser.rule_id) for c in found] == told
    assert all(c.why and c.n_items > 0 for c in find_conflicts(others, small_model.catalogue, AT))


@pytest.mark.parametrize(
    "other",
    [
        pin("newer", "i24", 3, since=2),
        rule("slot", RuleKind.SLOT, Selection(brand="Bo"), place=3),
        BLOCK,
        rule("f", RuleKind.FILTER, Selection(category="Home > Mugs")),
    ],
)
def test_the_winner_is_who_wins_in_the_list(small_model, other):
    request = Request(small_model.interactions.histories.one(3), small_model.data_to)
    conflict = find_conflicts([PIN, other], small_model.catalogue, AT)[0]
    ranking = rank(request, small_model, RuleSet(2, (PIN, other)))
    steps = {s.rule_id: s for s in ranking.trace if s.rule_id}
    stands = len(ranking) > 2 and ranking.item_ids[2] == "i20"
    assert stands == (conflict.winner is PIN)
    assert steps[conflict.winner.rule_id].acted
