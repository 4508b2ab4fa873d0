"""Rules in words on screen: kinds, states, what a rule does, where it acts. Texts are safe for Markdown."""

from recsys.rules.conflicts import Clash, Conflict
from recsys.rules.kinds import GroupBy, RuleKind, RuleStatus
from recsys.rules.rule import Rule, RuleScope, Selection
from ui.scope import SEGMENT_NAMES
from ui.text import plain_text
from ui.wording import mark, t, tn

KINDS = {
    RuleKind.PIN: mark("Pin at a place"),
    RuleKind.SOFT_PIN: mark("Pin at least at a place"),
    RuleKind.BOOST: mark("Boost"),
    RuleKind.BURY: mark("Bury"),
    RuleKind.BLOCK: mark("Block"),
    RuleKind.FILTER: mark("Show nothing else"),
    RuleKind.SLOT: mark("Keep a place for a kind"),
    RuleKind.CAP: mark("At most so many"),
}
KIND_HELP = {
    RuleKind.PIN: mark("The product stands at this place, whatever its score."),
    RuleKind.SOFT_PIN: mark("The product stands at this place unless its score puts it higher."),
    RuleKind.BOOST: mark("Adds to the score. 1 is one standard deviation better in every term."),
    RuleKind.BURY: mark("Takes from the score. 1 is one standard deviation worse in every term."),
    RuleKind.BLOCK: mark("The products never appear."),
    RuleKind.FILTER: mark("Nothing but these products appears."),
    RuleKind.SLOT: mark("The best product of the selection stands at this place."),
    RuleKind.CAP: mark("Keeps one brand, category or selection from filling the list."),
}
STATES = {
    RuleStatus.LIVE: mark("Live"),
    RuleStatus.EXPIRING: mark("Ending soon"),
    RuleStatus.SCHEDULED: mark("Scheduled"),
    RuleStatus.EXPIRED: mark("Expired"),
}
PER = {GroupBy.BRAND: mark("brand"), GroupBy.CATEGORY: mark("category")}
_DOES = {
    RuleKind.PIN: mark("Puts {what} at place {place}"),
    RuleKind.SOFT_PIN: mark("Puts {what} at place {place} or higher"),
    RuleKind.BOOST: mark("Lifts {what} by {strength}"),
    RuleKind.BURY: mark("Lowers {what} by {strength}"),
    RuleKind.BLOCK: mark("Never shows {what}"),
    RuleKind.FILTER: mark("Shows nothing but {what}"),
    RuleKind.SLOT: mark("Keeps place {place} for {what}"),
    RuleKind.CAP: mark("At most {limit} of {what} in the first {window}"),
}
_CAP_PER = mark("At most {limit} per {per} in the first {window}")
_CAP_PER_OF = mark("At most {limit} per {per} of {what} in the first {window}")
_CLASHES = {
    Clash.PLACE: mark("Both want place {place}: a pin goes before a slot, then the newest."),
    Clash.PRODUCT: mark("Both place the same product. The higher place wins."),
    Clash.GATE: mark("Blocks and filters decide first, before anything is placed or boosted."),
    Clash.NOTHING_LEFT: mark("No product passes both filters: lists would be empty."),
    Clash.AGAINST: mark("They add up, so the stronger one decides."),
}


def describe(rule: Rule, titles: dict[str, str]) -> str:
    """Say what a rule does in plain text; `titles` gives the names of products by id."""
    text = _DOES[rule.kind]
    if rule.per is not None:
        text = _CAP_PER_OF if rule.selection else _CAP_PER
    per = "" if rule.per is None else t(PER[rule.per])
    return t(
        text,
        what=describe_selection(rule.selection, titles),
        place=rule.place,
        strength="" if rule.strength is None else f"{rule.strength:g}",
        limit=rule.limit,
        window=rule.window,
        per=per,
    )


def describe_selection(selection: Selection, titles: dict[str, str]) -> str:
    """Name what a rule speaks of in plain text."""
    parts = []
    if selection.item_ids:
        first = plain_text(titles.get(selection.item_ids[0], selection.item_ids[0]), 60)
        more = len(selection.item_ids) - 1
        parts.append(f"{first} {tn('and {n} more', 'and {n} more', more)}" if more else first)
    parts += [plain_text(text, 60) for text in (selection.brand, selection.category, selection.attribute) if text]
    return ", ".join(parts)


def describe_scope(scope: RuleScope) -> str:
    """Say where a rule acts in plain text."""
    segment = t(SEGMENT_NAMES[scope.segment]) if scope.segment else ""
    parts = [plain_text(scope.page, 40), segment, plain_text(scope.market, 40)]
    return " · ".join(part for part in parts if part) or t("Everywhere")


def explain_conflict(conflict: Conflict) -> str:
    """Say why the winner wins."""
    return t(_CLASHES[conflict.clash], place=conflict.winner.place)
