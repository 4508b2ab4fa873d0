"""Text and image terms: the identity without interactions, the closed form with them, neighbours for the rest."""

import numpy as np
import pytest

from recsys.components.content import ContentConfig, ImageComponent, TextComponent
from recsys.data.interactions import Histories
from recsys.errors import InputError
from tests.tables import AT, catalogue, history, training_data, unit

CROSS = unit([[1, 0], [-1, 0], [0, 1], [0, -1]])
"""Four directions whose mean is zero, so that centring leaves them as they are."""


def test_without_interactions_the_match_is_the_plain_cosine() -> None:
    component = TextComponent().fit(training_data(catalogue(4), (), {"text": CROSS}))
    # Near item 0 is item 0 itself (1), opposite item 1 (−1), square to items 2 and 3 (0).
    np.testing.assert_allclose(component.score(history((0, 0)), AT)[0], [1, -1, 0, 0], atol=1e-6)
    np.testing.assert_array_equal(component.arrays["bilinear"], np.eye(component.item_vectors.shape[1]))


def test_the_profile_leans_to_what_is_stronger_and_younger() -> None:
    component = TextComponent(ContentConfig(half_life_days=10)).fit(training_data(catalogue(4), (), {"text": CROSS}))
    # A purchase (weight 4) of item 0 today, a view (weight 1) of item 2 ten days ago: log(5) · 1 and log(2) · ½.
    mixed = np.array([np.log(5), np.log(2) / 2])
    expected = mixed / np.linalg.norm(mixed)
    scores = component.score(history((0, 0, "purchase"), (2, 10, "view")), AT)[0]
    np.testing.assert_allclose(scores, [expected[0], -expected[0], expected[1], -expected[1]], atol=1e-6)


def test_silence_without_content_without_history_and_for_unknown_items() -> None:
    vectors = CROSS.copy()
    vectors[1] = np.nan
    component = ImageComponent().fit(training_data(catalogue(4), (), {"image": vectors}))
    scores = component.score(Histories.concatenate([history((0, 0)), history((1, 0)), Histories.empty()]), AT)
    assert np.isnan(scores[0]).tolist() == [False, True, False, False]  # the item nobody pictured
    assert np.isnan(scores[1]).all()  # a history of that item says nothing
    assert np.isnan(scores[2]).all()
    absent = ImageComponent().fit(training_data(catalogue(4), (), {"text": CROSS}))
    assert np.isnan(absent.score(history((0, 0)), AT)).all()
    assert not absent.known.any()


def test_a_run_that_holds_vectors_of_its_own_is_read_as_it_was_written() -> None:
    component = TextComponent().fit(training_data(catalogue(4), (), {"text": CROSS}))
    del component.arrays["bilinear"]
    component.arrays["item_vectors"] = 2 * component.arrays["content"]
    np.testing.assert_allclose(component.score(history((0, 0)), AT)[0], [2, -2, 0, 0], atol=1e-6)


def test_identical_content_says_nothing_instead_of_nan() -> None:
    component = TextComponent().fit(training_data(catalogue(3), (), {"text": unit(np.ones((3, 2)))}))
    assert np.isnan(component.score(history((0, 0)), AT)).all()
    assert np.isfinite(component.item_vectors).all()


def paired_kinds() -> tuple[list[tuple[str, int, float]], np.ndarray]:
    """Twelve items of four kinds; whoever touches kind 0 touches kind 1 too, and kind 2 goes with kind 3."""
    kind = np.arange(12) // 3
    rng = np.random.default_rng(1)
    vectors = unit(np.eye(5)[kind] + 0.02 * rng.normal(size=(12, 5)))
    rows = []
    for shopper in range(24):
        first = 0 if shopper % 2 else 2
        rows += [(f"u{shopper}", 3 * first + shopper % 3, 1), (f"u{shopper}", 3 * (first + 1) + (shopper + 1) % 3, 1)]
    return rows, vectors


def test_w_learns_which_content_goes_together() -> None:
    rows, vectors = paired_kinds()
    plain = TextComponent().fit(training_data(catalogue(12), (), {"text": vectors}))
    learnt = TextComponent().fit(training_data(catalogue(12), rows, {"text": vectors}))
    before, after = plain.score(history((0, 0)), AT)[0], learnt.score(history((0, 0)), AT)[0]
    # By content alone kind 1 is no nearer to kind 0 than kinds 2 and 3 are; by what shoppers did it is.
    assert abs(before[3:6].mean() - before[6:].mean()) < 0.05
    assert after[3:6].min() > after[6:].max() + 0.2


def test_w_solves_both_ridge_systems() -> None:
    rows, vectors = paired_kinds()
    config = ContentConfig(half_life_days=60, regularization=0.5, identity=1.0)
    data = training_data(catalogue(12), rows, {"text": vectors})
    component = TextComponent(config).fit(data)
    content = component.arrays["content"].astype(np.float64)
    bilinear = component.arrays["bilinear"].astype(np.float64)
    learnt = bilinear - np.eye(len(bilinear))
    histories = data.interactions.histories
    h = component.user_vectors(histories, AT).astype(np.float64) @ np.linalg.inv(bilinear)
    x = histories.matrix(12, binary=True).toarray()

    def ridge(gram: np.ndarray) -> np.ndarray:
        return gram + np.eye(len(gram)) * 0.5 * np.trace(gram) / len(gram)

    # (HᵀH + λ₁I) W (FᵀF + λ₂I) = HᵀXF up to the scale given to the learnt part.
    left, right = ridge(h.T @ h) @ learnt @ ridge(content.T @ content), h.T @ x @ content
    scale = (left * right).sum() / (right * right).sum()
    np.testing.assert_allclose(left, scale * right, atol=1e-4 * np.abs(left).max())
    assert np.linalg.norm(learnt) == pytest.approx(np.linalg.norm(np.eye(len(bilinear))), rel=1e-4)


def test_the_nearest_touched_item_of_a_history() -> None:
    component = TextComponent().fit(training_data(catalogue(4), (), {"text": CROSS}))
    assert component.nearest_touched(history((0, 2), (2, 1), (1, 0)), 0).tolist() == pytest.approx([1, 0, -1])


def test_long_vectors_are_reduced_and_keep_their_angles() -> None:
    rng = np.random.default_rng(0)
    flat = np.zeros((30, 20))
    flat[:, :3] = rng.normal(size=(30, 3))  # three directions carry everything
    whole = TextComponent(ContentConfig(max_embedding_size=20)).fit(
        training_data(catalogue(30), (), {"text": unit(flat)})
    )
    small = TextComponent(ContentConfig(max_embedding_size=3)).fit(
        training_data(catalogue(30), (), {"text": unit(flat)})
    )
    assert small.item_vectors.shape == (30, 3)
    np.testing.assert_allclose(small.score(history((4, 0)), AT), whole.score(history((4, 0)), AT), atol=1e-4)


@pytest.mark.parametrize(
    "settings", [{"half_life_days": 0}, {"regularization": 0}, {"identity": -1}, {"max_embedding_size": 0}]
)
def test_settings_out_of_range_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(InputError):
        ContentConfig(**settings)  # type: ignore[arg-type]
