"""Corrections to a file made on screen: cells changed, rows left out, a value replaced wherever it stands.

They travel in the mapping, so the ledger notes them and the same file with the same mapping gives the same rows again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from recsys.errors import InputError
from recsys.ingest.problems import Problem, Severity
from recsys.ingest.tables import RawTable
from recsys.ingest.values import to_text

LEFT_OUT = "left_out_by_hand"
"""Kind of the warning that counts rows left out."""


@dataclass(frozen=True)
class CellFix:
    """One cell with another text: `row` as a spreadsheet shows it, `value` None for an empty cell."""

    row: int
    column: str
    value: str | None


@dataclass(frozen=True)
class Replacement:
    """A text replaced in every cell of a column that holds exactly it; None stands for an empty cell."""

    column: str
    found: str | None
    value: str | None


@dataclass(frozen=True)
class Fixes:
    """What a person corrected.

    Parameters
    ----------
    replacements
        Made first, in order.
    cells
        Made next; the last one of a cell counts.
    left_out
        Rows taken out of the file at the end.
    """

    replacements: tuple[Replacement, ...] = ()
    cells: tuple[CellFix, ...] = ()
    left_out: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.replacements or self.cells or self.left_out)

    def __len__(self) -> int:
        return len(self.replacements) + len(self.cells) + len(self.left_out)

    def with_cell(self, fix: CellFix) -> "Fixes":
        """Return these with one cell changed, in place of an earlier change of it."""
        others = tuple(c for c in self.cells if (c.row, c.column) != (fix.row, fix.column))
        return replace(self, cells=(*others, fix))

    def with_row(self, row: int, *, left_out: bool) -> "Fixes":
        """Return these with a row left out, or taken in again."""
        return replace(self, left_out=tuple(sorted({*self.left_out, row} if left_out else {*self.left_out} - {row})))

    def with_replacement(self, made: Replacement) -> "Fixes":
        """Return these with one replacement more."""
        return replace(self, replacements=(*self.replacements, made))

    def to_json(self) -> dict[str, Any]:
        """Plain values; empty without fixes."""
        found: dict[str, Any] = {
            "replacements": [[r.column, r.found, r.value] for r in self.replacements],
            "cells": [[c.row, c.column, c.value] for c in self.cells],
            "left_out": list(self.left_out),
        }
        return {name: values for name, values in found.items() if values}

    @classmethod
    def from_json(cls, found: object) -> Self:
        """Read what `to_json` gave.

        Raises
        ------
        InputError
            When it is something else.
        """
        try:
            if not isinstance(found, Mapping) or set(found) - {"replacements", "cells", "left_out"}:
                raise ValueError("unknown names")
            return cls(
                tuple(Replacement(str(c), _cell(f), _cell(v)) for c, f, v in found.get("replacements", ())),
                tuple(CellFix(int(r), str(c), _cell(v)) for r, c, v in found.get("cells", ())),
                tuple(int(row) for row in found.get("left_out", ())),
            )
        except (TypeError, ValueError) as error:
            raise InputError(
                f"The fixes of the mapping cannot be read ({error}): they look like "
                '{"cells": [[7, "price", "12.50"]], "left_out": [9]}.'
            ) from error

    def apply(self, raw: RawTable, file: str) -> RawTable:
        """Return the table as corrected; typed columns that are changed become text.

        Parameters
        ----------
        raw
            As read.
        file
            Name for the warning that counts rows left out.

        Raises
        ------
        InputError
            When a column that was changed is not in the file, or holds lists or pictures.
        """
        table = raw.table
        for name in dict.fromkeys([*(r.column for r in self.replacements), *(c.column for c in self.cells)]):
            if name not in table.column_names:
                raise InputError(f"A fix names the column {name!r}, which the file does not have; remove it.")
            text = to_text(table.column(name))
            for made in (r for r in self.replacements if r.column == name):
                text = _replace(text, made)
            text = _set_cells(text, raw.rows, [c for c in self.cells if c.column == name])
            table = table.set_column(table.column_names.index(name), name, text)
        return self._leave_out(RawTable(table, raw.rows, raw.description, raw.problems), file)

    def _leave_out(self, raw: RawTable, file: str) -> RawTable:
        """Take rows out, and say how many."""
        out = np.isin(raw.rows, self.left_out)
        count = int(out.sum())
        if not count:
            return raw
        told = Problem(file, None, None, None, f"{count:,} row{'s were' if count > 1 else ' was'} left out by hand.",
                       Severity.WARNING, LEFT_OUT, count)  # fmt: skip
        return RawTable(raw.table.filter(pa.array(~out)), raw.rows[~out], raw.description, (*raw.problems, told))


def _replace(text: pa.Array, made: Replacement) -> pa.Array:
    """One text for another wherever a cell holds exactly it."""
    hit = pc.is_null(text) if made.found is None else pc.fill_null(pc.equal(text, made.found), False)
    return pc.if_else(hit, pa.scalar(made.value, pa.string()), text)


def _set_cells(text: pa.Array, rows: "np.ndarray[Any, np.dtype[np.int64]]", fixes: Sequence[CellFix]) -> pa.Array:
    """Other texts in some rows; a row that the file does not have is left alone."""
    wanted = {fix.row: fix.value for fix in fixes}
    hit = np.isin(rows, list(wanted))
    if not hit.any():
        return text
    values = pa.array([wanted[int(row)] for row in rows[hit]], pa.string())
    return pc.replace_with_mask(text, pa.array(hit), values)


def _cell(value: object) -> str | None:
    """A cell's text; None when empty."""
    return None if value is None or value == "" else str(value)
