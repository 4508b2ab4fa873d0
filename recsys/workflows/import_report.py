"""What an import did, or would do, for people and for machines."""

import json
from dataclasses import asdict, astuple, dataclass, field

import pandas as pd

from recsys.ingest.problems import Problem, Severity


@dataclass(frozen=True)
class ImportCounts:
    """Rows of a file by what became of them.

    Parameters
    ----------
    read
        Rows in the file.
    added, changed, unchanged
        Rows that made something new, changed something, or said what the store knew.
    skipped
        Rows left out; each has a problem.
    pictures
        Distinct pictures kept.
    """

    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    skipped: int = 0
    pictures: int = 0

    def __add__(self, other: "ImportCounts") -> "ImportCounts":
        return ImportCounts(*(mine + yours for mine, yours in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True)
class ImportReport:
    """What an import did, or would do.

    Parameters
    ----------
    kind
        `catalogue`, `events` or `source`.
    file
        As the person named it.
    counts
        Rows by what became of them.
    problems
        Errors first; long lists are shortened, `problem_counts` has them all.
    problem_counts
        Rows by kind of problem.
    import_id
        For a roll-back; None on a dry run, after errors, and when nothing changed.
    ok
        False when errors stopped the import.
    dry_run
        True when nothing was to be written.
    message
        The outcome in one sentence.
    elapsed_s
        Seconds.
    columns
        Canonical column -> columns of the file.
    preview
        First rows in canonical form.
    parts
        Reports of the two halves of a source.
    pictures_opened
        False when a check only matched pictures by name, since there are many.
    """

    kind: str
    file: str
    counts: ImportCounts
    problems: tuple[Problem, ...]
    problem_counts: dict[str, int]
    import_id: str | None
    ok: bool
    dry_run: bool
    message: str
    elapsed_s: float
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    preview: pd.DataFrame = field(default_factory=pd.DataFrame, compare=False)
    parts: tuple["ImportReport", ...] = ()
    pictures_opened: bool = True

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Problems that stopped the import."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Problems that did not."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.WARNING)

    def to_dict(self) -> dict[str, object]:
        """Plain values."""
        return {
            "kind": self.kind,
            "file": self.file,
            "ok": self.ok,
            "dry_run": self.dry_run,
            "import_id": self.import_id,
            "message": self.message,
            "counts": asdict(self.counts),
            "problem_counts": self.problem_counts,
            "problems": [problem.to_dict() for problem in self.problems],
            "columns": {canonical: list(used) for canonical, used in self.columns.items()},
            "preview": json.loads(self.preview.to_json(orient="records", date_format="iso"))
            if len(self.preview)
            else [],
            "elapsed_s": round(self.elapsed_s, 3),
            "parts": [part.to_dict() for part in self.parts],
        }

    def to_json(self) -> str:
        """Return JSON for `--json`."""
        return json.dumps(self.to_dict(), indent=2, default=str)


def join_reports(name: str, parts: list[ImportReport], elapsed_s: float) -> ImportReport:
    """One report for the halves of a source."""
    counts = sum((part.counts for part in parts), ImportCounts())
    kinds: dict[str, int] = {}
    for part in parts:
        for kind, count in part.problem_counts.items():
            kinds[kind] = kinds.get(kind, 0) + count
    return ImportReport(
        kind="source",
        file=name,
        counts=counts,
        problems=tuple(problem for part in parts for problem in part.problems),
        problem_counts=kinds,
        import_id=next((part.import_id for part in parts if part.import_id), None),
        ok=all(part.ok for part in parts),
        dry_run=parts[0].dry_run,
        message=" ".join(part.message for part in parts),
        elapsed_s=elapsed_s,
        columns=parts[0].columns,
        preview=parts[0].preview,
        parts=tuple(parts),
    )
