"""A rule in one line of words, for tables and messages."""

from recsys.rules.kinds import RuleKind
from recsys.rules.rule import Rule, RuleScope


def describe_rule(rule: Rule) -> str:
    """Say what a rule does and where.

    Examples
    --------
    >>> from recsys.rules.rule import Selection
    >>> describe_rule(Rule("r1", RuleKind.PIN, Selection(("P1",)), "Ada", "launch", RuleScope(page="home"), place=3))
    'puts P1 at place 3 (home)'
    """
    chosen = str(rule.selection)
    per = f"per {rule.per}" if rule.per is not None else ""
    among = f" of {chosen}" if rule.selection else ""
    said = {
        RuleKind.BLOCK: f"never shows {chosen}",
        RuleKind.FILTER: f"shows nothing but {chosen}",
        RuleKind.PIN: f"puts {chosen} at place {rule.place}",
        RuleKind.SLOT: f"place {rule.place} is for {chosen}",
        RuleKind.SOFT_PIN: f"puts {chosen} at place {rule.place} unless it stands higher",
        RuleKind.CAP: f"at most {rule.limit}{among} {per}".rstrip() + f" in the first {rule.window}",
        RuleKind.BOOST: f"lifts {chosen} by {rule.strength or 0:g}",
        RuleKind.BURY: f"lowers {chosen} by {rule.strength or 0:g}",
    }[rule.kind]
    where = describe_scope(rule.scope)
    return f"{said} ({where})" if where else said


def describe_scope(scope: RuleScope) -> str:
    """Say where a scope holds: "home, loyal shoppers, market de"; empty for everywhere."""
    segment = f"{scope.segment} shoppers" if scope.segment else ""
    market = f"market {scope.market}" if scope.market else ""
    return ", ".join(part for part in (scope.page, segment, market) if part)
