"""Every cell of the surface is the quality at its weights, and "as good" means inside the paired interval."""

import numpy as np
import pytest

from recsys.fusion.holdout import HoldoutTerms
from recsys.fusion.surface import GRID, map_surface
from tests.fusion.drawn import NAMES, WEIGHTS, draw


@pytest.mark.parametrize("ties", [False, True])
def test_the_surface_equals_the_quality_at_every_point(ties: bool) -> None:
    terms, grid = draw(7, ties=ties), (0.0, 0.125, 0.25, 0.5, 0.625, 0.75, 1.0)
    exact = {"text": 0.5, "image": 0.25, "trend": 0.25}
    surface = map_surface(terms, exact, "text", "image", grid)
    assert surface.ndcg.shape == surface.half_width.shape == (7, 7)
    for row, beta in enumerate(grid):
        for column, alpha in enumerate(grid):
            expected = terms.quality({**exact, "text": alpha, "image": beta}).ndcg
            assert surface.ndcg[row, column] == pytest.approx(expected, abs=1e-9)


def test_cells_are_compared_with_the_best_one_shopper_by_shopper() -> None:
    terms = draw(11, n_users=25)
    surface = map_surface(terms, WEIGHTS, "text", "trend")
    row, column = surface.best
    assert surface.ndcg[row, column] == surface.ndcg.max() and surface.as_good[row, column]
    assert surface.half_width[row, column] == 0
    best = {**WEIGHTS, "text": GRID[column], "trend": GRID[row]}
    for r, c in ((0, 0), (3, 17), (20, 20)):
        quality = terms.quality({**WEIGHTS, "text": GRID[c], "trend": GRID[r]}, reference=best)
        assert surface.half_width[r, c] == pytest.approx(quality.ndcg_half_width, abs=1e-6)
        assert surface.as_good[r, c] == (-quality.ndcg_change <= quality.ndcg_half_width + 1e-9)


def test_nobody_held_out_is_a_flat_surface() -> None:
    nobody = HoldoutTerms(NAMES, np.zeros((3, 0, 5), np.float32), np.zeros((0, 5), bool), np.zeros((0, 5), bool))
    surface = map_surface(nobody, WEIGHTS, "text", "image", (0.0, 1.0))
    assert (surface.ndcg == 0).all() and surface.as_good.all() and surface.n_users == 0
