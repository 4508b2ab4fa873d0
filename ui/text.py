"""Words on screen: product text made harmless, numbers and dates in one format, that of the visitor's language."""

import math
import re
from datetime import datetime

import numpy as np
import pandas as pd
from babel.dates import format_date
from babel.numbers import format_decimal

from ui.wording import language, t

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")
_SPACES = re.compile(r"\s+")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-!|~$&^=])")
_JOINER = "\u2060"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_DATES = {"en": ("d MMM y", "d MMM"), "zh": ("y年M月d日", "M月d日")}
"""Language to its date, with and without the year."""
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}


def plain_text(value: object, limit: int = 200) -> str:
    """Return text for `textContent` and table cells: one line, no control or direction marks, at most `limit` letters.

    Parameters
    ----------
    value
        Anything a catalogue or an event may hold; None and NaN give an empty text.
    limit
        Longest result; longer texts end in "…".
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    text = _SPACES.sub(" ", _CONTROL.sub(" ", str(value))).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def cell_text(value: object, limit: int = 200) -> str:
    """Return text for a cell of a table on screen, harmless also in the CSV that Streamlit's own table menu saves.

    A text that a spreadsheet would compute begins with an invisible word joiner, which makes it plain text.
    """
    text = plain_text(value, limit)
    return _JOINER + text if text.startswith(_FORMULA) else text


def safe_text(value: object, limit: int = 200) -> str:
    """Return text for any widget that reads Markdown; it shows as written and never becomes a link, picture or icon.

    Markdown signs are escaped. Bare addresses, e-mail addresses and Streamlit's `:name[…]` directives are recognised
    *after* escapes are resolved, so an invisible word joiner breaks them up.

    Parameters
    ----------
    value, limit
        As for `plain_text`.
    """
    text = _MARKDOWN.sub(r"\\\1", plain_text(value, limit))
    text = re.sub(r":(?=\S)", ":" + _JOINER, text)
    text = re.sub(r"@(?=\S)", "@" + _JOINER, text)
    text = re.sub(r"(?i)(www)\.", r"\1" + _JOINER + ".", text)
    return re.sub(r"^(\s*\d+)\.", r"\1\\.", text)


def safe_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a copy for export in which no text cell or heading can start a spreadsheet formula."""
    out = frame.copy()
    for column in out.columns:
        if out[column].dtype == object or isinstance(out[column].dtype, pd.StringDtype):
            out[column] = pd.Series([_quote(v) for v in out[column]], index=out.index, dtype=object)
    return out.rename(columns={c: _quote(c) for c in out.columns})


def _quote(value: object) -> object:
    """Put an apostrophe before a text that a spreadsheet would compute."""
    return "'" + value if isinstance(value, str) and value.startswith(_FORMULA) else value


def _decimal(value: float, digits: int) -> str:
    """A finite number with the thousands separators and decimal point of the visitor's language, − as minus."""
    pattern = f"#,##0.{'0' * digits}" if digits else "#,##0"
    return format_decimal(value, pattern, locale=language()).replace("-", "−")


def _with_sign(value: float, digits: int) -> str:
    """As `_decimal`, + before what is not negative; what rounds to zero keeps the sign it had."""
    shown = _decimal(abs(value), digits)
    return ("−" if value < 0 else "+") + shown


def percent(fraction: float, digits: int = 1) -> str:
    """Return a fraction as a percentage, "–" when unknown."""
    return "–" if not math.isfinite(fraction) else f"{_decimal(100 * fraction, digits)}%"


def points(fraction: float, digits: int = 1, *, unit: bool = True) -> str:
    """Return a difference of fractions in percentage points with its sign, with the unit unless told otherwise."""
    if not math.isfinite(fraction):
        return "–"
    shown = _with_sign(100 * fraction, digits)
    return t("{value} pts", value=shown) if unit else shown


def number(value: float, digits: int = 0) -> str:
    """Return a number with thousands separators, "–" when unknown."""
    return "–" if not math.isfinite(value) else _decimal(value, digits)


def signed(value: float, digits: int = 3) -> str:
    """Return a number with its sign, the minus as a real minus."""
    return "–" if not math.isfinite(value) else _with_sign(value, digits)


def money(value: float, currency: str | None = None, digits: int = 2) -> str:
    """Return an amount with its currency, "–" when unknown."""
    if not math.isfinite(value):
        return "–"
    code = plain_text(currency, 3).upper()
    amount = _decimal(abs(value), digits)
    shown = f"{_SYMBOLS[code]}{amount}" if code in _SYMBOLS else f"{amount} {code}".strip()
    return "−" + shown if value < 0 else shown


def day(value: datetime | np.datetime64 | pd.Timestamp | None, *, year: bool = True) -> str:
    """Return a date as "21 Nov 2026" or "2026年11月21日", without its year if told so, "–" when unknown."""
    stamp = pd.Timestamp(value) if value is not None else pd.NaT
    if pd.isna(stamp):
        return "–"
    spoken = language()
    return format_date(stamp.to_pydatetime(), _DATES[spoken][0 if year else 1], locale=spoken)


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return "1 product", "2,000 products", in English only; `ui.wording.tn` speaks every language."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
