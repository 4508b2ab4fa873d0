"""Cells to values, a column at a time: text, numbers, times. What cannot be understood is marked, never guessed."""

import re
import zoneinfo
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from recsys.errors import InputError

NULL_WORDS = ("", "nan", "NaN", "null", "NULL", "None", "n/a", "N/A", "#N/A", "<NA>", "NaT")
"""Cells that hold no value."""

CURRENCY_SIGNS = {"€": "EUR", "£": "GBP", "$": "USD", "¥": "JPY", "₹": "INR", "zł": "PLN", "₺": "TRY", "₩": "KRW"}
_CODE = re.compile(r"^([A-Z]{3})\s*|\s*([A-Z]{3})$")
_OFFSET = r"(Z|[+-]\d{2}:?\d{2})$"
_SLASHED = re.compile(
    r"^(\d{1,2})([/.\-])(\d{1,2})[/.\-](\d{4}|\d{2})(?:[ T,]+(\d{1,2}:\d{2}(?::\d{2})?)\s*([AaPp][Mm])?)?$"
)


@dataclass(frozen=True)
class Numbers:
    """A column of numbers.

    Parameters
    ----------
    values
        float64, shape (n,); NaN where there is none.
    bad
        bool, shape (n,); cells that hold something which is no number.
    currencies
        ISO codes seen beside the numbers, object, shape (n,), None where there was none; None when no cell had one.
    ambiguous
        A cell like `1,234` that could mean two numbers, None when there is none.
    """

    values: NDArray[np.float64]
    bad: NDArray[np.bool_]
    currencies: NDArray[np.object_] | None = None
    ambiguous: str | None = None


@dataclass(frozen=True)
class Times:
    """A column of times.

    Parameters
    ----------
    values
        datetime64[us] in UTC, shape (n,); NaT where there is none.
    bad
        bool, shape (n,); cells that hold something which is no time.
    ambiguous
        A cell like `03/04/2024` that could mean two days, None when the order of day and month is clear or was given.
    """

    values: NDArray[np.datetime64]
    bad: NDArray[np.bool_]
    ambiguous: str | None = None


def to_text(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Return trimmed text, shape (n,), null where there is none; whole floats lose their `.0`, as ids in frames need."""
    column = _one_chunk(column)
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_floating(kind):
        values = column.to_numpy(zero_copy_only=False)
        finite = values[np.isfinite(values)]
        if (finite == np.floor(finite)).all() and (np.abs(finite) < 2**53).all():
            whole = pa.array(np.where(np.isfinite(values), values, 0).astype(np.int64))
            column = pc.if_else(pa.array(np.isfinite(values)), whole, pa.scalar(None, pa.int64()))
    elif pa.types.is_nested(kind):
        raise InputError(f"A column of {kind} was given where text is needed: map another column.")
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        raise InputError("A column of bytes was given where text is needed: bytes can only be mapped to `images`.")
    text = column.cast(pa.string())
    text = pc.utf8_trim_whitespace(text)
    return pc.if_else(pc.is_in(text, value_set=pa.array(NULL_WORDS)), pa.scalar(None, pa.string()), text)


def to_numbers(column: pa.ChunkedArray | pa.Array, decimal: str | None = None) -> Numbers:
    """Understand numbers, also `1.234,50 €`, `USD 12`, `35 %` (0.35), with the decimal sign given or found out.

    Parameters
    ----------
    column
        Shape (n,), any type.
    decimal
        `.` or `,`; None to find out from the whole column.
    """
    column = _one_chunk(column)
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type):
        values = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
        return Numbers(np.where(np.isfinite(values), values, np.nan), np.isinf(values))
    if pa.types.is_boolean(column.type):
        values = column.cast(pa.int8()).cast(pa.float64()).to_numpy(zero_copy_only=False)
        return Numbers(values, np.zeros(len(values), dtype=bool))
    text = to_text(column)
    if decimal != ",":
        try:
            values = text.cast(pa.float64()).to_numpy(zero_copy_only=False)
            missing = text.is_null().to_numpy(zero_copy_only=False)
            return Numbers(np.where(np.isfinite(values), values, np.nan), ~np.isfinite(values) & ~missing)
        except pa.ArrowInvalid:
            pass  # not all plain numbers: look at each distinct cell below
    return _parse_numbers(text, decimal)


def _parse_numbers(text: pa.Array, decimal: str | None) -> Numbers:
    """Parse each distinct cell once."""
    encoded = text.dictionary_encode()
    distinct = encoded.dictionary.to_pylist()
    bare = [_strip_currency(cell) for cell in distinct]
    sign, ambiguous = (decimal, None) if decimal else _find_decimal([cell for cell, _ in bare])
    parsed = np.array([_parse_number(cell, sign) for cell, _ in bare] or [np.nan], dtype=np.float64)
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    missing = codes < 0
    values = np.where(missing, np.nan, parsed[codes])
    currencies = None
    if any(code for _, code in bare):
        names = np.array([code for _, code in bare], dtype=object)
        currencies = np.where(missing, None, names[codes])
    return Numbers(values, np.isnan(values) & ~missing, currencies, ambiguous)


def _strip_currency(cell: str) -> tuple[str, str | None]:
    """Split `€ 12,50` into number and code."""
    for sign, code in CURRENCY_SIGNS.items():
        if sign in cell:
            return cell.replace(sign, "").strip(), code
    found = _CODE.search(cell)
    if found and any(character.isdigit() for character in cell):
        return _CODE.sub("", cell, count=1).strip(), found.group(1) or found.group(2)
    return cell, None


def _find_decimal(cells: list[str]) -> tuple[str, str | None]:
    """Return the decimal sign of a column, and a cell that leaves it open when nothing decides."""
    undecided = None
    for cell in cells:
        comma, dot = cell.rfind(","), cell.rfind(".")
        if comma >= 0 and dot >= 0:
            return ("," if comma > dot else "."), None
        if comma >= 0:
            if cell.count(",") > 1:
                return ".", None
            if not re.search(r"\d,\d{3}(?!\d)", cell):
                return ",", None
            undecided = undecided or cell
        elif cell.count(".") > 1:
            return ",", None
    return ".", undecided


def _parse_number(cell: str, decimal: str) -> float:
    """One cell; NaN when it is no number."""
    percent = cell.endswith("%")
    bare = re.sub(r"[\s\u00a0\u202f'’]", "", cell.removesuffix("%"))
    bare = bare.replace("." if decimal == "," else ",", "").replace(",", ".")
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", bare):
        return float("nan")
    number = float(bare) / (100 if percent else 1)
    return number if np.isfinite(number) else float("nan")


def to_times(column: pa.ChunkedArray | pa.Array, timezone: str | None = None, dayfirst: bool | None = None) -> Times:
    """Understand times: ISO 8601, `31.12.2024 08:15`, `12/31/24 8:15 PM`, seconds, milli- or microseconds since 1970.

    Parameters
    ----------
    column
        Shape (n,), any type.
    timezone
        IANA name for times that carry none; UTC when None.
    dayfirst
        Order in `03/04/2024`; None to find out from the whole column.
    """
    zone = check_timezone(timezone)
    column = _one_chunk(column)
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        values = column.cast(pa.timestamp("us", tz=getattr(kind, "tz", None)), safe=False)
        naive = pd.Series(values.cast(pa.timestamp("us")).to_numpy(zero_copy_only=False))
        aware = naive if getattr(kind, "tz", None) else _localise(naive, zone)
        return Times(aware.to_numpy("datetime64[us]"), np.zeros(len(column), dtype=bool))
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return _from_epoch(column.cast(pa.float64()).to_numpy(zero_copy_only=False))
    text = to_text(column)
    digits = pc.match_substring_regex(text, r"^-?\d{9,16}(\.\d+)?$")
    if len(text) > text.null_count and pc.all(digits).as_py():
        return _from_epoch(text.cast(pa.float64()).to_numpy(zero_copy_only=False))
    return _parse_times(text, zone, dayfirst)


def check_timezone(name: str | None) -> str:
    """Return the zone's name, UTC when None.

    Raises
    ------
    InputError
        When there is no such zone.
    """
    if name is None:
        return "UTC"
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
        raise InputError(f"There is no time zone {name!r}: use a name like Europe/Berlin or UTC.") from error
    return name


def _localise(naive: "pd.Series[pd.Timestamp]", zone: str) -> "pd.Series[pd.Timestamp]":
    """Wall-clock times of a zone as naive UTC; the hour that clocks repeat counts as the later one."""
    if zone == "UTC":
        return naive
    repeated = np.zeros(len(naive), dtype=bool)
    local = naive.dt.tz_localize(zone, ambiguous=repeated, nonexistent="shift_forward")
    return local.dt.tz_convert("UTC").dt.tz_localize(None)


def _from_epoch(numbers: NDArray[np.float64]) -> Times:
    """Seconds, milli- or microseconds since 1970, by size."""
    finite = np.abs(numbers[np.isfinite(numbers)])
    typical = float(np.median(finite)) if finite.size else 0.0
    scale = 1e6 if typical < 1e11 else 1e3 if typical < 1e14 else 1.0
    micros = numbers * scale
    usable = np.isfinite(micros) & (np.abs(micros) < 4e15)
    values = np.where(usable, micros, 0).astype(np.int64).astype("datetime64[us]")
    values[~usable] = np.datetime64("NaT")
    return Times(values, ~usable & ~np.isnan(numbers))


def _parse_times(text: pa.Array, zone: str, dayfirst: bool | None) -> Times:
    """ISO 8601 in one sweep, then everything else by distinct cell."""
    series = pd.Series(text.to_pandas())
    parsed = pd.to_datetime(series, format="ISO8601", errors="coerce", utc=True).dt.as_unit("us").dt.tz_localize(None)
    if zone != "UTC":
        offset = pc.fill_null(pc.match_substring_regex(text, _OFFSET), False).to_numpy(zero_copy_only=False)
        parsed = parsed.where(offset, _localise(parsed, zone))
    values = parsed.to_numpy("datetime64[us]").copy()
    missing = text.is_null().to_numpy(zero_copy_only=False)
    rest = np.flatnonzero(np.isnat(values) & ~missing)
    ambiguous = None
    if rest.size:
        encoded = text.take(pa.array(rest)).dictionary_encode()
        moments, ambiguous = _parse_slashed(encoded.dictionary.to_pylist(), dayfirst)
        local = _localise(pd.Series(moments), zone).to_numpy("datetime64[us]")
        values[rest] = local[encoded.indices.to_numpy(zero_copy_only=False)]
    return Times(values, np.isnat(values) & ~missing, ambiguous)


def _parse_slashed(cells: list[str], dayfirst: bool | None) -> tuple[NDArray[np.datetime64], str | None]:
    """Distinct cells like `31/12/2024 8:15 PM`; NaT for what is none; and a cell that leaves the order open."""
    found = [_SLASHED.match(cell) for cell in cells]
    ambiguous = None
    if dayfirst is None:
        parts = [(int(match[1]), match[2], int(match[3])) for match in found if match]
        if any(first > 12 for first, _, _ in parts) or any(sign == "." for _, sign, _ in parts):
            dayfirst = True
        elif any(second > 12 for _, _, second in parts):
            dayfirst = False
        else:
            dayfirst = False
            ambiguous = next(
                (cell for cell, match in zip(cells, found, strict=True) if match and match[1] != match[3]), None
            )
    order = ("{3}-{1}-{0}" if dayfirst else "{3}-{0}-{1}").format
    texts = [
        None
        if match is None
        else order(match[1], match[3], "", _year(match[4])) + f" {match[5] or '00:00'} {match[6] or ''}"
        for match in found
    ]
    stripped = pd.Series(texts, dtype="object")
    times = pd.Series(pd.NaT, index=stripped.index, dtype="datetime64[us]")
    for form in ("%Y-%m-%d %H:%M ", "%Y-%m-%d %H:%M:%S ", "%Y-%m-%d %I:%M %p", "%Y-%m-%d %I:%M:%S %p"):
        times = times.fillna(pd.to_datetime(stripped, format=form, errors="coerce").astype("datetime64[us]"))
    return times.to_numpy("datetime64[us]"), ambiguous


def _year(text: str) -> str:
    """`24` -> `2024`, `97` -> `1997`."""
    return text if len(text) == 4 else ("20" if int(text) < 70 else "19") + text


def _one_chunk(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Return the column as a single array."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    return (
        column.chunk(0)
        if column.num_chunks == 1
        else column.combine_chunks()
        if column.num_chunks
        else pa.array([], column.type)
    )
