"""Leaving parts out: phrases join to the text again, a run's space is found again, what matters is named."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.components.neighbours import reduce_vectors
from recsys.explanation.occlusion import (
    CELLS,
    MAX_PHRASES,
    Carried,
    all_windows,
    find_space,
    heat_of,
    judge_parts,
    leave_one_out,
    split_phrases,
)
from recsys.ranking.terms import DotTerm


@given(st.text(max_size=400))
def test_phrases_join_to_the_text_again(text: str) -> None:
    phrases = split_phrases(text)
    assert " ".join(phrases).split() == text.split()
    assert len(phrases) <= MAX_PHRASES


def test_a_text_of_ten_thousand_letters_has_few_phrases() -> None:
    assert len(split_phrases("very nice. " * 1000)) == MAX_PHRASES


def test_each_phrase_is_left_out_once() -> None:
    assert [t.split() for t in leave_one_out(("a b", "c", "d"))] == [["c", "d"], ["a", "b", "d"], ["a", "b", "c"]]


def test_windows_lie_inside_and_cover_the_picture() -> None:
    covered = np.zeros((CELLS, CELLS))
    for region in all_windows():
        assert region.left >= 0 and region.left + region.width <= 1 + 1e-9
        row, column, side = (round(v * CELLS) for v in (region.top, region.left, region.width))
        covered[row : row + side, column : column + side] += 1
    assert (covered > 0).all()


def test_the_space_of_a_component_is_found_again_and_a_foreign_one_is_refused() -> None:
    rng = np.random.default_rng(0)
    raw = (rng.normal(size=(80, 12)) * np.linspace(1, 3, 12)).astype(np.float32)
    raw /= np.linalg.norm(raw, axis=1, keepdims=True)
    known = np.arange(80) != 7
    content = reduce_vectors(raw, known, 8)
    space = find_space(raw, content, known)
    assert space is not None
    np.testing.assert_allclose(space.place(raw[known]), content[known], atol=1e-4)
    assert find_space(raw[::-1].copy(), content, known) is None
    assert find_space(np.full_like(raw, np.nan), content, known) is None


def test_the_part_that_carries_the_match_is_named() -> None:
    rng = np.random.default_rng(1)
    raw = rng.normal(size=(60, 4)).astype(np.float32)
    raw /= np.linalg.norm(raw, axis=1, keepdims=True)
    content = reduce_vectors(raw, np.ones(60, bool), 4)
    space = find_space(raw, content, np.ones(60, bool))
    assert space is not None
    likes = DotTerm(content[:1].copy(), np.zeros(1, np.float32), content)
    whole, far = raw[0], raw[int(np.argmin(content @ content[0]))]
    found = judge_parts(likes, space, np.stack([whole, whole, far, whole]))
    assert found.match == pytest.approx(1.0, abs=1e-4)
    assert found.strongest == 1 and found.drops[1] > 0.5
    nothing_left = judge_parts(likes, space, np.stack([whole, np.full(4, np.nan, np.float32)]))
    assert nothing_left.drops[0] == pytest.approx(nothing_left.match)
    assert Carried(1.0, (-0.2, 0.0)).strongest is None and Carried(1.0, ()).strongest is None


def test_heat_is_the_mean_over_the_windows_of_a_cell() -> None:
    assert heat_of([1.0] * 25).tolist() == np.ones((CELLS, CELLS)).tolist()
    first = heat_of([1.0, *[0.0] * 24])
    assert first[0, 0] == 1.0 and first[1, 1] == 0.25 and first[3, 3] == 0.0
