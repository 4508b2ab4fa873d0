"""Drafts of rules: what somebody changed and has not published, one small file each in the shop's folder.

A draft holds all the rules as they would be, and the version it started from; it outlives page, tab and server.
"""

import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from recsys.errors import InputError
from recsys.rules.book import Difference, compare, history, publish, read_rules, stamp
from recsys.rules.rule import Rule, RuleSet
from recsys.rules.versions import Version, read_version, write_json
from recsys.settings import ShopPaths

_ID = re.compile(r"[0-9a-f]{8,32}")


@dataclass(frozen=True)
class RuleDraft:
    """Rules under work.

    Parameters
    ----------
    draft_id
        Name of its file, hexadecimal.
    base
        The rules it started from.
    rules
        As they would be.
    changed_at
        ISO 8601, UTC.
    """

    draft_id: str
    base: RuleSet
    rules: tuple[Rule, ...]
    changed_at: str = ""

    @property
    def difference(self) -> Difference:
        """What was added, removed and changed."""
        return compare(self.base.rules, self.rules)

    def as_published(self) -> RuleSet:
        """The rules as `rank` would see them once published."""
        return stamp(self.rules, self.base, self.base.version + 1)


@dataclass(frozen=True)
class Rebased:
    """A draft laid over newer rules, and the ids of rules that both sides changed; the draft's word holds for them."""

    draft: RuleDraft
    both: tuple[str, ...]


def start_draft(paths: ShopPaths) -> RuleDraft:
    """Return a draft of the live rules, not written yet."""
    live = read_rules(paths)
    return RuleDraft(secrets.token_hex(5), live, live.rules)


def new_rule_id(taken: Sequence[Rule]) -> str:
    """Return an id that none of these rules has."""
    ids = {rule.rule_id for rule in taken}
    while (found := f"r-{secrets.token_hex(3)}") in ids:
        pass
    return found


def read_draft(paths: ShopPaths, draft_id: str) -> RuleDraft:
    """Read a draft.

    Raises
    ------
    InputError
        If the id is none, or there is no such draft, or it is damaged.
    """
    path = _path(paths, draft_id)
    if not path.is_file():
        raise InputError(f"There is no draft {draft_id}; it was published or thrown away.")
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        base = RuleSet(told["version"], tuple(Rule.from_json(r) for r in told["base"]))
        return RuleDraft(draft_id, base, tuple(Rule.from_json(r) for r in told["rules"]), str(told["changed_at"]))
    except (ValueError, KeyError, TypeError, InputError) as error:
        raise InputError(f"The draft {draft_id} is damaged ({error}); begin another.") from error


def keep_rule(paths: ShopPaths, draft: RuleDraft, rule: Rule) -> RuleDraft:
    """Add a rule to a draft, or put it in the place of the one with its id, and write the draft."""
    known = any(r.rule_id == rule.rule_id for r in draft.rules)
    rules = tuple(rule if r.rule_id == rule.rule_id else r for r in draft.rules) if known else (*draft.rules, rule)
    return _write(paths, replace(draft, rules=rules))


def drop_rules(paths: ShopPaths, draft: RuleDraft, rule_ids: Sequence[str]) -> RuleDraft:
    """Take rules out of a draft and write it."""
    return _write(paths, replace(draft, rules=tuple(r for r in draft.rules if r.rule_id not in rule_ids)))


def take_rules(paths: ShopPaths, draft: RuleDraft, rules: Sequence[Rule]) -> RuleDraft:
    """Put the rules of a file in the place of all the draft's and write it."""
    return _write(paths, replace(draft, rules=tuple(rules)))


def discard_draft(paths: ShopPaths, draft_id: str) -> None:
    """Throw a draft away; one that is gone stays gone."""
    _path(paths, draft_id).unlink(missing_ok=True)


def publish_draft(paths: ShopPaths, draft: RuleDraft, *, who: str, why: str) -> RuleSet:
    """Make a draft's rules the live ones and throw the draft away.

    Raises
    ------
    ConflictError
        If other rules were published since it was begun; the draft is kept.
    InputError
        If a name or reason is missing; the draft is kept.
    """
    published = publish(paths, draft.rules, draft.base.version, who=who, why=why)
    discard_draft(paths, draft.draft_id)
    return published


def rebase(paths: ShopPaths, draft: RuleDraft) -> Rebased:
    """Lay what a draft changed over the rules that are live now, and write it."""
    live, mine = read_rules(paths), draft.difference
    theirs = compare(draft.base.rules, live.rules)
    touched = {r.rule_id for r in (*mine.added, *mine.removed)} | {after.rule_id for _, after in mine.changed}
    moved = {r.rule_id for r in (*theirs.added, *theirs.removed)} | {after.rule_id for _, after in theirs.changed}
    put = {r.rule_id: r for r in mine.added} | {after.rule_id: after for _, after in mine.changed}
    gone = {r.rule_id for r in mine.removed}
    kept = [put.pop(r.rule_id, r) for r in live.rules if r.rule_id not in gone]
    moved_on = _write(paths, replace(draft, base=live, rules=(*kept, *put.values())))
    return Rebased(moved_on, tuple(sorted(touched & moved)))


def version_changes(paths: ShopPaths, version: int) -> Difference:
    """Tell what a version changed against the last readable one before it.

    Raises
    ------
    InputError
        If there is no such version, or it is damaged.
    """
    after = read_version(paths.rules, version).rules.rules
    before = next((v.rules.rules for v in history(paths) if isinstance(v, Version) and v.version < version), ())
    return compare(before, after)


def _path(paths: ShopPaths, draft_id: str) -> Path:
    if not _ID.fullmatch(draft_id):
        raise InputError(f"{draft_id[:40]!r} is no draft of rules; open the page without it.")
    return paths.rules / "drafts" / f"{draft_id}.json"


def _write(paths: ShopPaths, draft: RuleDraft) -> RuleDraft:
    """Write a draft in place of itself."""
    RuleSet(0, draft.rules)
    changed = replace(draft, changed_at=datetime.now(UTC).isoformat(timespec="seconds"))
    path = _path(paths, draft.draft_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    told = {
        "version": draft.base.version,
        "base": [r.to_json() for r in draft.base.rules],
        "rules": [r.to_json() for r in draft.rules],
        "changed_at": changed.changed_at,
    }
    write_json(path, told)
    return changed
