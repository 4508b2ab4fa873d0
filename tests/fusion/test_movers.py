"""Products that move: counted against full sorting, named largest first, with an interval over shoppers."""

from dataclasses import replace

import numpy as np
import pytest

from recsys.fusion.holdout import HoldoutItems, HoldoutTerms
from recsys.fusion.movers import find_movers
from tests.fusion.drawn import NAMES, WEIGHTS, draw

OTHER = {"text": 0.1, "image": 0.1, "trend": 0.8}


def with_items(terms: HoldoutTerms) -> HoldoutTerms:
    n_users, n = terms.allowed.shape
    items = HoldoutItems(
        np.arange(n, dtype=np.int32) + 100, np.zeros(n, bool), np.zeros(n, np.float32), np.zeros((n_users, n), bool)
    )
    return replace(terms, items=items)


def test_shares_are_those_of_the_sorted_lists():
    terms = with_items(draw(3, n_users=30, n_candidates=60))
    found = find_movers(terms, OTHER, WEIGHTS, n=200)
    lists = [[set(np.argsort(-row)[:20]) for row in terms.scores(w)] for w in (OTHER, WEIGHTS)]
    for mover in found.movers:
        c = mover.item_num - 100
        share, live = (np.mean([c in one for one in many]) for many in lists)
        assert (mover.share, mover.live_share) == (pytest.approx(share), pytest.approx(live))
        assert mover.change == pytest.approx(share - live) != 0
    assert found.kept == pytest.approx(np.mean([len(a & b) / 20 for a, b in zip(*lists, strict=True)]))
    assert found.n_moving == len(set.union(*(a ^ b for a, b in zip(*lists, strict=True))))
    sizes = [abs(m.change) for m in found.movers]
    assert sizes == sorted(sizes, reverse=True)
    assert len(find_movers(terms, OTHER, WEIGHTS).movers) == 20


def test_the_same_weights_move_nothing():
    found = find_movers(with_items(draw(3)), {n: 2 * w for n, w in WEIGHTS.items()}, WEIGHTS)
    assert found.movers == () and found.n_moving == 0 and found.kept == 1


def test_one_that_enters_every_list_is_decided():
    z = np.zeros((3, 12, 25), np.float32)
    z[0] = -np.arange(25)
    z[1, :, 24] = 99
    terms = with_items(HoldoutTerms(NAMES, z, np.ones((12, 25), bool), np.ones((12, 25), bool)))
    entered, left = find_movers(terms, {"text": 0.5, "image": 0.5}, {"text": 1.0}).movers
    assert {entered.item_num, left.item_num} == {119, 124}
    gained = entered if entered.item_num == 124 else left
    assert (gained.live_share, gained.share, gained.half_width, gained.decided) == (0.0, 1.0, 0.0, True)


def test_few_candidates_or_nobody():
    assert find_movers(with_items(draw(1, n_candidates=5)), OTHER, WEIGHTS).movers == ()
    nobody = with_items(draw(1)).take(np.zeros(0, np.intp))
    assert find_movers(nobody, OTHER, WEIGHTS).n_users == 0
    with pytest.raises(ValueError, match="cannot name"):
        find_movers(draw(1), OTHER, WEIGHTS)
