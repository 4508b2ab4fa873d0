"""Events of products the catalogue does not have, and of shoppers who are nobody in particular."""

import re

from recsys.doctor.events.contract import Facts, Issue

NOBODY = re.compile(
    r"(guest|anonym\w*|unknown|null|none|nan|n/?a|undefined|not ?set|\(not set\)|test\w*|dummy|admin|user|0+|-1|-)",
    re.IGNORECASE,
)
"""Ids that stand for many people at once."""
EXAMPLES = 5


def find(facts: Facts) -> list[Issue]:
    """Return an issue for unknown products and one for placeholder shoppers."""
    issues, totals, users = [], facts.totals, facts.users
    if totals["n_unknown"]:
        examples = tuple(
            {"item_id": str(item), "n_events": int(n)}
            for item, n in zip(facts.unknown_items["item_id"], facts.unknown_items["n_events"], strict=True)
        )
        n_events, n_users = int(totals["n_unknown"]), int(totals["users_unknown"])
        issues.append(Issue("unknown_item", n_events, n_users, totals["revenue_unknown"], examples))
    nobody = users[[bool(NOBODY.fullmatch(str(name).strip())) for name in users["user_id"]]]
    if len(nobody):
        rows = nobody.nlargest(EXAMPLES, "n_events")
        examples = tuple(
            {"user_id": str(name), "n_events": int(n)}
            for name, n in zip(rows["user_id"], rows["n_events"], strict=True)
        )
        total = int(nobody["n_events"].sum())
        issues.append(Issue("nobody", total, len(nobody), float(nobody["revenue"].sum()), examples))
    return issues
