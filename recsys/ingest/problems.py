"""What is wrong with a file: every fault found, with its place and what to do."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

LISTED_PER_KIND = 20
"""Rows listed one by one for each kind of problem; the rest is counted."""


class Severity(StrEnum):
    """An error stops the import; a warning says which row was left out or which value was changed."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Problem:
    """One fault in a file.

    Parameters
    ----------
    file
        Name as the person gave it.
    row
        Line as a spreadsheet shows it: the header is row 1 (JSONL has no header, so its first object is row 1).
        None when the fault concerns the whole file.
    column
        Name in the file, None when it concerns the whole row.
    value
        What was found, shortened.
    message
        What is wrong and what to do.
    severity
        Error or warning.
    kind
        Short fixed name, the same for every problem of the kind.
    count
        Rows this entry stands for; above 1 on the entry that closes a shortened list.
    """

    file: str
    row: int | None
    column: str | None
    value: str | None
    message: str
    severity: Severity
    kind: str
    count: int = 1

    def to_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        place = ", ".join(
            part
            for part in (
                self.file,
                f"row {self.row}" if self.row else "",
                f"column {self.column}" if self.column else "",
            )
            if part
        )
        return f"{self.severity.value}: {place}: {self.message}"


class ProblemLog:
    """Collects problems of one file, lists the first of each kind and counts all.

    Parameters
    ----------
    file
        Name shown in every problem.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self._problems: list[Problem] = []
        self._counts: dict[str, int] = {}
        self._listed: dict[str, int] = {}
        self._severities: dict[str, Severity] = {}

    def add(
        self,
        kind: str,
        message: str,
        *,
        severity: Severity = Severity.ERROR,
        row: int | None = None,
        column: str | None = None,
        value: object = None,
    ) -> None:
        """Note one problem."""
        self.add_rows(
            kind,
            message,
            [row],
            severity=severity,
            column=column,
            values=None if value is None else [value],
        )

    def add_rows(
        self,
        kind: str,
        message: str,
        rows: Sequence[int | None] | NDArray[np.int64],
        *,
        severity: Severity = Severity.ERROR,
        column: str | None = None,
        values: Sequence[object] | pa.ChunkedArray | None = None,
    ) -> None:
        """Note the same problem for many rows; `{value}` in the message is replaced by the row's value.

        Parameters
        ----------
        kind, message, severity, column
            As in `Problem`.
        rows
            Row numbers, shape (n,).
        values
            Shape (n,); what was found there.
        """
        count = len(rows)
        if count == 0:
            return
        self._counts[kind] = self._counts.get(kind, 0) + count
        self._severities[kind] = severity
        room = max(LISTED_PER_KIND - self._listed.get(kind, 0), 0)
        for position in range(min(room, count)):
            number = rows[position]
            value = None if values is None else _shorten(values[position])
            text = message.replace("{value}", "" if value is None else value)
            row = None if number is None else int(number)
            self._problems.append(Problem(self.file, row, column, value, text, severity, kind))
        self._listed[kind] = self._listed.get(kind, 0) + min(room, count)

    def extend(self, problems: Iterable[Problem]) -> None:
        """Take over problems found elsewhere (by a reader in another process)."""
        for problem in problems:
            self._problems.append(problem)
            self._counts[problem.kind] = self._counts.get(problem.kind, 0) + problem.count
            self._listed[problem.kind] = self._listed.get(problem.kind, 0) + problem.count
            self._severities[problem.kind] = problem.severity

    @property
    def counts(self) -> dict[str, int]:
        """Rows (or faults) by kind, all of them."""
        return dict(self._counts)

    @property
    def n_errors(self) -> int:
        """How many faults stop the import."""
        return sum(count for kind, count in self._counts.items() if self._severities[kind] is Severity.ERROR)

    def problems(self) -> tuple[Problem, ...]:
        """Return errors first, then warnings, by row; a shortened list ends with an entry that counts the rest."""
        rest = [
            Problem(self.file, None, None, None, f"… and {count - self._listed[kind]:,} more rows like this ({kind}).",
                    self._severities[kind], kind, count - self._listed[kind])
            for kind, count in self._counts.items()
            if count > self._listed[kind]
        ]  # fmt: skip
        order = {Severity.ERROR: 0, Severity.WARNING: 1}
        first = {kind: number for number, kind in enumerate(self._counts)}
        return tuple(
            sorted(
                self._problems + rest,
                key=lambda p: (order[p.severity], first[p.kind], p.count > 1, p.row if p.row is not None else -1),
            )
        )


def _shorten(value: object, limit: int = 80) -> str | None:
    """What to show of a value."""
    if isinstance(value, pa.Scalar):
        value = value.as_py()
    if value is None:
        return None
    text = str(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
