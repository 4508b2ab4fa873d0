"""Events at impossible or suspicious times: in the future, at the epoch, before the launch, all at one moment."""

from recsys.doctor.events.contract import Facts, Issue

MIDNIGHT_SHARE = 0.01
"""Chance puts one event in 86,400 at midnight to the second; from this share on, dates without a time are likely."""
EARLY_SHARE = 0.001


def find(facts: Facts) -> list[Issue]:
    """Return one issue per kind of wrong time."""
    totals, issues = facts.totals, []
    n_events = max(totals["n_events"], 1.0)
    limits = {"future": 0.0, "ancient": 0.0, "midnight": MIDNIGHT_SHARE, "early": EARLY_SHARE}
    for kind, share in limits.items():
        if totals[f"n_{kind}"] > share * n_events:
            issues.append(_issue(facts, kind))
    if len(facts.crowds):
        rows = facts.crowds
        examples = tuple(
            {"moment": moment.isoformat(), "n_users": int(n)}
            for moment, n in zip(rows["occurred_at"], rows["n_users"], strict=True)
        )
        issues.append(Issue("crowd", int(rows["n_events"].sum()), int(rows["n_users"].max()), 0.0, examples))
    return issues


def _issue(facts: Facts, kind: str) -> Issue:
    """One issue from the totals."""
    totals = facts.totals
    return Issue(kind, int(totals[f"n_{kind}"]), int(totals[f"users_{kind}"]), totals[f"revenue_{kind}"])
