"""What was shown and what came of it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.catalogue import Catalogue
from recsys.data.interactions import Interactions
from recsys.vocabulary import Columns, EventType

RESPONSES: tuple[str, ...] = (EventType.CLICK, EventType.CART, EventType.PURCHASE)


@dataclass(frozen=True, eq=False)
class Impressions:
    """Items shown to users, one row each, by time.

    Parameters
    ----------
    request_num
        Rows of one list share a number, int64, shape (n_impressions,).
    user_num
        As in the interactions; −1 for somebody without any, int64.
    item_num
        int32.
    position
        1-based place in the list, int32; 1 where the log does not say.
    shown_at
        UTC, datetime64[us].
    responded
        Whether the shown item was clicked, put in the cart or bought from that list, bool.
    """

    request_num: NDArray[np.int64]
    user_num: NDArray[np.int64]
    item_num: NDArray[np.int32]
    position: NDArray[np.int32]
    shown_at: NDArray[np.datetime64]
    responded: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.item_num)

    def between(self, start: np.datetime64, end: np.datetime64) -> "Impressions":
        """Impressions in [start, end)."""
        return self.take((self.shown_at >= start) & (self.shown_at < end))

    def take(self, keep: NDArray[np.bool_]) -> "Impressions":
        """Impressions of a mask, shape (n_impressions,)."""
        return Impressions(
            self.request_num[keep],
            self.user_num[keep],
            self.item_num[keep],
            self.position[keep],
            self.shown_at[keep],
            self.responded[keep],
        )

    @staticmethod
    def from_events(events: pd.DataFrame, catalogue: Catalogue, interactions: Interactions) -> "Impressions":
        """Join impressions with responses on (request_id, item_id); impressions without a request are left out."""
        key = [Columns.REQUEST, Columns.ITEM]
        named = events[events[Columns.REQUEST].notna() & events[Columns.ITEM].notna()]
        shown = named[named[Columns.EVENT_TYPE] == EventType.IMPRESSION].drop_duplicates(key)
        answers = named[named[Columns.EVENT_TYPE].isin(RESPONSES)][key].drop_duplicates().assign(responded=True)
        rows = shown.merge(answers, on=key, how="left")
        item_num = catalogue.numbers(rows[Columns.ITEM])
        rows, item_num = rows[item_num >= 0], item_num[item_num >= 0]
        times = pd.to_datetime(rows[Columns.OCCURRED_AT], utc=True).dt.tz_localize(None).to_numpy("datetime64[us]")
        position = rows[Columns.POSITION].to_numpy(np.float64, na_value=1.0).astype(np.int32)
        order = np.argsort(times, kind="stable")
        picked = Impressions(
            pd.factorize(rows[Columns.REQUEST])[0].astype(np.int64),
            interactions.user_numbers(rows[Columns.USER].tolist()),
            item_num,
            position,
            times,
            rows["responded"].notna().to_numpy(),
        )
        return Impressions(*(getattr(picked, f)[order] for f in picked.__dataclass_fields__))
