"""Event sanity: the registry of checks over what shoppers did, one file and one line each."""

from collections.abc import Mapping

import numpy as np

from recsys.doctor.events import bots, clock, gaps, repeated, unknown
from recsys.doctor.events.contract import EventCheck, EventReport, Facts, Issue

EVENT_CHECKS: Mapping[str, EventCheck] = {
    "unknown": unknown.find,
    "bots": bots.find,
    "clock": clock.find,
    "repeated": repeated.find,
    "gaps": gaps.find,
}


def judge_events(facts: Facts) -> EventReport:
    """Run every event check; most events first."""
    if not facts.totals["n_events"]:
        return EventReport((), 0, 0.0, ())
    issues = [issue for check in EVENT_CHECKS.values() for issue in check(facts)]
    flagged = np.logical_or.reduce(list(bots.flag_bots(facts.users).values()))
    return EventReport(
        issues=tuple(sorted(issues, key=lambda issue: -issue.n_events)),
        n_events=int(facts.totals["n_events"]),
        revenue=facts.totals["revenue"],
        flagged_users=tuple(str(user) for user in facts.users["user_id"].to_numpy()[flagged]),
    )


__all__ = ["EVENT_CHECKS", "EventReport", "Issue", "judge_events"]
