"""What both checkers share: a table seen through its mapping, with every fault going to one log."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recsys.errors import InputError
from recsys.ingest.fixes import LEFT_OUT
from recsys.ingest.mapping import REQUIRED, ColumnMapping, ImportOptions, Kind, guess_columns
from recsys.ingest.problems import ProblemLog, Severity
from recsys.ingest.tables import RawTable
from recsys.ingest.times import Times, to_times
from recsys.ingest.values import Numbers, to_numbers, to_text

MOSTLY = 0.5
"""When more than this share of the rows would be left out, the file or its mapping is wrong: an error."""


@dataclass(frozen=True)
class Checked:
    """Rows fit for the store.

    Parameters
    ----------
    table
        Canonical columns.
    rows
        Row number of each, int64.
    provided
        Canonical columns the file really has.
    columns
        Canonical column -> columns of the file.
    n_read
        Rows in the file.
    log
        Everything found.
    """

    table: pa.Table
    rows: NDArray[np.int64]
    provided: frozenset[str]
    columns: dict[str, tuple[str, ...]]
    n_read: int
    log: ProblemLog

    @property
    def n_skipped(self) -> int:
        """Rows of the file that are not in `table`."""
        return self.n_read - int(self.table.num_rows)


class Sheet:
    """A raw table seen through a mapping; `keep` says which rows are still in.

    Parameters
    ----------
    raw
        As read.
    mapping
        What a person said; the rest is guessed.
    kind
        `catalogue` or `events`.
    file
        Name for messages.
    """

    def __init__(self, raw: RawTable, mapping: ColumnMapping, kind: Kind, file: str) -> None:
        self.raw = raw
        self.kind = kind
        self.log = ProblemLog(file)
        self.log.extend(raw.problems)
        self.options: ImportOptions = mapping.options
        given = self._known_columns(mapping.columns)
        self.columns = guess_columns(raw.table.column_names, kind, given)
        self.n_unreadable = sum(problem.count for problem in raw.problems if problem.kind in UNREADABLE_ROWS)
        self.n_rows = raw.table.num_rows
        self.keep = np.ones(self.n_rows, dtype=bool)

    def _known_columns(self, given: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        """Report mapped columns the file does not have, and drop them."""
        names = set(self.raw.table.column_names)
        for canonical, used in given.items():
            for name in used:
                if name not in names:
                    self.log.add(
                        "mapped_column_missing",
                        f"The mapping reads {canonical} from column {name!r}, which the file does not have; it has "
                        f"{', '.join(self.raw.table.column_names)}. Correct the mapping.",
                        row=1,
                        column=name,
                    )
        return {canonical: used for canonical, used in given.items() if all(name in names for name in used)}

    def require_columns(self, *extra: str) -> bool:
        """Report required columns that are missing; False when there are any."""
        missing = [name for name in (*REQUIRED[self.kind], *extra) if name not in self.columns]
        for name in missing:
            self.log.add(
                f"no_{name}_column",
                f"No column for {name} was found among {', '.join(self.raw.table.column_names)}. Rename the right one "
                f'to {name}, or name it in the mapping: {{"columns": {{"{name}": "…"}}}}.',
                row=1,
            )
        return not missing

    def source(self, canonical: str) -> str | None:
        """Column of the file that holds `canonical`."""
        used = self.columns.get(canonical)
        return used[0] if used else None

    def column(self, canonical: str) -> pa.ChunkedArray | None:
        """Cells of a canonical column, shape (n_rows,)."""
        name = self.source(canonical)
        return None if name is None else self.raw.table.column(name)

    def text(self, canonical: str) -> pa.Array:
        """Text of a column, nulls when the file has none."""
        column = self.column(canonical)
        if column is None:
            return pa.nulls(self.n_rows, pa.string())
        try:
            return to_text(column)
        except (InputError, pa.ArrowInvalid) as error:
            self.log.add("wrong_type", f"{error}", row=1, column=self.source(canonical))
            return pa.nulls(self.n_rows, pa.string())

    def numbers(self, canonical: str) -> Numbers:
        """Numbers of a column; cells that are none are reported and blanked."""
        column = self.column(canonical)
        if column is None:
            return Numbers(np.full(self.n_rows, np.nan), np.zeros(self.n_rows, dtype=bool))
        try:
            found = to_numbers(column, self.options.decimal)
        except InputError as error:
            self.log.add("wrong_type", f"{error}", row=1, column=self.source(canonical))
            return Numbers(np.full(self.n_rows, np.nan), np.zeros(self.n_rows, dtype=bool))
        self.report(
            f"bad_{canonical}",
            f"{canonical} {{value!}} is not a number: it was left empty. Write it as 12.50.".replace(
                "{value!}", "{value}"
            ),
            found.bad,
            canonical,
        )
        if found.ambiguous is not None:
            self.log.add(
                f"ambiguous_{canonical}",
                f"{found.ambiguous!r} was read with the comma between thousands; if it is the decimal sign, set the "
                'option `decimal` to ",".',
                severity=Severity.WARNING,
                column=self.source(canonical),
                value=found.ambiguous,
            )
        return found

    def times(self, canonical: str) -> Times:
        """Times of a column; cells that are none are not reported here."""
        column = self.column(canonical)
        if column is None:
            return Times(
                np.full(self.n_rows, np.datetime64("NaT"), "datetime64[us]"), np.zeros(self.n_rows, dtype=bool)
            )
        found = to_times(column, self.options.timezone, self.options.dayfirst)
        if found.ambiguous is not None:
            self.log.add(
                f"ambiguous_{canonical}",
                f"{found.ambiguous!r} was read with the month first; if the day stands first, set the option "
                "`dayfirst` to true.",
                severity=Severity.WARNING,
                column=self.source(canonical),
                value=found.ambiguous,
            )
        return found

    def report(
        self,
        kind: str,
        message: str,
        mask: NDArray[np.bool_],
        canonical: str | None = None,
        *,
        severity: Severity = Severity.WARNING,
        values: pa.Array | None = None,
    ) -> None:
        """Note a problem for every row in `mask`; `{value}` in the message is the row's cell."""
        hits = np.flatnonzero(mask)
        if not hits.size:
            return
        if values is None and canonical is not None:
            values = self.column(canonical)
        shown = None if values is None else values.take(pa.array(hits[:50]))
        padded = None if shown is None else [value.as_py() for value in shown] + [None] * max(0, hits.size - 50)
        name = self.source(canonical) if canonical else None
        self.log.add_rows(kind, message, self.raw.rows[hits], severity=severity, column=name, values=padded)

    def drop(
        self,
        kind: str,
        message: str,
        mask: NDArray[np.bool_],
        canonical: str | None = None,
        *,
        blocking: bool = False,
        values: pa.Array | None = None,
    ) -> None:
        """Leave rows out that are still in and in `mask`; as an error when `blocking`, unless errors may be skipped."""
        mask = mask & self.keep
        stops = blocking and not self.options.skip_invalid
        ending = (
            " The row stops the import; the option `skip_invalid` leaves such rows out."
            if stops
            else " The row was left out."
        )
        severity = Severity.ERROR if stops else Severity.WARNING
        self.report(kind, message + ending, mask, canonical, severity=severity, values=values)
        self.keep &= ~mask

    def check_share(self, advice: str) -> None:
        """Make it an error when most rows were left out."""
        left_out = int((~self.keep).sum())
        if self.n_rows and left_out > MOSTLY * self.n_rows and self.log.n_errors == 0:
            self.log.add(
                "mostly_left_out",
                f"{left_out:,} of {self.n_rows:,} rows cannot be used, so the file or its mapping is wrong. {advice}",
            )

    def finish(self, columns: dict[str, pa.Array], schema: pa.Schema, provided: frozenset[str]) -> Checked:
        """Put the kept rows together."""
        arrays = [columns[name].cast(schema.field(name).type) for name in schema.names]
        table = pa.Table.from_arrays(arrays, schema=schema)
        if not self.keep.all():
            table = table.filter(pa.array(self.keep))
        n_read = self.n_rows + self.n_unreadable
        return Checked(table, self.raw.rows[self.keep], provided, self.columns, n_read, self.log)

    def empty(self, schema: pa.Schema) -> Checked:
        """Nothing usable: the log says why."""
        none = np.array([], dtype=np.int64)
        return Checked(schema.empty_table(), none, frozenset(), self.columns, self.n_rows + self.n_unreadable, self.log)


UNREADABLE_ROWS = frozenset({"wrong_cell_count", "bad_json", LEFT_OUT})
"""Problems that stand for rows of the file which are not in the table: unreadable, or left out by hand."""
