"""The book of rules: every version ever published as a file in the shop folder, and a pointer to the live one.

Publishing writes a new version and then replaces the pointer, under a lock and only when nobody published in between.
Reading looks at the pointer's file first and at nothing else while that is unchanged.
"""

import fcntl
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from recsys.errors import InputError
from recsys.rules.rule import MAX_VERSION, Rule, RuleSet
from recsys.rules.selection import require_text
from recsys.rules.versions import DamagedVersion, Version, list_versions, read_version, write_json, write_version
from recsys.settings import ShopPaths

LIVE_FILE = "live.json"
WHY_LENGTH = 500
EMPTY = RuleSet()
_read: dict[Path, tuple[tuple[int, int, int], RuleSet]] = {}
_reading = threading.Lock()


class ConflictError(InputError):
    """Somebody published other rules in between; the caller's draft is untouched."""


@dataclass(frozen=True)
class Difference:
    """What one version has and another has not.

    Parameters
    ----------
    added, removed
        Rules that only the later, only the earlier version has.
    changed
        Rules of both with other content, as (before, after).
    """

    added: tuple[Rule, ...]
    removed: tuple[Rule, ...]
    changed: tuple[tuple[Rule, Rule], ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def read_rules(paths: ShopPaths) -> RuleSet:
    """Return the live rules; the very same object until others are published.

    Raises
    ------
    InputError
        If the live version is damaged; the message names the last good one.
    """
    path = paths.rules / LIVE_FILE
    try:
        found = path.stat()
    except FileNotFoundError:
        return _live(paths)
    state = (found.st_mtime_ns, found.st_size, found.st_ino)
    with _reading:
        kept = _read.get(path)
        if kept is None or kept[0] != state:
            kept = _read[path] = (state, _live(paths))
        return kept[1]


def publish(
    paths: ShopPaths,
    rules: Sequence[Rule],
    expected_version: int | None,
    *,
    who: str,
    why: str,
    undoes: int | None = None,
) -> RuleSet:
    """Make these rules the live ones, as a new version.

    Parameters
    ----------
    paths
        The shop.
    rules
        All the rules that shall hold, not only the changed ones.
    expected_version
        The version the caller started from; None takes whatever stands.
    who, why
        Kept with the version; neither may be empty.
    undoes
        The earlier version whose content this is.

    Returns
    -------
    RuleSet
        As published, `since` of the changed rules set.

    Raises
    ------
    ConflictError
        If others were published since `expected_version`; nothing is written.
    InputError
        If a name or reason is missing or an id comes twice; nothing is written.
    """
    for what, text in (("the name of who publishes", who), ("the reason for publishing", why)):
        require_text(what.capitalize(), text, WHY_LENGTH)
        if not text.strip():
            raise InputError(f"Publishing needs {what}, got an empty text.")
    with _lock(paths):
        live = live_version(paths)
        if expected_version is not None and live != expected_version:
            raise ConflictError(
                f"Version {live} of the rules was published in the meantime, this draft starts from version "
                f"{expected_version}. It is kept: look at what changed, then publish again."
            )
        number = max(live, _newest(paths)) + 1
        published = stamp(rules, _content(paths, live), number)
        version = Version(number, datetime.now(UTC).replace(microsecond=0), who.strip(), why.strip(), published, undoes)
        write_version(paths.rules, version)
        read_version(paths.rules, number)  # what cannot be read again never becomes live
        write_json(paths.rules / LIVE_FILE, {"version": number})
    return read_rules(paths)


def undo(
    paths: ShopPaths, to_version: int | None = None, *, who: str, why: str = "", expected_version: int | None = None
) -> RuleSet:
    """Publish an earlier version's content again, as a new version.

    Parameters
    ----------
    paths
        The shop.
    to_version
        The version to bring back, 0 for no rules; None takes the last good one before the live one.
    who, why
        Kept with the new version; without a reason it says what is undone.
    expected_version
        The live version the caller looked at; None takes whatever stands.

    Raises
    ------
    ConflictError
        If others were published since `expected_version`.
    InputError
        If there is no such version, or it is damaged.
    """
    live = live_version(paths)
    if live == 0:
        raise InputError("No rules were published yet, so there is nothing to undo.")
    wanted = _last_good(paths, live) if to_version is None else to_version
    if wanted == live:
        raise InputError(f"Version {live} is the live one; choose an earlier one.")
    content = () if wanted == 0 else read_version(paths.rules, wanted).rules.rules
    reason = why.strip() or f"Back to version {wanted}"
    return publish(
        paths, content, live if expected_version is None else expected_version, who=who, why=reason, undoes=wanted
    )


def history(paths: ShopPaths) -> list[Version | DamagedVersion]:
    """Return every version, newest first; of a damaged one only its number and what is wrong."""
    found: list[Version | DamagedVersion] = []
    for number in list_versions(paths.rules):
        try:
            found.append(read_version(paths.rules, number))
        except InputError as error:
            found.append(DamagedVersion(number, str(error)))
    return found


def compare(before: Sequence[Rule], after: Sequence[Rule]) -> Difference:
    """Tell what was added, removed and changed, by id."""
    old, new = ({r.rule_id: r for r in rules} for rules in (before, after))
    changed = [(old[i], r) for i, r in new.items() if i in old and not r.says_the_same_as(old[i])]
    added = tuple(r for i, r in new.items() if i not in old)
    return Difference(added, tuple(r for i, r in old.items() if i not in new), tuple(changed))


def stamp(rules: Sequence[Rule], live: RuleSet, version: int) -> RuleSet:
    """Give rules that are new or changed against the live ones the number of a version; the others keep theirs."""
    known = {r.rule_id: r for r in live.rules}

    def since(rule: Rule) -> int:
        before = known.get(rule.rule_id)
        return before.since if before is not None and rule.says_the_same_as(before) else version

    return RuleSet(version, tuple(replace(r, since=since(r)) for r in rules))


def _live(paths: ShopPaths) -> RuleSet:
    """Read the live version; when it is damaged, say which one is good."""
    try:
        number = _pointer(paths)
        return EMPTY if number == 0 else read_version(paths.rules, number).rules
    except InputError as error:
        good = _last_good(paths)
        way = f"`vitrine rules undo --to {good}`"
        out = (
            f"The last good one is version {good}: {way} brings it back." if good else f"None is good: {way} clears it."
        )
        raise InputError(f"{error} {out}") from error


def _last_good(paths: ShopPaths, before: int = MAX_VERSION) -> int:
    """Number of the newest version that can be read, 0 when there is none."""
    return next((v.version for v in history(paths) if isinstance(v, Version) and v.version < before), 0)


def _pointer(paths: ShopPaths) -> int:
    """Number of the live version; of the newest one where no pointer was written yet, 0 without any.

    Raises
    ------
    InputError
        If the pointer is damaged.
    """
    path = paths.rules / LIVE_FILE
    if not path.is_file():
        return _newest(paths)
    try:
        number = json.loads(path.read_text(encoding="utf-8"))["version"]
        if not isinstance(number, int) or number < 0:
            raise ValueError(f"version {number!r}")
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"The pointer to the live version of the rules is damaged ({error}).") from error
    return number


def live_version(paths: ShopPaths) -> int:
    """Return the number of the live version, whether or not it can be read; 0 before the first.

    A damaged pointer stands for the newest version, so that whoever replaces the rules can go on.
    """
    try:
        return _pointer(paths)
    except InputError:
        return _newest(paths)


def _newest(paths: ShopPaths) -> int:
    """Highest number of a version's file, 0 without any."""
    return max(list_versions(paths.rules), default=0)


def _content(paths: ShopPaths, number: int) -> RuleSet:
    """Rules of a version to compare new ones with; none where it is damaged, so that all of them count as new."""
    version = next((v for v in history(paths) if v.version == number), None)
    return version.rules if isinstance(version, Version) else EMPTY


@contextmanager
def _lock(paths: ShopPaths) -> Iterator[None]:
    """Hold the lock of whoever publishes."""
    paths.rules.mkdir(parents=True, exist_ok=True)
    with (paths.rules / ".publish.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
