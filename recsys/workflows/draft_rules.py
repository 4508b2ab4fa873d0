"""From a draft of a board to rules: what the list would be with them, and publishing them for good."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from recsys.errors import InputError
from recsys.rules.book import publish, read_rules
from recsys.rules.kinds import RuleKind
from recsys.rules.rule import Rule, RuleSet
from recsys.rules.scope import RuleScope
from recsys.rules.selection import Selection
from recsys.settings import ShopPaths
from recsys.workflows.drafts import Draft
from recsys.workflows.edits import Edits

EVERYWHERE = RuleScope()
_UNSAID = "draft"


def draft_rules(
    draft_id: str,
    version: int,
    edits: Edits,
    *,
    owner: str = _UNSAID,
    reason: str = _UNSAID,
    scope: RuleScope = EVERYWHERE,
    ends_at: datetime | None = None,
) -> tuple[Rule, ...]:
    """Say every edit as a rule: a pin for each pinned product, a block for each hidden one.

    Parameters
    ----------
    draft_id, version
        Of the draft; together they make ids that no other rule has.
    edits
        What was changed.
    owner, reason
        Who answers for the rules and why they are there.
    scope
        Which requests they act on.
    ends_at
        When they end, UTC; None for never.
    """
    asked: list[tuple[RuleKind, str, int | None]] = [(RuleKind.PIN, item, place) for item, place in edits.pins]
    asked += [(RuleKind.BLOCK, item, None) for item in edits.hidden]
    return tuple(
        Rule(
            rule_id=f"board-{draft_id[:20]}-{version}-{n}",
            kind=kind,
            selection=Selection((item,)),
            owner=owner,
            reason=reason,
            scope=scope,
            place=place,
            ends_at=ends_at,
        )
        for n, (kind, item, place) in enumerate(asked, start=1)
    )


def lay_over(live: RuleSet, drafted: Sequence[Rule]) -> RuleSet:
    """Return the live rules with the draft's before them.

    A live pin or block of one product gives way to the draft's word on the same product in the same scope, and a live
    pin to a draft's pin of another product at its place in the same scope; every other live rule stays.
    """
    spoken = {(rule.selection.item_ids, rule.scope) for rule in drafted}
    taken = {(rule.place, rule.scope) for rule in drafted if rule.kind == RuleKind.PIN}

    def gives_way(rule: Rule) -> bool:
        if rule.kind not in (RuleKind.PIN, RuleKind.BLOCK) or rule.selection != Selection(rule.selection.item_ids[:1]):
            return False
        placed = rule.kind == RuleKind.PIN and (rule.place, rule.scope) in taken
        return placed or (rule.selection.item_ids, rule.scope) in spoken

    return replace(live, rules=(*drafted, *(rule for rule in live.rules if not gives_way(rule))))


def rules_with(live: RuleSet, draft: Draft) -> RuleSet:
    """Return the rules a list is previewed with: the live ones, the draft's over them as if published next."""
    if not len(draft.edits):
        return live
    drafted = draft_rules(draft.draft_id, draft.version, draft.edits)
    return lay_over(live, [replace(rule, since=live.version + 1) for rule in drafted])


def publish_draft(
    paths: ShopPaths,
    draft: Draft,
    *,
    owner: str,
    reason: str,
    scope: RuleScope = EVERYWHERE,
    ends_at: datetime | None = None,
    expected_version: int | None = None,
) -> RuleSet:
    """Make a draft's edits rules of the shop, live at once.

    Parameters
    ----------
    paths
        The shop.
    draft
        With at least one edit.
    owner, reason
        Who answers for the rules and why they are there; neither may be empty.
    scope
        Which requests they act on.
    ends_at
        When they end, UTC; None for never.
    expected_version
        Version of the rules the person looked at; None takes whatever stands.

    Raises
    ------
    ConflictError
        If other rules were published in between; nothing is written.
    InputError
        If the draft is empty, or owner or reason are; nothing is written.
    """
    if not len(draft.edits):
        raise InputError("This draft holds no edit, so there is nothing to publish.")
    drafted = draft_rules(
        draft.draft_id, draft.version, draft.edits, owner=owner, reason=reason, scope=scope, ends_at=ends_at
    )
    live = read_rules(paths)
    return publish(paths, lay_over(live, drafted).rules, expected_version, who=owner, why=reason)
