"""What shown lists brought: impressions joined with the clicks, carts and purchases of the same request and item."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

import pandas as pd
from duckdb import DuckDBPyConnection

from recsys.errors import InputError
from recsys.store.ledger import utc_columns
from recsys.store.reads import naive_utc

GROUPINGS: Final = ("request_id", "user_id", "day", "placement", "item_id")
"""What `by` may name, in the order of the answer's columns."""


def count_performance(
    cursor: DuckDBPyConnection,
    period_from: datetime | None = None,
    period_to: datetime | None = None,
    by: Collection[str] = (),
) -> pd.DataFrame:
    """Count what impressions of a period brought.

    A pair (request, item) counts once however often it was logged: shown, and clicked, carted, bought or not. Revenue
    is the value of the purchases that carry the request. Responses count whenever they came, so the newest impressions
    may still gain some. Impressions without a request cannot be joined and are left out.

    Parameters
    ----------
    cursor
        For reading.
    period_from, period_to
        Of the impression; from ≤ time < to, UTC; None leaves that side open.
    by
        Any of `GROUPINGS`; empty for one row over all.

    Returns
    -------
    The chosen groupings (`day` is UTC midnight), then `impressions`, `clicks`, `carts`, `purchases` (int64) and
    `revenue` (float64), in order of the groupings.

    Raises
    ------
    InputError
        When `by` names something else.
    """
    unknown = set(by) - set(GROUPINGS)
    if unknown:
        raise InputError(f"Performance cannot be grouped by {sorted(unknown)}: choose from {', '.join(GROUPINGS)}.")
    chosen = [name for name in GROUPINGS if name in by]
    grouping = f"GROUP BY {', '.join(chosen)} ORDER BY {', '.join(chosen)}" if chosen else ""
    frame = cursor.execute(
        f"""WITH shown AS (
            SELECT request_id, item_id, min(user_id) AS user_id, min(placement) AS placement,
                   CAST(date_trunc('day', min(occurred_at)) AS TIMESTAMP) AS day
            FROM events
            WHERE event_type = 'impression' AND request_id IS NOT NULL AND item_id IS NOT NULL
              AND occurred_at >= coalesce(?, '-infinity'::TIMESTAMP)
              AND occurred_at < coalesce(?, 'infinity'::TIMESTAMP)
            GROUP BY request_id, item_id
        ), answered AS (
            SELECT request_id, item_id, bool_or(event_type = 'click') AS clicked,
                   bool_or(event_type = 'cart') AS carted, bool_or(event_type = 'purchase') AS bought,
                   sum(value) FILTER (event_type = 'purchase') AS revenue
            FROM events
            WHERE event_type IN ('click', 'cart', 'purchase') AND request_id IS NOT NULL AND item_id IS NOT NULL
            GROUP BY request_id, item_id
        )
        SELECT {"".join(name + ", " for name in chosen)} count(*) AS impressions,
               count(*) FILTER (clicked) AS clicks, count(*) FILTER (carted) AS carts,
               count(*) FILTER (bought) AS purchases, coalesce(sum(revenue), 0.0) AS revenue
        FROM shown LEFT JOIN answered USING (request_id, item_id) {grouping}""",
        [naive_utc(period_from), naive_utc(period_to)],
    ).df()
    return utc_columns(frame, "day") if "day" in chosen else frame
