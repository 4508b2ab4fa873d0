"""Cells to times, a column at a time, always in UTC. What cannot be understood is marked, never guessed."""

import re
import zoneinfo
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from recsys.errors import InputError
from recsys.ingest.values import one_chunk, to_text

_OFFSET = r"(Z|[+-]\d{2}:?\d{2})$"
_SLASHED = re.compile(
    r"^(\d{1,2})([/.\-])(\d{1,2})[/.\-](\d{4}|\d{2})(?:[ T,]+(\d{1,2}:\d{2}(?::\d{2})?)\s*([AaPp][Mm])?)?$"
)


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
    column = one_chunk(column)
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
