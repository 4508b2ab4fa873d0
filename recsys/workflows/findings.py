"""What needs a person, most costly first: each finding with the money it is about, or plainly without."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.catalogue import Catalogue
from recsys.evaluation.live import measure_items, sum_requests
from recsys.evaluation.rates import Change, Estimate, design_effect_of, estimate_ratio, rate_change
from recsys.evaluation.stakes import NO_PRICE, price_fewer_clicks, price_missing_sales, price_unshown_days
from recsys.vocabulary import Columns
from recsys.workflows.outcomes import CATEGORY_COLUMN
from recsys.workflows.performance import split_spans
from recsys.workflows.periods import Period

WANTED_DAYS = 7
"""A sold-out product is still wanted when somebody looked at it in the last days of the period."""
NEW_DAYS = 28
"""Launched at most so many days ago counts as new."""
_DAY = pd.Timedelta(days=1)


class FindingKind(StrEnum):
    """What may need a person; those that stop work come first, then by money, then in this order."""

    STORE = "store"
    NO_RUN = "no_run"
    TRAINING_FAILED = "training_failed"
    CLICKS = "clicks"
    CATEGORY = "category"
    SOLD_OUT = "sold_out"
    UNSEEN = "unseen"
    UNKNOWN_ITEMS = "unknown_items"
    RULES = "rules"
    OLD_DATA = "old_data"
    WAITING = "waiting"
    BEHIND = "behind"
    IMPORT = "import"
    NO_PICTURE = "no_picture"


STOPPING = frozenset({FindingKind.STORE, FindingKind.NO_RUN, FindingKind.TRAINING_FAILED})


@dataclass(frozen=True)
class Finding:
    """One thing that needs a person.

    Parameters
    ----------
    kind
        What it is; `ui.finding_words` says it in a sentence.
    amount
        Money per period it is about, see `evaluation.stakes`; unknown where it cannot be priced.
    count, total
        How many products, events, days or rows, and out of how many (0 where that says nothing).
    name
        Of a category or file, or a message; may be product text.
    change
        Of the click-through rate, where that is what was found.
    """

    kind: FindingKind
    amount: Estimate = NO_PRICE
    count: int = 0
    total: int = 0
    name: str = ""
    change: Change | None = None


def rank_findings(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """Order findings: what stops work, then the largest amounts, then what cannot be priced.

    Examples
    --------
    >>> small, large = (Finding(FindingKind.UNSEEN, Estimate(v, v, v, 9)) for v in (1.0, 2.0))
    >>> ranked = rank_findings([Finding(FindingKind.NO_PICTURE), small, large, Finding(FindingKind.NO_RUN)])
    >>> [str(f.kind) for f in ranked], ranked[1].amount.value
    (['no_run', 'unseen', 'unseen', 'no_picture'], 2.0)
    """
    kinds = list(FindingKind)
    return tuple(
        sorted(
            found,
            key=lambda f: (f.kind not in STOPPING, -f.amount.value if f.amount.known else np.inf, kinds.index(f.kind)),
        )
    )


def find_fallen_clicks(outcomes: pd.DataFrame, period: Period) -> list[Finding]:
    """Find a fall of the click-through rate, of everything and of each category, beyond its interval.

    With m categories each is asked at a confidence of 1 − 0.05 / m (Bonferroni), so that a shop in which nothing
    changed shows one in at most 5 % of the periods; the amount then carries a 95 % interval of its own. A click's
    value is that of the part's clicks in both spans. Amounts of a category and of everything overlap.

    Parameters
    ----------
    outcomes
        Marked rows of both spans, see `workflows.outcomes`.
    period
        The spans.
    """
    if not period.compares:
        return []
    rows = outcomes.groupby(CATEGORY_COLUMN, sort=True)
    parts = [(FindingKind.CLICKS, "", outcomes, 0.95)]
    parts += [(FindingKind.CATEGORY, str(name), part, 1 - 0.05 / rows.ngroups) for name, part in rows]
    found = (_fallen(kind, name, part, period, confidence) for kind, name, part, confidence in parts)
    return [finding for finding in found if finding is not None]


def _fallen(kind: FindingKind, name: str, part: pd.DataFrame, period: Period, confidence: float) -> Finding | None:
    """The fall of one part, or None where its interval holds zero."""
    now, before = (sum_requests(rows) for rows in split_spans(part, period))
    if not rate_fell(now, before, confidence):
        return None
    both = pd.concat([now, before])
    change = _change(now, before, 0.95)
    shown = int(now["impressions"].sum())
    amount = price_fewer_clicks(shown, change, estimate_ratio(both["revenue"], both["clicks"]))
    return Finding(kind, amount, count=shown, name=name, change=change)


def rate_fell(now: pd.DataFrame, before: pd.DataFrame, confidence: float) -> bool:
    """Tell whether the click-through rate of requests fell beyond its interval at a confidence.

    Parameters
    ----------
    now, before
        Sums per request, see `evaluation.live.sum_requests`.
    confidence
        In (0, 1).
    """
    change = _change(now, before, confidence)
    return change.known and change.high < 0


def _change(now: pd.DataFrame, before: pd.DataFrame, confidence: float) -> Change:
    """Change of the click-through rate with the design effect of each span."""
    counts = [(int(part["clicks"].sum()), int(part["impressions"].sum())) for part in (now, before)]
    effects = [design_effect_of(part["clicks"], part["impressions"]) for part in (now, before)]
    return rate_change(counts[0], counts[1], design_effects=(effects[0], effects[1]), confidence=confidence)


def find_sold_out(catalogue: Catalogue, sales: pd.DataFrame, end: pd.Timestamp, days: int) -> list[Finding]:
    """Find products that are sold out though somebody looked at them in the last `WANTED_DAYS` days.

    Priced at the pace of their sales in the last two periods.

    Parameters
    ----------
    catalogue
        The products; stock 0 is sold out, unknown stock is not.
    sales
        `Store.sales`, of the last `2 · days` days.
    end
        UTC midnight after the period.
    days
        Length of the period.
    """
    rows = sales[sales["day"] >= end - 2 * days * _DAY]
    wanted = rows.loc[(rows["day"] >= end - WANTED_DAYS * _DAY) & (rows["touches"] > 0), Columns.ITEM].unique()
    numbers = catalogue.numbers(wanted)
    out = wanted[(numbers >= 0) & (catalogue.stock[numbers] <= 0)]
    if len(out) == 0:
        return []
    sold = rows[rows[Columns.ITEM].isin(out)]
    revenue, squares, n = (float(sold[c].sum()) for c in ("revenue", "squared_revenue", "purchases"))
    return [Finding(FindingKind.SOLD_OUT, price_missing_sales(revenue, squares, int(n), 0.5), count=len(out))]


def find_unseen(catalogue: Catalogue, outcomes: pd.DataFrame, period: Period, clock: pd.Timestamp) -> list[Finding]:
    """Find new products on sale that stood in no list of the period.

    Priced by what lists brought with the new products that were shown, per day on offer.

    Parameters
    ----------
    catalogue
        The products.
    outcomes
        Rows of both spans.
    period
        What is looked at.
    clock
        The shop's own time.
    """
    new, age = find_new(catalogue, clock)
    items = measure_items(split_spans(outcomes, period)[0]).set_index(Columns.ITEM)["revenue"]
    ids = catalogue.item_ids[new]
    shown = np.isin(ids, items.index)
    if shown.all():
        return []
    offered = np.clip(age, 1.0, float(len(period.days)))
    amount = price_unshown_days(items.reindex(ids[shown]).to_numpy(), offered[shown], float(offered[~shown].sum()))
    return [Finding(FindingKind.UNSEEN, amount, count=int((~shown).sum()), total=len(new))]


def find_new(catalogue: Catalogue, clock: pd.Timestamp) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the numbers of the products on sale launched in the last `NEW_DAYS` days, and their age in days."""
    at = np.datetime64(clock.tz_convert("UTC").tz_localize(None), "us")
    age = (at - catalogue.launched_at) / np.timedelta64(1, "D")
    new = np.flatnonzero((age >= 0) & (age < NEW_DAYS) & catalogue.on_sale(at))
    return new, age[new]


def find_unknown_sales(known_ids: NDArray[np.object_], sales: pd.DataFrame, start: pd.Timestamp) -> list[Finding]:
    """Find purchases of the period whose product is not in the catalogue; their sum is counted, not estimated.

    Parameters
    ----------
    known_ids
        The catalogue's ids.
    sales
        `Store.sales`.
    start
        UTC midnight at which the period begins.
    """
    rows = sales[(sales["day"] >= start) & ~sales[Columns.ITEM].isin(known_ids)]
    revenue, n = float(rows["revenue"].sum()), int(rows["purchases"].sum())
    if len(rows) == 0:
        return []
    counted = Estimate(revenue, revenue, revenue, n) if n else NO_PRICE
    return [Finding(FindingKind.UNKNOWN_ITEMS, counted, count=rows[Columns.ITEM].nunique(), total=n)]


def find_bad_imports(imports: pd.DataFrame, since: pd.Timestamp) -> list[Finding]:
    """Find applied imports since a time that left rows out, the newest one of each file.

    Parameters
    ----------
    imports
        `Store.imports`, newest first.
    since
        UTC.
    """
    applied = imports[(imports["status"] == "applied") & (imports["finished_at"] >= since)]
    newest = applied.drop_duplicates("file_name")
    left_out = newest[newest["skipped"] > 0]
    counts = left_out[["skipped", "rows_read"]].to_numpy(np.int64)
    return [
        Finding(FindingKind.IMPORT, count=int(skipped), total=int(total), name=str(name))
        for (skipped, total), name in zip(counts, left_out["file_name"], strict=True)
    ]
