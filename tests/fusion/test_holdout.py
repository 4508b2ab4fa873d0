"""Quality without sorting equals quality by sorting."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.fusion.holdout import CUTOFF, HoldoutTerms
from tests.fusion.drawn import NAMES, WEIGHTS, draw


def by_sorting(terms: HoldoutTerms, weights: dict[str, float]) -> tuple[list[float], list[float]]:
    """NDCG@20 and recall@20 per shopper the slow way; among equal scores the relevant item comes last."""
    total = sum(np.float32(weights.get(n, 0)) * terms.z[c] for c, n in enumerate(terms.names))
    ndcg, recall = [], []
    for row in range(terms.n_users):
        candidates = np.flatnonzero(terms.allowed[row])
        good = terms.relevant[row]
        ranked = sorted(candidates, key=lambda i: (-total[row, i], good[i]))[:CUTOFF]
        gains = [1 / np.log2(place + 2) for place, i in enumerate(ranked) if good[i]]
        n_relevant = int(good.sum())
        ndcg.append(sum(gains) / sum(1 / np.log2(p + 2) for p in range(min(n_relevant, CUTOFF))))
        recall.append(len(gains) / n_relevant)
    return ndcg, recall


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([3, 19, 20, 21, 60]))
def test_quality_equals_ndcg_by_sorting(seed: int, n_candidates: int) -> None:
    terms = draw(seed, n_candidates=n_candidates)
    ndcg, recall = by_sorting(terms, WEIGHTS)
    fast = terms.per_user(WEIGHTS)
    np.testing.assert_allclose(fast[0], ndcg, atol=1e-9)
    np.testing.assert_allclose(fast[1], recall, atol=1e-9)
    quality = terms.quality(WEIGHTS)
    assert (quality.ndcg, quality.recall) == (pytest.approx(np.mean(ndcg)), pytest.approx(np.mean(recall)))
    assert quality.n_users == 7 and quality.ndcg_change == quality.ndcg_half_width == 0
    assert 0 <= quality.ndcg <= 1 and 0 <= quality.recall <= 1


def test_a_single_relevant_item_with_a_tie_takes_the_worse_place() -> None:
    z = np.array([[[5, 3, 3, 1]]], np.float32)
    relevant = np.array([[False, True, False, False]])
    terms = HoldoutTerms(("text",), z, relevant, np.ones((1, 4), bool))
    # Behind the 5 and behind its equal: third place, 1 / log2(4) = ½.
    assert terms.quality({"text": 1.0}).ndcg == pytest.approx(0.5)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_ties_never_earn_more_than_the_worst_order(seed: int) -> None:
    terms = draw(seed, ties=True)
    exact = {"text": 0.5, "image": 0.25, "trend": 0.25}  # sums of whole numbers times these are exact
    total = sum(np.float32(exact[n]) * terms.z[c] for c, n in enumerate(NAMES))
    ndcg = terms.per_user(exact)[0]
    for row in range(terms.n_users):
        scores = np.where(terms.allowed[row], total[row], -np.inf)
        good = np.flatnonzero(terms.relevant[row] & terms.allowed[row])
        places = [int((scores >= scores[i]).sum()) for i in good]
        expected = sum(1 / np.log2(p + 1) for p in places if p <= CUTOFF)
        ideal = sum(1 / np.log2(p + 2) for p in range(min(int(terms.relevant[row].sum()), CUTOFF)))
        assert ndcg[row] == pytest.approx(expected / ideal, abs=1e-6)


def test_weights_of_nothing_earn_nothing() -> None:
    terms = draw(4)
    assert terms.quality({}).ndcg == 0 and terms.quality({}).recall == 0
    flat = HoldoutTerms(NAMES, np.ones_like(terms.z), terms.relevant, np.ones_like(terms.allowed))
    assert flat.quality(WEIGHTS).ndcg == 0


def test_the_perfect_order_is_1_and_the_scale_of_weights_does_not_matter() -> None:
    terms = draw(5, n_candidates=100)
    relevant = terms.relevant & (np.cumsum(terms.relevant, axis=1) <= CUTOFF)
    ideal = HoldoutTerms(
        ("text",), (relevant + 0.001 * terms.z[:1]).astype(np.float32), relevant, np.ones_like(relevant)
    )
    assert ideal.quality({"text": 0.1}).ndcg == pytest.approx(1)
    assert ideal.quality({"text": 7.0}).recall == pytest.approx(1)


def test_a_change_is_paired_shopper_by_shopper() -> None:
    terms = draw(6)
    changed = terms.quality({"text": 1.0}, reference=WEIGHTS)
    difference = np.array(by_sorting(terms, {"text": 1.0})[0]) - np.array(by_sorting(terms, WEIGHTS)[0])
    assert changed.ndcg_change == pytest.approx(difference.mean())
    assert changed.ndcg_half_width == pytest.approx(1.96 * difference.std(ddof=1) / np.sqrt(7))
    same = terms.quality(WEIGHTS, reference=WEIGHTS)
    assert same.ndcg_change == same.recall_half_width == 0


def test_files_keep_names_truth_and_half_precision_terms(tmp_path: Path) -> None:
    terms = draw(8)
    terms.save(tmp_path / "holdout.safetensors")
    loaded = HoldoutTerms.load(tmp_path / "holdout.safetensors")
    assert loaded.names == NAMES and loaded.z.dtype == np.float32
    np.testing.assert_allclose(loaded.z, terms.z, rtol=1e-3)
    assert np.array_equal(loaded.relevant, terms.relevant) and np.array_equal(loaded.allowed, terms.allowed)
    assert loaded.quality(WEIGHTS).ndcg == pytest.approx(terms.quality(WEIGHTS).ndcg, abs=0.05)


def test_nobody_held_out_is_no_quality_rather_than_nan() -> None:
    nobody = HoldoutTerms(NAMES, np.zeros((3, 0, 5), np.float32), np.zeros((0, 5), bool), np.zeros((0, 5), bool))
    quality = nobody.quality(WEIGHTS, reference={"text": 1.0})
    assert (quality.ndcg, quality.recall, quality.ndcg_change, quality.n_users) == (0, 0, 0, 0)
