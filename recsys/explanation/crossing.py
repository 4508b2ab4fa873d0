"""Where one product overtakes others while one weight moves: exact, since the sum is linear in every weight."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
STEP = 1e-6
"""How far beyond a crossing the weight is put, so that the order is decided there."""


@dataclass(frozen=True, eq=False)
class Contest:
    """One product against others, while one weight moves by Δ.

    Parameters
    ----------
    behind
        How far the product's score is behind each other's at Δ = 0, shape (n_others,).
    gain
        How much more the term says for the other than for the product, shape (n_others,): at Δ the other is ahead by
        `behind` + Δ · `gain`.
    places
        The product is in when fewer than this many others are ahead.
    """

    behind: Floats
    gain: Floats
    places: int

    def is_won(self, moves: Floats) -> NDArray[np.bool_]:
        """Tell for each Δ, shape (n,), whether the product is in."""
        rising, falling = self.gain > 0, self.gain < 0
        with np.errstate(divide="ignore", invalid="ignore"):
            turn = -self.behind / self.gain
        ahead = np.searchsorted(np.sort(turn[rising]), moves, side="left").astype(np.intp)
        ahead += int(falling.sum()) - np.searchsorted(np.sort(turn[falling]), moves, side="right")
        ahead += int(((self.gain == 0) & (self.behind > 0)).sum())
        won: NDArray[np.bool_] = ahead < self.places
        return won

    @property
    def turns(self) -> Floats:
        """Moves at which the product and another one change places, shape (n_turns,)."""
        moving = self.gain != 0
        turns: Floats = -self.behind[moving] / self.gain[moving]
        return turns


def smallest_move(contests: list[Contest], low: float, high: float) -> float | None:
    """Return the Δ nearest to 0 at which the product is in every contest; None where there is none in [low, high].

    Between two neighbouring turns nothing changes, so looking just beside every turn looks everywhere.

    Parameters
    ----------
    contests
        All to be won at the same Δ.
    low, high
        Bounds of Δ, low ≤ 0 ≤ high.

    Examples
    --------
    One other, ahead by 1, whose term says 2 less: the weight must rise by a half.

    >>> round(smallest_move([Contest(np.array([1.0]), np.array([-2.0]), 1)], -1.0, 1.0), 3)
    0.5
    >>> smallest_move([Contest(np.array([1.0]), np.array([0.0]), 1)], -1.0, 1.0) is None
    True
    """
    turns = np.concatenate([c.turns for c in contests])
    moves = np.concatenate([[0.0], turns - STEP, turns + STEP, [low, high]])
    moves = moves[(moves >= low) & (moves <= high)]
    won = np.ones(len(moves), bool)
    for contest in contests:
        won &= contest.is_won(moves)
    return float(min(moves[won], key=abs)) if won.any() else None
