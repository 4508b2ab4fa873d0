"""Check an event file: every row becomes a canonical event, or is changed or left out with a word about it."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from recsys.ingest.arrays import find_repeats, is_null, isin, nullable, times_array
from recsys.ingest.checks import Checked, Sheet
from recsys.ingest.mapping import ColumnMapping
from recsys.ingest.tables import RawTable
from recsys.vocabulary import EventType

CLOCK_SKEW = timedelta(minutes=5)
"""An event may lie this far ahead of our clock; later ones are set to now."""

EARLIEST = np.datetime64("1990-01-01", "us")
"""Earlier times are the empty date of some system (1970, 1900)."""

EVENT_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("event_id", "event_type", "user_id", "item_id")]
    + [("occurred_at", pa.timestamp("us", tz="UTC"))]
    + [(name, pa.float64()) for name in ("quantity", "value", "rating")]
    + [("text", pa.string()), ("position", pa.int32()), ("request_id", pa.string()), ("placement", pa.string())]
    + [("stated_at", pa.timestamp("us", tz="UTC"))]
)
"""Canonical columns, and the time as the file states it: ids made from the content must not depend on our clock."""

EVENT_WORDS: dict[str, tuple[str, ...]] = {
    EventType.IMPRESSION: ("impression", "impressions", "exposure", "shown", "show", "display", "view_item_list"),
    EventType.VIEW: ("view", "views", "pageview", "page_view", "detail", "product_view", "view_item", "detail_view"),
    EventType.CLICK: ("click", "clicks", "clicked", "select_item", "tap"),
    EventType.CART: ("cart", "add_to_cart", "addtocart", "basket", "add", "add_to_basket", "atc"),
    EventType.PURCHASE: (
        "purchase",
        "purchases",
        "purchased",
        "buy",
        "bought",
        "order",
        "sale",
        "transaction",
        "conversion",
    ),
    EventType.RATING: ("rating", "rate", "rated", "stars"),
    EventType.REVIEW: ("review", "reviewed", "comment"),
    EventType.SEARCH: ("search", "query", "searched", "view_search_results"),
}
"""Names other systems use."""


def check_events(
    raw: RawTable, mapping: ColumnMapping, known_items: Collection[str], file: str, now: datetime | None = None
) -> Checked:
    """Check events and bring them into canonical form.

    Parameters
    ----------
    raw
        As read.
    mapping
        What a person said; the rest is guessed.
    known_items
        Ids of the catalogue.
    file
        Name for messages.
    now
        Our clock, UTC.

    Returns
    -------
    Checked
        Rows without shopper, known item, time or known type are left out with a warning; when they are more than half
        of the file, that is an error. Times more than five minutes ahead are set to now, with a warning.
    """
    sheet = Sheet(raw, mapping, "events", file)
    if mapping.options.event_type is not None:
        sheet.columns.setdefault("event_type", ())
    if not sheet.require_columns():
        return sheet.empty(EVENT_SCHEMA)
    types = _types(sheet)
    users = sheet.text("user_id")
    sheet.drop("no_user_id", "The shopper's id is empty.", is_null(users), "user_id")
    items = _items(sheet, types, known_items)
    times, stated = _times(sheet, now or datetime.now(UTC))
    columns = {
        "event_id": sheet.text("event_id"),
        "event_type": types,
        "user_id": users,
        "item_id": items,
        "occurred_at": times,
        **_details(sheet),
        "stated_at": stated,
    }
    _drop_repeated_ids(sheet, columns)
    if sheet.n_rows == 0:
        sheet.log.add("no_rows", "The file has a header but no rows: export it again.", row=1)
    sheet.check_share("Import the catalogue first, and check which columns hold shopper, item, time and type.")
    return sheet.finish(columns, EVENT_SCHEMA, frozenset(sheet.columns))


def _types(sheet: Sheet) -> pa.Array:
    """Event types in our words; rows with unknown ones are left out."""
    if sheet.source("event_type") is None:
        return pa.repeat(pa.scalar(str(sheet.options.event_type)), sheet.n_rows)
    words = {word: str(kind) for kind, several in EVENT_WORDS.items() for word in several}
    text = sheet.text("event_type")
    encoded = text.dictionary_encode()
    known = [words.get(cell.lower().replace(" ", "_").replace("-", "_")) for cell in encoded.dictionary.to_pylist()]
    types = pa.array([*known, None], pa.string()).take(pc.fill_null(encoded.indices, len(known)))
    allowed = ", ".join(EventType)
    sheet.drop(
        "unknown_event_type", f"The event type {{value}} is not known; use {allowed}.", is_null(types), "event_type"
    )
    return types


def _items(sheet: Sheet, types: pa.Array, known_items: Collection[str]) -> pa.Array:
    """Item ids; rows without one (other than searches) or with an unknown one are left out."""
    items = sheet.text("item_id")
    search = pc.equal(types, str(EventType.SEARCH))
    missing = is_null(items) & ~np.asarray(pc.fill_null(search, False).to_numpy(zero_copy_only=False), dtype=bool)
    sheet.drop("no_item_id", "The item's id is empty.", missing, "item_id")
    unknown = ~is_null(items) & ~isin(items, pa.array(list(known_items), pa.string()))
    sheet.drop(
        "unknown_item",
        "The catalogue has no item {value}: import its catalogue row first, then this file again (rows already stored "
        "are not doubled).",
        unknown,
        "item_id",
    )
    return items


def _times(sheet: Sheet, now: datetime) -> tuple[pa.Array, pa.Array]:
    """Times in UTC, and as stated; rows without one are left out, future ones set to now."""
    times = sheet.times("occurred_at")
    sheet.drop(
        "bad_time", "The time {value} is not understood; write it as 2024-12-31 08:15:00.", times.bad, "occurred_at"
    )
    sheet.drop("no_time", "The time is empty.", np.isnat(times.values) & ~times.bad, "occurred_at")
    early = times.values < EARLIEST
    sheet.drop("early_time", "The time {value} lies before 1990, which looks like an empty date.", early, "occurred_at")
    clock = np.datetime64(now.astimezone(UTC).replace(tzinfo=None), "us")
    future = (times.values > clock + np.timedelta64(CLOCK_SKEW)) & sheet.keep
    sheet.report(
        "future_time",
        f"The time {{value}} lies in the future: it was set to {now:%Y-%m-%d %H:%M} UTC. Check the clock and the "
        "option `timezone` of the export.",
        future,
        "occurred_at",
    )
    return times_array(np.where(future, clock, times.values)), times_array(times.values)


def _details(sheet: Sheet) -> dict[str, pa.Array]:
    """The columns an event may have besides; what makes no sense is left empty with a warning."""
    quantity = sheet.numbers("quantity").values
    value = sheet.numbers("value").values
    rating = sheet.numbers("rating").values
    position = sheet.numbers("position").values
    for name, numbers in (("quantity", quantity), ("value", value)):
        negative = numbers < 0
        sheet.report(
            f"negative_{name}",
            f"{name} {{value}} is negative, which looks like a return: it was left empty. Leave returns out.",
            negative & sheet.keep,
            name,
        )
        numbers[negative] = np.nan
    odd = ~np.isnan(position) & (
        (position < 1) | (position != np.floor(position)) | (position > np.iinfo(np.int32).max)
    )
    sheet.report("bad_position", "position {value} is not 1, 2, 3, …: it was left empty.", odd & sheet.keep, "position")
    position[odd] = np.nan
    return {
        "quantity": nullable(quantity),
        "value": nullable(value),
        "rating": nullable(rating),
        "text": sheet.text("text"),
        "position": _whole(position),
        "request_id": sheet.text("request_id"),
        "placement": sheet.text("placement"),
    }


def _drop_repeated_ids(sheet: Sheet, columns: dict[str, pa.Array]) -> None:
    """Leave out rows whose given event_id came before; another content under the same id is an error."""
    ids = columns["event_id"]
    if ids.null_count == len(ids):
        return
    repeated, differs = find_repeats(columns, "event_id", sheet.keep)
    sheet.drop("conflicting_event_id", "The event_id {value} was used before for another event.", differs, "event_id",
               blocking=True)  # fmt: skip
    sheet.drop("repeated_event_id", "The event_id {value} came before with the same content.", repeated, "event_id")


def _whole(values: NDArray[np.float64]) -> pa.Array:
    """Whole numbers as int32, NaN as null."""
    missing = np.isnan(values)
    return pa.array(np.where(missing, 0, values).astype(np.int32), pa.int32(), mask=missing)
