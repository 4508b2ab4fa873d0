"""Counts over all events that tell what cannot be right: by shopper, by day, by moment, by product."""

from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from duckdb import DuckDBPyConnection

from recsys.store.ledger import utc_columns
from recsys.store.reads import naive_utc
from recsys.store.rows import first_row

EXAMPLES = 5
CROWD = 50
"""Shoppers at one and the same moment (to the microsecond) from which that moment is looked at."""
EARLY_DAYS = 1
"""An event this long before its product's launch is early; less is a matter of time zones."""
_ACTED = "event_type NOT IN ('impression', 'search')"


@dataclass(frozen=True, eq=False)
class EventFacts:
    """What the events are like.

    Parameters
    ----------
    users
        One row per shopper: `user_id`, `n_events` (impressions and searches left out), `n_views`, `n_carts`,
        `n_purchases`, `revenue`, `active_days`, `busiest_minute` (events in it), `n_gaps`, `mean_gap_s`, `sd_gap_s`.
    days
        `day` (UTC midnight), `n_events`, days without any left out.
    totals
        One row: `n_events`, `revenue`; and for each of `future`, `ancient`, `midnight`, `early`, `repeated`, `unknown`
        the number of events `n_…`, of shoppers `users_…` and the revenue `revenue_…`.
    unknown_items
        `item_id`, `n_events` of the commonest products that the catalogue does not have.
    crowds
        `occurred_at`, `n_events`, `n_users` of moments that many shoppers share.
    """

    users: pd.DataFrame
    days: pd.DataFrame
    totals: dict[str, float]
    unknown_items: pd.DataFrame
    crowds: pd.DataFrame


def read_event_facts(cursor: DuckDBPyConnection, now: datetime) -> EventFacts:
    """Count everything stored.

    Parameters
    ----------
    cursor
        For reading.
    now
        What counts as future lies after this moment.
    """
    return EventFacts(
        users=_users(cursor),
        days=utc_columns(
            cursor.execute(
                "SELECT CAST(date_trunc('day', occurred_at) AS TIMESTAMP) AS day, count(*) AS n_events FROM events "
                "GROUP BY ALL ORDER BY day"
            ).df(),
            "day",
        ),
        totals=_totals(cursor, now),
        unknown_items=cursor.execute(
            "SELECT item_id, count(*) AS n_events FROM events WHERE item_id IS NOT NULL "
            "AND item_id NOT IN (SELECT item_id FROM items) GROUP BY item_id ORDER BY n_events DESC, item_id LIMIT ?",
            [EXAMPLES],
        ).df(),
        crowds=utc_columns(
            cursor.execute(
                f"SELECT occurred_at, count(*) AS n_events, count(DISTINCT user_id) AS n_users FROM events "
                f"WHERE {_ACTED} GROUP BY occurred_at HAVING count(DISTINCT user_id) >= ? "
                "ORDER BY n_users DESC, occurred_at LIMIT ?",
                [CROWD, EXAMPLES],
            ).df(),
            "occurred_at",
        ),
    )


def _users(cursor: DuckDBPyConnection) -> pd.DataFrame:
    """One row per shopper."""
    return cursor.execute(
        f"""WITH acted AS (SELECT * FROM events WHERE {_ACTED}),
        gaps AS (
            SELECT user_id, epoch(occurred_at) - lag(epoch(occurred_at)) OVER (
                PARTITION BY user_id ORDER BY occurred_at, event_id) AS gap_s FROM acted
        ),
        minutes AS (
            SELECT user_id, max(n) AS busiest_minute FROM (
                SELECT user_id, date_trunc('minute', occurred_at), count(*) AS n FROM acted GROUP BY ALL
            ) GROUP BY user_id
        ),
        paces AS (
            SELECT user_id, count(gap_s) AS n_gaps, avg(gap_s) AS mean_gap_s, stddev_pop(gap_s) AS sd_gap_s
            FROM gaps WHERE gap_s > 0 GROUP BY user_id
        )
        SELECT user_id, count(*) AS n_events,
               count(*) FILTER (event_type IN ('view', 'click')) AS n_views,
               count(*) FILTER (event_type = 'cart') AS n_carts,
               count(*) FILTER (event_type = 'purchase') AS n_purchases,
               coalesce(sum(value) FILTER (event_type = 'purchase'), 0.0) AS revenue,
               count(DISTINCT date_trunc('day', occurred_at)) AS active_days,
               any_value(busiest_minute) AS busiest_minute, coalesce(any_value(n_gaps), 0) AS n_gaps,
               any_value(mean_gap_s) AS mean_gap_s, any_value(sd_gap_s) AS sd_gap_s
        FROM acted LEFT JOIN minutes USING (user_id) LEFT JOIN paces USING (user_id)
        GROUP BY user_id ORDER BY n_events DESC, user_id"""
    ).df()


def _totals(cursor: DuckDBPyConnection, now: datetime) -> dict[str, float]:
    """One row of totals as a dict."""
    kinds = {
        "future": "occurred_at > ?",
        "ancient": "occurred_at < TIMESTAMP '1990-01-01'",
        "midnight": f"occurred_at = date_trunc('day', occurred_at) AND {_ACTED}",
        "early": f"occurred_at < launched_at - INTERVAL {EARLY_DAYS} DAY",
        "repeated": "copy > 1",
        "unknown": "e.item_id IS NOT NULL AND i.item_id IS NULL",
    }
    columns = ", ".join(
        f"count(*) FILTER ({rule}) AS n_{kind}, count(DISTINCT user_id) FILTER ({rule}) AS users_{kind}, "
        f"coalesce(sum(paid) FILTER ({rule}), 0.0) AS revenue_{kind}"
        for kind, rule in kinds.items()
    )
    moment = [naive_utc(now)] * columns.count("?")
    row = first_row(
        cursor,
        f"""WITH e AS (
            SELECT *, CASE WHEN event_type = 'purchase' THEN value END AS paid,
                   CASE WHEN {_ACTED} THEN row_number() OVER (
                       PARTITION BY user_id, item_id, event_type, occurred_at, value, quantity ORDER BY event_id
                   ) ELSE 1 END AS copy
            FROM events
        )
        SELECT count(*) AS n_events, coalesce(sum(paid), 0.0) AS revenue, {columns}
        FROM e LEFT JOIN items i ON e.item_id = i.item_id""",
        moment,
    )
    assert row is not None
    names = ["n_events", "revenue", *(f"{part}_{kind}" for kind in kinds for part in ("n", "users", "revenue"))]
    return {name: float(value) for name, value in zip(names, row, strict=True)}
