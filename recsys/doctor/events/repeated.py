"""Events stored twice: same shopper, product, type, moment, value and quantity under different ids."""

from recsys.doctor.events.contract import Facts, Issue

SHARE = 0.001


def find(facts: Facts) -> list[Issue]:
    """Return an issue where more than one event in a thousand repeats another."""
    totals = facts.totals
    if totals["n_repeated"] <= SHARE * max(totals["n_events"], 1.0):
        return []
    return [Issue("repeated", int(totals["n_repeated"]), int(totals["users_repeated"]), totals["revenue_repeated"])]
