"""How answers look: JSON for programs, short tables for people. Answers go to stdout, remarks to stderr."""

import dataclasses
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

import click


def plain(value: Any) -> Any:
    """Turn numpy, pandas, dataclass, path and time values into what JSON knows; NaN becomes null.

    Examples
    --------
    >>> plain({"score": float("nan"), "path": Path("a")})
    {'score': None, 'path': 'a'}
    """
    if value is None or (isinstance(value, str | bool | int) and not isinstance(value, Enum)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(content) for key, content in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(content) for content in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, datetime | date):
        return None if value != value else value.isoformat()  # NaT is not equal to itself
    if isinstance(value, Path):
        return str(value)
    return _plain_array(value)


def _plain_array(value: Any) -> Any:
    """Numpy scalars and arrays, pandas frames and missing values."""
    import numpy as np
    import pandas as pd

    if isinstance(value, pd.DataFrame):
        return [plain(row) for row in value.to_dict("records")]
    if isinstance(value, np.ndarray | pd.Series | pd.Index):
        return [plain(item) for item in value.tolist()]
    if isinstance(value, np.generic):
        return plain(value.item())
    if value is pd.NaT or value is pd.NA:
        return None
    return str(value)


def print_json(content: Any) -> None:
    """Write one JSON document to stdout."""
    click.echo(json.dumps(plain(content), ensure_ascii=False, indent=2, allow_nan=False))


def print_notes(notes: Iterable[str]) -> None:
    """Write remarks (which source filled a cold list, which snapshot was used) to stderr."""
    for note in notes:
        click.echo(f"Note: {note}", err=True)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str = "") -> None:
    """Write a table to stdout; numbers to the right.

    Parameters
    ----------
    columns
        Headings.
    rows
        Cells; None and NaN are shown as a dash.
    title
        A line above it.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    cells = [[plain(cell) for cell in row] for row in rows]
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for position, column in enumerate(columns):
        numeric = any(isinstance(row[position], int | float) for row in cells)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in cells:
        table.add_row(*(Text(_cell(cell)) for cell in row))
    Console(highlight=False, soft_wrap=False).print(table)


def _cell(value: Any) -> str:
    """Text of one cell."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def flatten(content: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Return one line per value, nested names joined by dots.

    Examples
    --------
    >>> flatten({"all": {"recall": 0.2}, "cut": "2011-09-01"})
    [('all.recall', 0.2), ('cut', '2011-09-01')]
    """
    lines: list[tuple[str, Any]] = []
    for key, value in content.items():
        if isinstance(value, dict):
            lines += flatten(value, f"{prefix}{key}.")
        else:
            lines.append((f"{prefix}{key}", value))
    return lines
