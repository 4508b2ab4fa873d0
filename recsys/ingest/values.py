"""Cells to text and numbers, a column at a time. What cannot be understood is marked, never guessed."""

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from recsys.errors import InputError

NULL_WORDS = ("", "nan", "NaN", "null", "NULL", "None", "n/a", "N/A", "#N/A", "<NA>", "NaT")
"""Cells that hold no value."""

CURRENCY_SIGNS = {"€": "EUR", "£": "GBP", "$": "USD", "¥": "JPY", "₹": "INR", "zł": "PLN", "₺": "TRY", "₩": "KRW"}
_CODE = re.compile(r"^([A-Z]{3})\s*|\s*([A-Z]{3})$")


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


def to_text(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Return trimmed text, shape (n,), null where there is none; whole floats lose their `.0`, as ids need."""
    column = one_chunk(column)
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
    column = one_chunk(column)
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
        currencies = names[codes]
        currencies[missing] = None
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


def one_chunk(column: pa.ChunkedArray | pa.Array) -> pa.Array:
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
