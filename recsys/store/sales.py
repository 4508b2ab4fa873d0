"""Everything that was sold, whether a recommendation led to it or not, and who still asks for what."""

from datetime import datetime

import pandas as pd
from duckdb import DuckDBPyConnection

from recsys.store.ledger import utc_columns
from recsys.store.reads import naive_utc


def count_sales(
    cursor: DuckDBPyConnection, period_from: datetime | None = None, period_to: datetime | None = None
) -> pd.DataFrame:
    """Count purchases and interest per item and day.

    A purchase counts as recommended when it carries the id of a request in which this item was shown, however long
    ago; every other purchase came about in another way.

    Parameters
    ----------
    cursor
        For reading.
    period_from, period_to
        Of the event; from ≤ time < to, UTC; None leaves that side open.

    Returns
    -------
    One row per `item_id` and `day` (UTC midnight) with an event: `touches` (views, clicks and carts), `purchases`,
    `recommended_purchases` (int64), `revenue`, `recommended_revenue`, `squared_revenue` (sum of the squares of the
    purchase values, for the spread of a sum; float64), in order of item and day.
    """
    frame = cursor.execute(
        """WITH shown AS (
            SELECT DISTINCT request_id, item_id FROM events
            WHERE event_type = 'impression' AND request_id IS NOT NULL AND item_id IS NOT NULL
        )
        SELECT e.item_id, CAST(date_trunc('day', e.occurred_at) AS TIMESTAMP) AS day,
               count(*) FILTER (e.event_type IN ('view', 'click', 'cart')) AS touches,
               count(*) FILTER (e.event_type = 'purchase') AS purchases,
               count(*) FILTER (e.event_type = 'purchase' AND shown.request_id IS NOT NULL) AS recommended_purchases,
               coalesce(sum(e.value) FILTER (e.event_type = 'purchase'), 0.0) AS revenue,
               coalesce(sum(e.value) FILTER (e.event_type = 'purchase' AND shown.request_id IS NOT NULL), 0.0)
                   AS recommended_revenue,
               coalesce(sum(e.value * e.value) FILTER (e.event_type = 'purchase'), 0.0) AS squared_revenue
        FROM events e LEFT JOIN shown ON e.request_id = shown.request_id AND e.item_id = shown.item_id
        WHERE e.item_id IS NOT NULL AND e.event_type IN ('view', 'click', 'cart', 'purchase')
          AND e.occurred_at >= coalesce(?, '-infinity'::TIMESTAMP)
          AND e.occurred_at < coalesce(?, 'infinity'::TIMESTAMP)
        GROUP BY e.item_id, day ORDER BY e.item_id, day""",
        [naive_utc(period_from), naive_utc(period_to)],
    ).df()
    return utc_columns(frame, "day")
