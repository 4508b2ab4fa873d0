"""What is asked of `ranking.rank` and what it answers. No arithmetic here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.interactions import Histories
from recsys.errors import InputError
from recsys.vocabulary import Columns, DiversityMethod, ItemScope

MAX_WINDOW = 40
RULES = "rules"
"""Name of the column of `Ranking.contributions` in which boosts and buries stand."""


@dataclass(frozen=True)
class Filters:
    """Which candidates may appear.

    Parameters
    ----------
    items
        Every item, only new ones (no interaction in the run's data), or only warm ones.
    exclude_seen
        Leave out what the history touched.
    categories
        Category path prefixes; empty means any.
    only_on_sale
        Leave out stock 0 and launch dates in the future.
    price_to
        Highest price, in the catalogue's currency.
    """

    items: ItemScope = ItemScope.ALL
    exclude_seen: bool = False
    categories: tuple[str, ...] = ()
    only_on_sale: bool = True
    price_to: float | None = None


@dataclass(frozen=True)
class Diversity:
    """How varied the visible part of a list shall be; the step runs after the sum and changes no score.

    Parameters
    ----------
    method
        MMR puts items apart that are alike; calibrated spreads the categories as in the shopper's history.
    strength
        0 leaves every list as it is, 1 looks at variety only.
    window
        Places the step fills, 1 to `MAX_WINDOW`; below them the list goes on by score.

    Raises
    ------
    InputError
        If a number is out of range.
    """

    method: DiversityMethod = DiversityMethod.MMR
    strength: float = 0.0
    window: int = 24

    def __post_init__(self) -> None:
        if not 0.0 <= self.strength <= 1.0:
            raise InputError(f"The strength of diversity lies between 0 and 1, got {self.strength}.")
        if not 1 <= self.window <= MAX_WINDOW:
            raise InputError(f"Diversity fills 1 to {MAX_WINDOW} places, got {self.window}.")

    @property
    def is_on(self) -> bool:
        """Whether the step may change anything."""
        return self.strength > 0.0


@dataclass(frozen=True, eq=False)
class Request:
    """One ask for a list.

    Parameters
    ----------
    history
        A batch of one: who asks is what she touched.
    at
        UTC time of the request, datetime64[us]; decides eligibility and ages.
    filters
        Which candidates may appear.
    n
        Length of the list, ≥ 1.
    weights
        Fusion weights by component name; None takes the model's own.
    user_id
        Shown in answers; never read by a component.
    request_id
        Seeds anything random together with the model's seed.
    diversity
        How varied the first places shall be; off unless asked for.
    weights_from
        Where the weights come from, as the trace shall say it ("preset Autumn (Women > Shoes)").
    page, market
        Where the list stands ("home") and for which market; rules are scoped by them. Empty: none in particular.
    segment
        Segment of the shopper, see `fusion.scopes.SEGMENTS`; empty takes what her history says.
    """

    history: Histories
    at: np.datetime64
    filters: Filters = field(default_factory=Filters)
    n: int = 24
    weights: Mapping[str, float] | None = None
    user_id: str | None = None
    request_id: str = ""
    diversity: Diversity = field(default_factory=Diversity)
    weights_from: str = ""
    page: str = ""
    segment: str = ""
    market: str = ""


@dataclass(frozen=True)
class Move:
    """One item that a step put elsewhere.

    Parameters
    ----------
    item_num
        The item.
    place_from, place_to
        1-based places before and after the step.
    reason
        Why, in words.
    """

    item_num: int
    place_from: int
    place_to: int
    reason: str


@dataclass(frozen=True)
class Step:
    """One recorded step of a ranking: what it did, how many candidates it left, and what it moved.

    Parameters
    ----------
    name
        The step; of a rule its kind, such as "pin".
    detail
        What was done, in words.
    remaining
        Candidates left after it.
    moves
        What it put elsewhere.
    rule_id
        The rule whose step this is; empty for every other step.
    acted
        False of a rule in scope that changed nothing; the detail says why.
    """

    name: str
    detail: str
    remaining: int
    moves: tuple[Move, ...] = ()
    rule_id: str = ""
    acted: bool = True


@dataclass(frozen=True, eq=False)
class Ranking:
    """An ordered list with the whole sum behind it.

    Parameters
    ----------
    item_num
        Items in rank order, int32, shape (n,).
    item_ids
        The same items' external ids, shape (n,).
    scores
        Sum of the contributions, float64, shape (n,); descending unless diversity or a rule moved items.
    contributions
        w_c · z_c, float64, shape (n, n_components); where a boost or bury acts, a last column `RULES` says what they
        add.
    components
        Names of the columns of `contributions`.
    weights
        The weights used, in the same order; 1 for `RULES`.
    silent
        Components that could not speak for this request (NaN everywhere), so contributed 0.
    trace
        Every step in order.
    sum_places
        1-based place of each item by its score, before diversity and rules put it elsewhere, shape (n,); None when
        there was no such step, so that every item stands at its place by score.
    rules_version
        Version of the rules that applied; None where none were to apply, as in offline evaluation.
    """

    item_num: NDArray[np.int32]
    item_ids: NDArray[np.object_]
    scores: NDArray[np.float64]
    contributions: NDArray[np.float64]
    components: tuple[str, ...]
    weights: tuple[float, ...]
    silent: tuple[str, ...]
    trace: tuple[Step, ...]
    user_id: str | None = None
    sum_places: NDArray[np.int32] | None = None
    rules_version: int | None = None

    def __len__(self) -> int:
        return len(self.item_num)

    def to_frame(self) -> pd.DataFrame:
        """One row per item: user_id, item_id, rank, score and one column per component."""
        return rankings_to_frame([self])


def rankings_to_frame(rankings: Sequence[Ranking]) -> pd.DataFrame:
    """One row per listed item of rankings of one model.

    Returns
    -------
    DataFrame
        user_id, item_id, rank (1-based), score, and one contribution column per component; `RULES` is 0 in the lists
        on which no boost or bury acts, and left out where it acts on none.
    """
    lengths = [len(r) for r in rankings]
    users = np.repeat(np.array([r.user_id for r in rankings], dtype=object), lengths)
    names = max((r.components for r in rankings), key=len)
    contributions = np.concatenate([_widened(r.contributions, len(names)) for r in rankings])
    frame = pd.DataFrame(
        {
            Columns.USER: users,
            Columns.ITEM: np.concatenate([r.item_ids for r in rankings]),
            Columns.RANK: np.concatenate([np.arange(1, n + 1) for n in lengths]),
            Columns.SCORE: np.concatenate([r.scores for r in rankings]),
        }
    )
    for column, name in enumerate(names):
        frame[name] = contributions[:, column]
    return frame


def _widened(contributions: NDArray[np.float64], n_columns: int) -> NDArray[np.float64]:
    """Contributions with columns of 0 at the end, shape (n, n_columns)."""
    lacking = n_columns - contributions.shape[1]
    return np.pad(contributions, ((0, 0), (0, lacking))) if lacking else contributions
