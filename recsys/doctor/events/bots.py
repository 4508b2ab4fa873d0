"""Shoppers that behave like machines. Each rule alone suffices; impressions, which the shop itself logs, do not count.

fast      60 events or more within one minute, or a pace per active day that lies 8 robust standard deviations (and
          a factor of 20) above the shop's median and above 300
looking   1,000 views or more without a cart or purchase, where the shop's own conversion makes that less likely
          than one in a million even if shoppers differ tenfold
regular   50 gaps or more whose spread is below a tenth of their mean; people pause irregularly
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from recsys.doctor.events.contract import Facts, Issue

PER_MINUTE = 60
PER_DAY = 300
PACE_Z = 8.0
PACE_RATIO = 20.0
MIN_VIEWS = 1000
CHANCE = 1e-6
SHOPPERS_DIFFER = 10.0
"""A shopper may convert this many times less than the average one before it tells anything."""
MIN_GAPS = 50
REGULAR = 0.1
EXAMPLES = 5


def flag_bots(users: pd.DataFrame) -> dict[str, NDArray[np.bool_]]:
    """Return which rule each shopper breaks.

    Parameters
    ----------
    users
        As `store.event_facts.EventFacts.users`.

    Returns
    -------
    dict
        Rule -> bool, shape (n_users,).
    """
    if users.empty:
        return {rule: np.zeros(0, np.bool_) for rule in ("fast", "looking", "regular")}
    pace = users["n_events"].to_numpy(np.float64) / np.maximum(users["active_days"].to_numpy(np.float64), 1)
    logs = np.log(np.maximum(pace, 1e-9))
    spread = max(float(stats.median_abs_deviation(logs, scale="normal")), 0.2)
    far = (logs - np.median(logs)) / spread >= PACE_Z
    steep = far & (pace >= PACE_RATIO * np.median(pace)) & (pace >= PER_DAY)
    return {
        "fast": (users["busiest_minute"].to_numpy() >= PER_MINUTE) | steep,
        "looking": _only_look(users),
        "regular": _regular(users),
    }


def find(facts: Facts) -> list[Issue]:
    """Return one issue per rule that somebody breaks; a shopper counts under the first rule broken."""
    users, issues = facts.users, []
    taken = np.zeros(len(users), np.bool_)
    for rule, flagged in flag_bots(users).items():
        rows = flagged & ~taken
        taken |= flagged
        if rows.any():
            chosen = users[rows]
            columns = ["user_id", "n_events", "n_views", "n_purchases", "busiest_minute"]
            examples = chosen.nlargest(EXAMPLES, "n_events")[columns].to_dict("records")
            issues.append(
                Issue(
                    code=rule,
                    n_events=int(chosen["n_events"].sum()),
                    n_users=len(chosen),
                    revenue=float(chosen["revenue"].sum()),
                    examples=tuple({str(k): v for k, v in example.items()} for example in examples),
                )
            )
    return issues


def _only_look(users: pd.DataFrame) -> NDArray[np.bool_]:
    """Thousands of views and nothing else, against the shop's conversion."""
    views, acts = users["n_views"].to_numpy(np.float64), (users["n_purchases"] + users["n_carts"]).to_numpy(np.float64)
    rate = min(float(acts.sum()) / max(float(views.sum()), 1.0), 1.0) / SHOPPERS_DIFFER
    unlikely = stats.binom.pmf(0, views, rate) < CHANCE
    return np.asarray((views >= MIN_VIEWS) & (acts == 0) & unlikely, np.bool_)


def _regular(users: pd.DataFrame) -> NDArray[np.bool_]:
    """Gaps that hardly vary."""
    mean = users["mean_gap_s"].to_numpy(np.float64)
    spread = users["sd_gap_s"].to_numpy(np.float64)
    return np.asarray((users["n_gaps"].to_numpy() >= MIN_GAPS) & (spread < REGULAR * mean), np.bool_)
