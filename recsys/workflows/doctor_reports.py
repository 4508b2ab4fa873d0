"""The doctor's reports and a person's decisions on findings, as files in the shop folder; every write is atomic."""

import fcntl
import json
import logging
import os
import secrets
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from recsys.errors import StoreError
from recsys.settings import ShopPaths

_log = logging.getLogger(__name__)
REPORT_FILE = "report.json"
DECISIONS_FILE = "decisions.json"
COLUMNS: dict[str, str] = {
    **dict.fromkeys(("key", "check", "item_id", "title", "category", "image", "severity"), "str"),
    "confidence": "float64",
    **dict.fromkeys(("action", "fix_column", "fix_value", "evidence"), "str"),
    "lost_places": "float64",
    "lost_money": "float64",
}
"""Columns of a report's findings and their types; `evidence` is JSON."""
KEPT_FIXED = 5_000


@dataclass(frozen=True)
class ReportFacts:
    """What a report is about.

    Parameters
    ----------
    data_version, run_id
        The data examined, and the live run whose vectors were read; None without one.
    created_at, elapsed_s
        ISO 8601 UTC, seconds.
    n_items, n_judged_pictures
        Items, and those of them whose pictures have vectors of the run.
    silent
        Checks that could not speak, and what they lacked.
    exposure_source, n_lists
        Where lost exposure comes from, see `doctor.exposure.Exposure`.
    days
        Days that lost money is counted for.
    currency
        Of the lost money; None where the log tells no revenue.
    config
        The thresholds; where they change, what is gone was not fixed by anybody.
    fixed
        Findings of earlier reports that are gone: key, check, item_id, title, fixed_at; newest first.
    """

    data_version: str
    run_id: str | None
    created_at: str
    elapsed_s: float
    n_items: int
    n_judged_pictures: int
    silent: dict[str, str]
    exposure_source: str
    n_lists: int
    days: int
    currency: str | None
    config: dict[str, float]
    fixed: tuple[dict[str, str], ...] = field(default=())


@dataclass(frozen=True, eq=False)
class DoctorReport:
    """A report as it is kept.

    Parameters
    ----------
    facts
        What it is about.
    findings
        One row per finding with `COLUMNS`, worst first.
    """

    facts: ReportFacts
    findings: pd.DataFrame


def keep_report(paths: ShopPaths, facts: ReportFacts, findings: pd.DataFrame) -> DoctorReport:
    """Write a report over the one before; what that one found and this one could but did not find counts as fixed."""
    folder = paths.doctor
    folder.mkdir(parents=True, exist_ok=True)
    table = findings.reindex(columns=list(COLUMNS)).astype(COLUMNS)
    before = _earlier(paths)
    content = asdict(facts) | {"fixed": _fixed(before, facts, table)}
    name = f"findings-{secrets.token_hex(6)}.parquet"
    table.to_parquet(folder / name, index=False)
    _write_json(folder / REPORT_FILE, content | {"findings": name})
    for old in folder.glob("findings-*.parquet"):
        if old.name != name:
            old.unlink(missing_ok=True)
    return DoctorReport(ReportFacts(**{**content, "fixed": tuple(content["fixed"])}), table)


def _earlier(paths: ShopPaths) -> DoctorReport | None:
    """Return the report before; one that cannot be read counts as none, since the new one replaces it."""
    try:
        return read_report(paths)
    except StoreError as error:
        _log.warning("What is fixed cannot be told: %s", error)
        return None


def read_report(paths: ShopPaths) -> DoctorReport | None:
    """Return the report kept last, None before the first.

    Raises
    ------
    StoreError
        If it is damaged.
    """
    path = paths.doctor / REPORT_FILE
    for attempt in (1, 2):  # a report written in between takes its findings along; the second look sees the new one
        if not path.is_file():
            return None
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            findings = pd.read_parquet(paths.doctor / content.pop("findings"))
            return DoctorReport(ReportFacts(**content | {"fixed": tuple(content["fixed"])}), findings)
        except FileNotFoundError as error:
            if attempt == 2:
                raise _damaged(path, error) from error
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise _damaged(path, error) from error
    return None


def report_stamp(paths: ShopPaths) -> int:
    """Return a number that changes with every report, 0 before the first."""
    path = paths.doctor / REPORT_FILE
    return path.stat().st_mtime_ns if path.is_file() else 0


# ------------------------------------------------------------- decisions


def read_dismissed(paths: ShopPaths) -> dict[str, str]:
    """Return the keys of dismissed findings and when each was dismissed, ISO 8601 UTC.

    Raises
    ------
    StoreError
        If the file is damaged.
    """
    path = paths.doctor / DECISIONS_FILE
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return {str(key): str(at) for key, at in content["dismissed"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(path, error) from error


def dismiss(paths: ShopPaths, keys: Collection[str]) -> int:
    """Leave findings out of the list from now on; return how many were not dismissed before."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return _change(paths, lambda kept: {**dict.fromkeys(keys, now), **kept})


def restore(paths: ShopPaths, keys: Collection[str]) -> int:
    """Take dismissals back; return how many there were."""
    return _change(paths, lambda kept: {key: at for key, at in kept.items() if key not in set(keys)})


def _change(paths: ShopPaths, change: Callable[[dict[str, str]], dict[str, str]]) -> int:
    """Change the decisions under a lock, so that two people never undo one another."""
    with _locked(paths.doctor):
        before = read_dismissed(paths)
        after = change(before)
        _write_json(paths.doctor / DECISIONS_FILE, {"dismissed": after})
    return abs(len(after) - len(before))


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".decisions.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


# ------------------------------------------------------------- what was mended


def _fixed(before: DoctorReport | None, facts: ReportFacts, table: pd.DataFrame) -> list[dict[str, str]]:
    """Findings that are gone, newest first; a check that fell silent has not fixed anything."""
    if before is None:
        return []
    present = set(table["key"])
    old = before.findings if before.facts.config == facts.config else before.findings.head(0)
    gone = old[~old["key"].isin(present) & ~old["check"].isin(list(facts.silent))]
    columns = ["key", "check", "item_id", "title"]
    fresh = [
        {**{name: str(row[name]) for name in columns}, "fixed_at": facts.created_at}
        for row in gone[columns].to_dict("records")
    ]
    earlier = [entry for entry in before.facts.fixed if entry["key"] not in present]
    return [*fresh, *earlier][:KEPT_FIXED]


def _write_json(path: Path, content: dict[str, Any]) -> None:
    """Write beside and rename."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    beside.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    beside.replace(path)


def _damaged(path: Path, error: Exception) -> StoreError:
    return StoreError(f"{path.name} of the doctor is damaged ({error!r}): delete it and examine the catalogue again.")
