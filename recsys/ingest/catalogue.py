"""Check a catalogue file: every row becomes a canonical item, is changed with a word about it, or stops the import."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from recsys.ingest.arrays import find_repeats, is_null, isin, nullable, times_array
from recsys.ingest.checks import Checked, Sheet
from recsys.ingest.item_fields import attribute_columns, read_attributes, read_categories, read_references
from recsys.ingest.mapping import ColumnMapping
from recsys.ingest.problems import Severity
from recsys.ingest.tables import RawTable
from recsys.ingest.values import CURRENCY_SIGNS, to_text

LATEST_LAUNCH = timedelta(days=3660)

ITEM_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("item_id", "title", "description", "category", "brand")]
    + [("price", pa.float64()), ("currency", pa.string()), ("attributes", pa.string())]
    + [("launched_at", pa.timestamp("us", tz="UTC")), ("stock", pa.int64()), ("margin", pa.float64())]
    + [("images", pa.list_(pa.string()))]
)
"""Canonical columns; here `images` still holds references as the file gives them."""

_STOCK_WORDS = {"in stock": 1, "instock": 1, "available": 1, "yes": 1, "true": 1, "out of stock": 0, "outofstock": 0,
                "sold out": 0, "unavailable": 0, "no": 0, "false": 0}  # fmt: skip


def check_catalogue(
    raw: RawTable, mapping: ColumnMapping, known_items: Collection[str], file: str, now: datetime | None = None
) -> Checked:
    """Check items and bring them into canonical form.

    Parameters
    ----------
    raw
        As read.
    mapping
        What a person said; the rest is guessed.
    known_items
        Ids the store has. A file without titles may change these (a stock or price list) but add no others.
    file
        Name for messages.
    now
        Our clock, UTC.

    Returns
    -------
    Checked
        An empty id, or one id on two different rows, stops the import. Values that make no sense (negative price, a
        margin of 35) are left empty with a warning. An empty title becomes the id unless the store has one.
    """
    sheet = Sheet(raw, mapping, "catalogue", file)
    extra = () if known_items else ("title",)
    if not sheet.require_columns(*extra):
        return sheet.empty(ITEM_SCHEMA)
    ids = sheet.text("item_id")
    sheet.drop("no_item_id", "The item's id is empty: give it one.", is_null(ids), "item_id", blocking=True)
    if "title" not in sheet.columns:
        unknown = ~isin(ids, pa.array(list(known_items), pa.string()))
        sheet.drop(
            "unknown_item", "The file has no titles and the catalogue has no item {value} yet.", unknown, "item_id"
        )
    titles = sheet.text("title")
    if "title" in sheet.columns:
        sheet.report(
            "no_title", "The title is empty: the item keeps its stored title, or shows its id.",
            is_null(titles) & sheet.keep, "title", values=ids,
        )  # fmt: skip
    price, currency = _prices(sheet)
    columns = {
        "item_id": ids,
        "title": titles,
        "description": sheet.text("description"),
        "category": read_categories(sheet),
        "brand": sheet.text("brand"),
        "price": price,
        "currency": currency,
        "attributes": read_attributes(sheet),
        "launched_at": _launches(sheet, now or datetime.now(UTC)),
        "stock": _stock(sheet),
        "margin": _margin(sheet),
        "images": read_references(sheet),
    }
    repeated, differs = find_repeats(columns, "item_id", sheet.keep)
    sheet.drop("duplicate_item_id", "The item id {value} is on an earlier row with other values: keep one of them.",
               differs, "item_id", blocking=True)  # fmt: skip
    sheet.drop("repeated_row", "The row repeats an earlier one with the same item id {value}.", repeated, "item_id")
    if sheet.n_rows == 0:
        sheet.log.add("no_rows", "The file has a header but no rows: export it again.", row=1)
    sheet.check_share("Check which column holds the item's id.")
    return sheet.finish(columns, ITEM_SCHEMA, _provided(sheet))


def _provided(sheet: Sheet) -> frozenset[str]:
    """Canonical columns the file has, those made from others included."""
    extra = {"attributes"} if attribute_columns(sheet) else set()
    if "price" in sheet.columns:
        extra.add("currency")
    return frozenset(sheet.columns) | extra


def _prices(sheet: Sheet) -> tuple[pa.Array, pa.Array]:
    """Prices and their currency: from the currency column, signs beside the price, or the option."""
    found = sheet.numbers("price")
    negative = found.values < 0
    sheet.report("negative_price", "The price {value} is negative: it was left empty.", negative & sheet.keep,
                 "price")  # fmt: skip
    values = np.where(negative, np.nan, found.values)
    if "price" in sheet.columns:
        empty = np.isnan(found.values) & ~found.bad & sheet.keep
        sheet.report("no_price", "The price is empty: the item is shown without one.", empty, "price")
    currency = _codes(sheet)
    if found.currencies is not None:
        currency = pc.coalesce(currency, pa.array(found.currencies, pa.string()))
    if sheet.options.currency is not None:
        currency = pc.fill_null(currency, sheet.options.currency.upper())
    seen = pc.unique(pc.drop_null(currency)).to_pylist()
    if len(seen) > 1:
        counts = {
            entry["values"]: entry["counts"] for entry in pc.value_counts(currency).to_pylist() if entry["values"]
        }
        told = ", ".join(f"{code} on {count:,} rows" for code, count in counts.items())
        sheet.log.add(
            "several_currencies",
            f"Prices come in {len(seen)} currencies ({told}): they are kept as they are and not converted, so sums and "
            "price filters mix them. Export one currency per shop.",
            severity=Severity.WARNING,
            column=sheet.source("currency") or sheet.source("price"),
            value=", ".join(seen),
        )
    return nullable(values), currency


def _codes(sheet: Sheet) -> pa.Array:
    """Currency codes in capitals; others are left empty."""
    codes = pc.utf8_upper(sheet.text("currency"))
    for sign, code in CURRENCY_SIGNS.items():
        codes = pc.if_else(pc.fill_null(pc.equal(codes, sign.upper()), False), code, codes)
    odd = ~is_null(codes) & ~np.asarray(
        pc.fill_null(pc.match_substring_regex(codes, "^[A-Z]{3}$"), False).to_numpy(zero_copy_only=False), dtype=bool
    )
    sheet.report("bad_currency", "The currency {value} is no three-letter code like EUR: it was left empty.",
                 odd & sheet.keep, "currency")  # fmt: skip
    return pc.if_else(pa.array(odd), pa.scalar(None, pa.string()), codes)


def _launches(sheet: Sheet, now: datetime) -> pa.Array:
    """Launch times; senseless ones are left empty."""
    times = sheet.times("launched_at")
    sheet.report("bad_launch", "The launch time {value} is not understood: it was left empty. Write it as 2024-12-31.",
                 times.bad & sheet.keep, "launched_at")  # fmt: skip
    latest = np.datetime64((now.astimezone(UTC) + LATEST_LAUNCH).replace(tzinfo=None), "us")
    odd = (times.values > latest) | (times.values < np.datetime64("1950-01-01", "us"))
    sheet.report("odd_launch", "The launch time {value} is before 1950 or over ten years ahead: it was left empty.",
                 odd & sheet.keep, "launched_at")  # fmt: skip
    values = times.values.copy()
    values[odd] = np.datetime64("NaT")
    return times_array(values)


def _stock(sheet: Sheet) -> pa.Array:
    """Whole units; words such as `out of stock` count as 1 or 0."""
    column = sheet.column("stock")
    if column is not None and (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        encoded = to_text(column).dictionary_encode()
        cells = [str(_STOCK_WORDS.get(cell.lower(), cell)) for cell in encoded.dictionary.to_pylist()]
        plain = pa.array([*cells, None], pa.string()).take(pc.fill_null(encoded.indices, len(cells)))
        name = sheet.source("stock")
        table = sheet.raw.table
        sheet.raw = RawTable(
            table.set_column(table.column_names.index(name), name, plain), sheet.raw.rows, sheet.raw.description
        )
    numbers = sheet.numbers("stock").values
    negative = numbers < 0
    sheet.report("negative_stock", "The stock {value} is negative: it counts as 0.", negative & sheet.keep, "stock")
    whole = np.floor(np.clip(np.where(np.isnan(numbers), 0, numbers), 0, 2**52)).astype(np.int64)
    return pa.array(whole, pa.int64(), mask=np.isnan(numbers))


def _margin(sheet: Sheet) -> pa.Array:
    """Margin as a fraction of the price; what lies outside 0 to 1 is left empty."""
    values = sheet.numbers("margin").values
    odd = (values < 0) | (values > 1)
    sheet.report("odd_margin", "The margin {value} is not between 0 and 1: it was left empty. Write 0.35 or 35%.",
                 odd & sheet.keep, "margin")  # fmt: skip
    return nullable(np.where(odd, np.nan, values))
