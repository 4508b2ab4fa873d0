"""What pages and commands ask of the store; every answer is a pandas frame or a frozen view, times in UTC."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd
from duckdb import DuckDBPyConnection

from recsys.store.ledger import get_facts, utc_columns
from recsys.store.rows import first_row
from recsys.vocabulary import CATALOGUE_COLUMNS, CATEGORY_SEPARATOR, EVENT_COLUMNS, EVENT_TYPES

_ITEM_SELECT = ", ".join(CATALOGUE_COLUMNS)
_EVENT_SELECT = ", ".join(EVENT_COLUMNS)


@dataclass(frozen=True)
class ShopCounts:
    """How much the store holds and how fresh it is.

    Parameters
    ----------
    n_items, n_users, n_events, n_pictures
        Current items; distinct shoppers and events; pictures some current item shows.
    n_unknown_item_events
        Events whose item is not in the catalogue now (its import was rolled back); snapshots leave them out.
    data_from, data_to
        First and last event, UTC; None without events.
    last_import_at
        When the newest applied import was finished.
    name, simulated
        Facts about the shop.
    """

    n_items: int
    n_users: int
    n_events: int
    n_pictures: int
    n_unknown_item_events: int
    data_from: datetime | None
    data_to: datetime | None
    last_import_at: datetime | None
    name: str
    simulated: bool


@dataclass(frozen=True)
class ItemPage:
    """One page of items (canonical catalogue columns) and how many match in all."""

    frame: pd.DataFrame
    total: int


def count_shop(cursor: DuckDBPyConnection, fallback_name: str) -> ShopCounts:
    """Return counts and freshness in one look."""
    row = first_row(
        cursor,
        """SELECT (SELECT count(*) FROM items),
            (SELECT count(DISTINCT picture) FROM item_images),
            (SELECT count(*) FROM events WHERE item_id IS NOT NULL AND item_id NOT IN (SELECT item_id FROM items)),
            (SELECT max(finished_at) FROM imports WHERE status = 'applied'),
            count(DISTINCT user_id), count(*), min(occurred_at), max(occurred_at) FROM events""",
    )
    assert row is not None
    facts = get_facts(cursor)
    return ShopCounts(
        n_items=int(row[0]),
        n_pictures=int(row[1]),
        n_unknown_item_events=int(row[2]),
        last_import_at=_utc(row[3]),
        n_users=int(row[4]),
        n_events=int(row[5]),
        data_from=_utc(row[6]),
        data_to=_utc(row[7]),
        name=facts.get("name", fallback_name),
        simulated=facts.get("simulated") == "true",
    )


def find_items(
    cursor: DuckDBPyConnection,
    *,
    query: str = "",
    category: str | None = None,
    in_stock: bool | None = None,
    launched_from: datetime | None = None,
    has_pictures: bool | None = None,
    limit: int = 50,
    offset: int = 0,
) -> ItemPage:
    """Return items whose id or title contains `query`, in order of id.

    Parameters
    ----------
    cursor
        For reading.
    query
        Part of an id or title, any case; empty for all.
    category
        This category and those below it.
    in_stock
        True: stock above 0 or unknown; False: stock 0; None: both.
    launched_from
        Launched at this time or later.
    has_pictures
        With or without pictures; None: both.
    limit, offset
        Page of the answer.
    """
    conditions, values = ["true"], []
    if query.strip():
        conditions.append("(contains(lower(item_id), lower(?)) OR contains(lower(title), lower(?)))")
        values += [query.strip(), query.strip()]
    if category:
        conditions.append("(category = ? OR starts_with(category, ?))")
        values += [category, category + CATEGORY_SEPARATOR]
    if in_stock is not None:
        conditions.append("coalesce(stock, 1) > 0" if in_stock else "stock <= 0")
    if has_pictures is not None:
        conditions.append("len(images) > 0" if has_pictures else "len(images) = 0")
    parameters: list[object] = list(values)
    if launched_from is not None:
        conditions.append("launched_at >= ?")
        parameters.append(naive_utc(launched_from))
    where = " AND ".join(conditions)
    total = first_row(cursor, f"SELECT count(*) FROM items WHERE {where}", parameters)
    frame = cursor.execute(
        f"SELECT {_ITEM_SELECT} FROM items WHERE {where} ORDER BY item_id LIMIT ? OFFSET ?",
        [*parameters, limit, offset],
    ).df()
    return ItemPage(utc_columns(frame, "launched_at"), int(total[0]) if total else 0)


def get_item(cursor: DuckDBPyConnection, item_id: str) -> pd.DataFrame:
    """Return the item as a frame of one row, or of none."""
    frame = cursor.execute(f"SELECT {_ITEM_SELECT} FROM items WHERE item_id = ?", [item_id]).df()
    return utc_columns(frame, "launched_at")


def item_ids(cursor: DuckDBPyConnection) -> list[str]:
    """Return the ids of all current items."""
    return [str(row[0]) for row in cursor.execute("SELECT item_id FROM items").fetchall()]


def count_categories(cursor: DuckDBPyConnection) -> pd.DataFrame:
    """Return `category`, `n_items`, most items first."""
    return cursor.execute(
        "SELECT category, count(*) AS n_items FROM items WHERE category IS NOT NULL GROUP BY category "
        "ORDER BY n_items DESC, category"
    ).df()


def find_users(cursor: DuckDBPyConnection, prefix: str = "", limit: int = 50) -> pd.DataFrame:
    """Return `user_id`, `n_events`, `first_event_at`, `last_event_at` of shoppers whose id starts with `prefix`."""
    frame = cursor.execute(
        "SELECT user_id, count(*) AS n_events, min(occurred_at) AS first_event_at, max(occurred_at) AS last_event_at "
        "FROM events WHERE starts_with(user_id, ?) GROUP BY user_id ORDER BY n_events DESC, user_id LIMIT ?",
        [prefix, limit],
    ).df()
    return utc_columns(frame, "first_event_at", "last_event_at")


def user_events(cursor: DuckDBPyConnection, user_id: str, limit: int = 1000) -> pd.DataFrame:
    """Return a shopper's events (canonical columns and the item's `title`), newest first."""
    frame = cursor.execute(
        f"SELECT {', '.join('e.' + name for name in EVENT_COLUMNS)}, i.title "
        "FROM events e LEFT JOIN items i USING (item_id) WHERE e.user_id = ? "
        "ORDER BY e.occurred_at DESC, e.event_id LIMIT ?",
        [user_id, limit],
    ).df()
    return utc_columns(frame, "occurred_at")


def find_events(
    cursor: DuckDBPyConnection, event_types: Sequence[str] = (), limit: int = 50, offset: int = 0
) -> pd.DataFrame:
    """Return events of the given types (all when none is named), newest first."""
    wanted = list(event_types) or [str(kind) for kind in EVENT_TYPES]
    frame = cursor.execute(
        f"SELECT {_EVENT_SELECT} FROM events WHERE list_contains(?, event_type) "
        "ORDER BY occurred_at DESC, event_id LIMIT ? OFFSET ?",
        [wanted, limit, offset],
    ).df()
    return utc_columns(frame, "occurred_at")


def count_events_by_day(
    cursor: DuckDBPyConnection, period_from: datetime | None = None, period_to: datetime | None = None
) -> pd.DataFrame:
    """Return `day` (UTC midnight), `event_type`, `n_events`, `n_users`; period_from ≤ time < period_to."""
    frame = cursor.execute(
        "SELECT date_trunc('day', occurred_at)::TIMESTAMP AS day, event_type, count(*) AS n_events, "
        "count(DISTINCT user_id) AS n_users FROM events "
        "WHERE occurred_at >= coalesce(?, '-infinity'::TIMESTAMP) AND occurred_at < coalesce(?, 'infinity'::TIMESTAMP) "
        "GROUP BY ALL ORDER BY day, event_type",
        [naive_utc(period_from), naive_utc(period_to)],
    ).df()
    return utc_columns(frame, "day")


def count_funnel(
    cursor: DuckDBPyConnection, period_from: datetime | None = None, period_to: datetime | None = None
) -> pd.DataFrame:
    """Return `event_type`, `n_events`, `n_users`, `value` in the vocabulary's order; zeros where there is none."""
    kinds = [str(kind) for kind in EVENT_TYPES]
    return cursor.execute(
        """SELECT kinds.event_type, count(e.event_id) AS n_events, count(DISTINCT e.user_id) AS n_users,
                  coalesce(sum(e.value), 0.0) AS value
        FROM (SELECT unnest(?) AS event_type, unnest(range(len(?))) AS step) AS kinds
        LEFT JOIN events e ON e.event_type = kinds.event_type
             AND e.occurred_at >= coalesce(?, '-infinity'::TIMESTAMP)
             AND e.occurred_at < coalesce(?, 'infinity'::TIMESTAMP)
        GROUP BY kinds.event_type, kinds.step ORDER BY kinds.step""",
        [kinds, kinds, naive_utc(period_from), naive_utc(period_to)],
    ).df()


def naive_utc(moment: datetime | None) -> datetime | None:
    """UTC without the mark, as the tables keep it; a moment without a zone counts as UTC."""
    if moment is None or moment.tzinfo is None:
        return moment
    return datetime.fromtimestamp(moment.timestamp(), tz=UTC).replace(tzinfo=None)


def _utc(moment: datetime | None) -> datetime | None:
    """A stored moment with its mark."""
    return None if moment is None else moment.replace(tzinfo=UTC)
