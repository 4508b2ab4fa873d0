"""What users did with items, and histories: a shopper is her history, never an id."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from recsys.data.catalogue import Catalogue
from recsys.vocabulary import EVENT_TYPES, INTERACTION_TYPES, Columns, EventType

EVENT_WEIGHTS: Mapping[EventType, float] = {
    EventType.VIEW: 1.0,
    EventType.CLICK: 1.0,
    EventType.CART: 2.0,
    EventType.PURCHASE: 4.0,
    EventType.RATING: 1.0,
    EventType.REVIEW: 1.0,
}
"""Default weight of one interaction by its type."""

DAY = np.timedelta64(1, "D").astype("timedelta64[us]")
_CODES = {str(t): n for n, t in enumerate(EVENT_TYPES)}


@dataclass(frozen=True, eq=False)
class Histories:
    """A batch of histories in compressed rows; request `r` owns the slice `indptr[r]:indptr[r+1]`, oldest first.

    Parameters
    ----------
    indptr
        Row starts, int64, shape (n_requests + 1,).
    item_num
        Items touched, int32, shape (n_touches,).
    event_type
        Position of the type in `vocabulary.EVENT_TYPES`, int8, shape (n_touches,).
    occurred_at
        UTC times, datetime64[us], shape (n_touches,).
    weight
        Strength of each touch, ≥ 0, float32, shape (n_touches,).
    """

    indptr: NDArray[np.int64]
    item_num: NDArray[np.int32]
    event_type: NDArray[np.int8]
    occurred_at: NDArray[np.datetime64]
    weight: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.indptr) - 1

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Touches per request, shape (n_requests,)."""
        return np.diff(self.indptr)

    @cached_property
    def row(self) -> NDArray[np.int64]:
        """Request number of each touch, shape (n_touches,)."""
        return np.repeat(np.arange(len(self)), self.lengths)

    def age_days(self, at: np.datetime64) -> NDArray[np.float64]:
        """Age of each touch in days at a time, ≥ 0, shape (n_touches,)."""
        return np.maximum((at - self.occurred_at) / DAY, 0.0)

    def matrix(
        self, n_items: int, values: NDArray[np.float32] | None = None, *, binary: bool = False
    ) -> sparse.csr_array:
        """Sparse (n_requests, n_items) sums of `values` (default: the weights), or 1 where touched if `binary`."""
        data = self.weight if values is None else values
        parts = (data.astype(np.float32), self.item_num, self.indptr)
        out = sparse.csr_array(parts, shape=(len(self), n_items), copy=True)
        out.sum_duplicates()
        if binary:
            out.data = np.ones_like(out.data)
        return out

    def one(self, row: int) -> "Histories":
        """Return one request's history as a batch of one, without copying."""
        touches = slice(int(self.indptr[row]), int(self.indptr[row + 1]))
        indptr = np.array([0, touches.stop - touches.start], np.int64)
        return self._pick(indptr, touches)

    def take(self, rows: NDArray[np.int64]) -> "Histories":
        """Return the histories of some requests, in the order asked."""
        lengths = self.lengths[rows]
        indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        touch = np.repeat(self.indptr[rows] - indptr[:-1], lengths) + np.arange(indptr[-1])
        return self._pick(indptr, touch)

    def _pick(self, indptr: NDArray[np.int64], touch: NDArray[np.int64] | slice) -> "Histories":
        """Select touches already aligned with `indptr`."""
        return Histories(
            indptr, self.item_num[touch], self.event_type[touch], self.occurred_at[touch], self.weight[touch]
        )

    def where(self, keep: NDArray[np.bool_]) -> "Histories":
        """Return the same requests with only the touches in `keep`, shape (n_touches,)."""
        counts = np.bincount(self.row[keep], minlength=len(self))
        return self._pick(np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), np.flatnonzero(keep))

    @staticmethod
    def empty(n_requests: int = 1) -> "Histories":
        """Histories without a touch: somebody nobody knows."""
        return Histories(
            np.zeros(n_requests + 1, np.int64),
            np.zeros(0, np.int32),
            np.zeros(0, np.int8),
            np.zeros(0, "datetime64[us]"),
            np.zeros(0, np.float32),
        )

    @staticmethod
    def of_items(item_num: Sequence[int], at: np.datetime64, event_type: EventType = EventType.VIEW) -> "Histories":
        """One history made of items touched now: an anonymous basket, or "like this product"."""
        n = len(item_num)
        return Histories(
            np.array([0, n], np.int64),
            np.asarray(item_num, np.int32),
            np.full(n, _CODES[str(event_type)], np.int8),
            np.full(n, at, "datetime64[us]"),
            np.full(n, EVENT_WEIGHTS[event_type], np.float32),
        )

    @staticmethod
    def concatenate(parts: Sequence["Histories"]) -> "Histories":
        """Stack batches below one another."""
        lengths = np.concatenate([p.lengths for p in parts])
        return Histories(
            np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            np.concatenate([p.item_num for p in parts]),
            np.concatenate([p.event_type for p in parts]),
            np.concatenate([p.occurred_at for p in parts]),
            np.concatenate([p.weight for p in parts]),
        )


@dataclass(frozen=True, eq=False)
class Interactions:
    """Every interaction of a shop, sorted by user and time; each user's rows are her history.

    Parameters
    ----------
    user_ids
        External ids in user_num order, object, shape (n_users,).
    histories
        One row per user.
    n_items
        Size of the catalogue the item numbers belong to.
    """

    user_ids: NDArray[np.object_]
    histories: Histories
    n_items: int

    def __len__(self) -> int:
        return len(self.histories.item_num)

    @property
    def n_users(self) -> int:
        """Users with at least one interaction before any cut, or kept by it."""
        return len(self.user_ids)

    @property
    def user_num(self) -> NDArray[np.int64]:
        """User number of each interaction, shape (n_interactions,)."""
        return self.histories.row

    @property
    def item_num(self) -> NDArray[np.int32]:
        """Item number of each interaction, shape (n_interactions,)."""
        return self.histories.item_num

    @property
    def occurred_at(self) -> NDArray[np.datetime64]:
        """Time of each interaction, shape (n_interactions,)."""
        return self.histories.occurred_at

    @property
    def data_to(self) -> np.datetime64:
        """Midnight (UTC) after the last interaction; the data clock. NaT when there is none."""
        if len(self) == 0:
            return np.datetime64("NaT", "us")
        return self.occurred_at.max().astype("datetime64[D]").astype("datetime64[us]") + DAY

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {user_id: number for number, user_id in enumerate(self.user_ids)}

    def user_numbers(self, user_ids: Sequence[str]) -> NDArray[np.int64]:
        """User numbers of external ids; −1 for somebody unknown."""
        return np.fromiter((self._numbers.get(u, -1) for u in user_ids), np.int64, len(user_ids))

    def history(self, user_id: str) -> Histories:
        """One user's history as a batch of one; empty for somebody unknown."""
        number = self._numbers.get(user_id)
        return Histories.empty() if number is None else self.histories.one(number)

    def before(self, at: np.datetime64) -> "Interactions":
        """Interactions earlier than a time; users stay, with shorter histories."""
        return Interactions(self.user_ids, self.histories.where(self.occurred_at < at), self.n_items)

    def between(self, start: np.datetime64, end: np.datetime64) -> "Interactions":
        """Interactions in [start, end); users stay, with shorter histories."""
        inside = (self.occurred_at >= start) & (self.occurred_at < end)
        return Interactions(self.user_ids, self.histories.where(inside), self.n_items)

    def histories_at(self, user_num: NDArray[np.int64], at: NDArray[np.datetime64]) -> Histories:
        """Histories of some users as they stood at a time each, both of shape (n_requests,)."""
        start = self.histories.indptr[user_num]
        picked = self.histories.take(user_num)
        return picked.where(picked.occurred_at < np.repeat(at, self.histories.indptr[user_num + 1] - start))

    @cached_property
    def item_counts(self) -> NDArray[np.int64]:
        """Interactions per item, shape (n_items,)."""
        return np.bincount(self.item_num, minlength=self.n_items).astype(np.int64)

    @cached_property
    def first_seen(self) -> NDArray[np.datetime64]:
        """First interaction per item, datetime64[us], shape (n_items,); NaT where never touched."""
        first = np.full(self.n_items, np.iinfo(np.int64).max, np.int64)
        np.minimum.at(first, self.item_num, self.occurred_at.astype("datetime64[us]").astype(np.int64))
        out = first.astype("datetime64[us]")
        out[self.item_counts == 0] = np.datetime64("NaT")
        return out

    @staticmethod
    def from_events(
        events: pd.DataFrame, catalogue: Catalogue, weights: Mapping[EventType, float] = EVENT_WEIGHTS
    ) -> "Interactions":
        """Build from canonical events; impressions, searches and events on unknown items are not interactions.

        Parameters
        ----------
        events
            Frame with `vocabulary.EVENT_COLUMNS`; any order.
        catalogue
            Gives the item numbers.
        weights
            Weight of one interaction by type; a rating is scaled by its value over 5.
        """
        wanted = [str(t) for t in INTERACTION_TYPES]
        rows = events[events[Columns.EVENT_TYPE].isin(wanted) & events[Columns.ITEM].notna()]
        item_num = catalogue.numbers(rows[Columns.ITEM])
        rows, item_num = rows[item_num >= 0], item_num[item_num >= 0]
        user_num, user_ids = pd.factorize(rows[Columns.USER], sort=True)
        times = pd.to_datetime(rows[Columns.OCCURRED_AT], utc=True).dt.tz_localize(None).to_numpy("datetime64[us]")
        codes = np.asarray(rows[Columns.EVENT_TYPE].map(_CODES), dtype=np.int8)
        table = np.array([weights.get(t, 0.0) for t in EVENT_TYPES], np.float32)
        weight = table[codes]
        rating = rows[Columns.RATING].to_numpy(np.float64, na_value=np.nan)
        weight = np.where(np.isnan(rating), weight, weight * np.clip(rating, 0, 5) / 5).astype(np.float32)
        order = np.lexsort((item_num, times, user_num))
        indptr = np.concatenate([[0], np.cumsum(np.bincount(user_num, minlength=len(user_ids)))]).astype(np.int64)
        picked = Histories(indptr, item_num[order], codes[order], times[order], weight[order])
        return Interactions(np.asarray(user_ids, dtype=object), picked, len(catalogue))
