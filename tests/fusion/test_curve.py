"""The exact curve equals quality at every point of the line, ties included, and its intervals are the paired ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.fusion.contenders import find_contenders
from recsys.fusion.curve import trace_line, trace_weight
from recsys.fusion.holdout import CUTOFF, HoldoutTerms
from tests.fusion.drawn import NAMES, WEIGHTS, draw


def exact_quality(terms: HoldoutTerms, weights: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """NDCG and recall of each shopper in double precision, by counting who scores at least as much."""
    total = sum(weights.get(n, 0.0) * terms.z[c].astype(np.float64) for c, n in enumerate(terms.names))
    total = np.where(terms.allowed, np.round(total, 11), -np.inf)  # a tie stays one whatever was added first
    ndcg, recall = np.zeros(terms.n_users), np.zeros(terms.n_users)
    for user in range(terms.n_users):
        good = np.flatnonzero(terms.relevant[user])
        places = [int((total[user] >= total[user, i]).sum()) - 1 for i in good if terms.allowed[user, i]]
        hits = [p for p in places if p < CUTOFF]
        ideal = sum(1 / np.log2(p + 2) for p in range(min(len(good), CUTOFF)))
        ndcg[user] = sum(1 / np.log2(p + 2) for p in hits) / ideal if len(good) else 0.0
        recall[user] = len(hits) / max(len(good), 1)
    return ndcg, recall


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([3, 20, 21, 60]), st.sampled_from(NAMES), st.booleans())
def test_the_curve_equals_quality_between_all_breakpoints(seed: int, n_candidates: int, name: str, ties: bool) -> None:
    terms = draw(seed, n_candidates=n_candidates, ties=ties)
    # Sums of whole numbers times these are exact, so ties are ties in any order of adding.
    weights = {"text": 0.5, "image": 0.25, "trend": 0.125} if ties else WEIGHTS
    curve = trace_weight(terms, weights, name)
    assert curve.points[0] == 0 and (np.diff(curve.points) > 0).all() and curve.points[-1] <= curve.high == 1
    wide = np.flatnonzero(curve.ends - curve.points > 1e-6)
    for step in wide[:: max(len(wide) // 12, 1)]:
        t = float(curve.points[step] + curve.ends[step]) / 2
        ndcg, recall = exact_quality(terms, {**weights, name: t})
        assert curve.ndcg[step] == pytest.approx(ndcg.mean(), abs=1e-9)
        assert curve.recall[step] == pytest.approx(recall.mean(), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_the_curve_equals_quality_anywhere(seed: int, t: float) -> None:
    terms = draw(seed, n_candidates=50)
    curve = trace_weight(terms, WEIGHTS, "image")
    near = np.abs(curve.points - t).min()
    if near > 1e-9 or t == 0:  # within rounding of a crossing either side may be meant
        assert curve.value_at(t) == pytest.approx(exact_quality(terms, {**WEIGHTS, "image": t})[0].mean(), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]))
def test_where_whole_numbers_tie_the_tie_counts_against(seed: int, t: float) -> None:
    terms = draw(seed, n_candidates=45, ties=True)
    start = {"text": 0.5, "trend": 0.25}  # sums of whole numbers times these are exact, so ties are ties
    curve = trace_weight(terms, start, "image")
    assert curve.value_at(t) == pytest.approx(exact_quality(terms, {**start, "image": t})[0].mean(), abs=1e-12)


def test_a_tie_costs_its_place_at_one_number_only() -> None:
    z = np.array([[[1.0, 0.0]], [[0.0, 1.0]]], np.float32)
    terms = HoldoutTerms(("text", "image"), z, np.array([[True, False]]), np.ones((1, 2), bool))
    curve = trace_weight(terms, {"text": 0.5}, "image")
    # Alone in front below ½; level at ½ and behind above it: second place, 1 / log2(3).
    assert curve.points.tolist() == [0.0, 0.5]
    assert curve.ndcg.tolist() == pytest.approx([1.0, 1 / np.log2(3)])
    assert curve.best == 0 and curve.top == curve.plateau == (0.0, 0.5)
    falling = trace_weight(HoldoutTerms(("image", "text"), z, terms.relevant, terms.allowed), {"text": 0.5}, "image")
    # Now the other one falls behind: level at ½, behind just above it.
    assert falling.points.tolist() == [0.0, np.nextafter(0.5, 1)]
    assert falling.value_at(0.5) == pytest.approx(1 / np.log2(3)) and falling.value_at(0.51) == 1
    assert falling.top == (np.nextafter(0.5, 1), 1.0)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_half_widths_are_those_of_paired_differences_to_the_best(seed: int) -> None:
    terms = draw(seed, n_users=12, n_candidates=40)
    curve = trace_weight(terms, WEIGHTS, "text")
    best = exact_quality(terms, {**WEIGHTS, "text": curve.optimum})[0]
    for step in np.flatnonzero(curve.ends - curve.points > 1e-6)[::7]:
        t = float(curve.points[step] + curve.ends[step]) / 2
        difference = exact_quality(terms, {**WEIGHTS, "text": t})[0] - best
        assert curve.half_width[step] == pytest.approx(1.96 * difference.std(ddof=1) / np.sqrt(12), abs=1e-7)
    assert curve.half_width[curve.best] == 0


def test_the_optimum_lies_on_the_plateau_and_the_plateau_is_one_stretch_of_undecided_steps() -> None:
    terms = draw(3, n_users=60, n_candidates=60)
    curve = trace_weight(terms, WEIGHTS, "trend")
    low, high = curve.plateau
    assert 0 <= low <= curve.top[0] <= curve.optimum <= curve.top[1] <= high <= 1
    assert curve.holds(curve.optimum) and curve.ndcg[curve.best] == curve.ndcg[curve.ends - curve.points > 1e-6].max()
    loss = curve.ndcg[curve.best] - curve.ndcg
    inside = (curve.points >= low) & (curve.ends <= high) & (curve.ends - curve.points > 1e-6)
    assert (loss[inside] <= curve.half_width.max()).all()
    for t in (low - 1e-6, high + 1e-6):
        if 0 < t < 1:
            assert loss[curve.step_at(t)] > curve.half_width[curve.step_at(t)]


def test_any_line_of_weights_can_be_followed() -> None:
    terms = draw(9)
    curve = trace_line(terms, {"text": 0.8}, {"text": -0.8, "image": 0.6, "trend": 0.1}, 0.0, 1.0)
    for t in (0.1, 0.37, 0.93):
        mixed = {"text": 0.8 - 0.8 * t, "image": 0.6 * t, "trend": 0.1 * t}
        assert curve.value_at(t) == pytest.approx(exact_quality(terms, mixed)[0].mean())
    assert curve.value_at(-1) == curve.ndcg[0] and curve.value_at(2) == curve.ndcg[-1]


def test_many_blocks_give_what_one_block_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    terms = draw(10, n_users=30)
    whole = trace_weight(terms, WEIGHTS, "text")
    monkeypatch.setattr("recsys.fusion.curve.CELLS", 100)
    blocks = trace_weight(terms, WEIGHTS, "text")
    assert np.array_equal(whole.points, blocks.points)
    np.testing.assert_allclose(whole.ndcg, blocks.ndcg, atol=1e-12)
    np.testing.assert_allclose(whole.half_width, blocks.half_width, atol=1e-12)


@pytest.mark.parametrize("n_users", [0, 1])
def test_nobody_and_one_shopper_have_a_curve_without_interval(n_users: int) -> None:
    terms = draw(1)
    few = HoldoutTerms(NAMES, terms.z[:, :n_users], terms.relevant[:n_users], terms.allowed[:n_users])
    curve = trace_weight(few, WEIGHTS, "text")
    assert (curve.half_width == 0).all() and np.isfinite(curve.ndcg).all() and curve.n_users == n_users
    assert curve.plateau == curve.top


def test_a_term_that_says_nothing_has_a_flat_curve() -> None:
    terms = draw(2)
    z = terms.z.copy()
    z[0] = 0
    curve = trace_weight(HoldoutTerms(NAMES, z, terms.relevant, terms.allowed), WEIGHTS, "text")
    assert len(curve.points) == 1 and curve.plateau == (0.0, 1.0)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0, 1), st.floats(0, 1))
def test_who_is_no_contender_never_decides_a_place(seed: int, a: float, b: float) -> None:
    rng = np.random.default_rng(seed)
    base, moving = rng.normal(size=(4, 80)) * 2, rng.normal(size=(2, 4, 80))
    relevant = rng.random((4, 80)) < 0.2
    kept = find_contenders(base, moving, relevant, [0, 0], [1, 1])
    assert kept.base.shape[1] <= 80 and kept.n_relevant.tolist() == relevant.sum(axis=1).tolist()
    full = base + a * moving[0] + b * moving[1]
    for contenders in (kept, kept.within([a, b], [a, b]), kept.within([a / 2, 0], [a, b])):
        scores = contenders.scores([a, b])
        own = scores[contenders.rows, contenders.places]
        places = (scores[contenders.rows] >= own[:, None]).sum(axis=1) - 1
        found = sorted((int(r), int(p)) for r, p in zip(contenders.rows, places, strict=True) if p < CUTOFF)
        rows, cells = np.nonzero(relevant)
        true = (full[rows] >= full[rows, cells][:, None]).sum(axis=1) - 1
        assert found == sorted((int(r), int(p)) for r, p in zip(rows, true, strict=True) if p < CUTOFF)
