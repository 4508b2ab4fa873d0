"""One version of the rules as a file: its content with who published it, when and why, and how damage is told."""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from recsys.errors import InputError
from recsys.rules.rule import Rule, RuleSet
from recsys.rules.scope import read_time

VERSION_FILE = re.compile(r"(\d{6,9})\.json")


@dataclass(frozen=True)
class Version:
    """What is known of one published version.

    Parameters
    ----------
    version
        Its number, from 1.
    published_at
        UTC.
    published_by, why
        Whoever published it and the reason given.
    rules
        Its content.
    undoes
        The earlier version whose content it brought back; None for new content.
    """

    version: int
    published_at: datetime
    published_by: str
    why: str
    rules: RuleSet
    undoes: int | None = None


@dataclass(frozen=True)
class DamagedVersion:
    """A version whose file cannot be read, and why."""

    version: int
    message: str


def version_path(folder: Path, version: int) -> Path:
    """Return where a version's file is."""
    return folder / f"{version:06d}.json"


def write_version(folder: Path, version: Version) -> None:
    """Write a version's file; it is never changed afterwards."""
    told: dict[str, Any] = {
        "version": version.version,
        "published_at": version.published_at.isoformat(timespec="seconds"),
        "published_by": version.published_by,
        "why": version.why,
        "rules": [rule.to_json() for rule in version.rules.rules],
    }
    if version.undoes is not None:
        told["undoes"] = version.undoes
    write_json(version_path(folder, version.version), {**told, "sha256": _digest(told)})


def read_version(folder: Path, version: int) -> Version:
    """Read a version's file.

    Raises
    ------
    InputError
        If there is none, or it is damaged.
    """
    path = version_path(folder, version)
    if not path.is_file():
        raise InputError(f"There is no version {version} of the rules; `vitrine rules history` shows those there are.")
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(told, dict) or told.pop("sha256", None) != _digest(told):
            raise ValueError("its content differs from its checksum")
        at, undoes = read_time(told["published_at"]), told.get("undoes")
        if at is None or told["version"] != version:
            raise ValueError("its number or time is not what it should be")
        rules = RuleSet(version, tuple(Rule.from_json(rule) for rule in told["rules"]))
        return Version(version, at, str(told["published_by"]), str(told["why"]), rules, undoes)
    except (ValueError, KeyError, TypeError, InputError) as error:
        raise InputError(f"Version {version} of the rules is damaged ({error}).") from error


def list_versions(folder: Path) -> list[int]:
    """Return the numbers of the versions whose files are there, newest first; damaged ones too."""
    names = (VERSION_FILE.fullmatch(path.name) for path in folder.glob("*.json"))
    return sorted((int(name[1]) for name in names if name), reverse=True)


def write_json(path: Path, told: Mapping[str, Any]) -> None:
    """Write beside and rename, flushed to disk."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("w", encoding="utf-8") as handle:
        json.dump(told, handle, indent=1, ensure_ascii=False)
        handle.flush()
        os.fsync(handle.fileno())
    beside.replace(path)


def _digest(told: Mapping[str, Any]) -> str:
    """Hex digest of a version's content."""
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
