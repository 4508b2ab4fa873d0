"""The bars of a waterfall hang together."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.explanation.answer import FeatureEffect, Waterfall
from recsys.explanation.steps import waterfall_steps


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=20), st.integers(1, 12))
def test_bars_begin_at_the_base_and_end_at_the_answer(values: list[float], limit: int) -> None:
    effects = tuple(FeatureEffect(f"f{n}", f"feature {n}", None, v) for n, v in enumerate(values))
    fall = Waterfall(-2.0, -2.0 + sum(values), 0.5, effects)
    steps = waterfall_steps(fall, limit)
    assert steps[0].start == fall.base
    assert steps[-1].end == pytest.approx(fall.log_odds, abs=1e-9)
    for one, two in pairwise(steps):
        assert one.end == two.start
    assert len(steps) == min(len(values), limit) + (len(values) > limit)
