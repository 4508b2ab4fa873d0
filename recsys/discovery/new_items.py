"""Everything launched lately: predicted fit, who would want it and why, exposure so far."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.components import COMPONENTS
from recsys.data.interactions import DAY, Histories
from recsys.discovery.audience import Trait, describe_audience, describing_labels, find_favourites
from recsys.discovery.fit import FitTable, measure_fit
from recsys.evaluation.rates import Estimate, estimate_rate
from recsys.ranking.model import Model
from recsys.vocabulary import CATEGORY_SEPARATOR, Columns

MAX_SAMPLE = 1000
MAX_ITEMS = 500
SAMPLE_CELLS = 40_000_000
AUDIENCE_SHARE = 0.05
MIN_AUDIENCE = 10
SHOWN_SHOPPERS = 12


@dataclass(frozen=True, eq=False)
class NewItem:
    """One new item as the page shows it.

    Parameters
    ----------
    item_num, item_id, title, category, image
        What it is; `image` is the first picture's hash or empty.
    appeared_at
        Launch, or the first interaction where no launch is known; datetime64[us], UTC.
    days_listed
        Whole days since then at the data clock, ≥ 0.
    fit
        Predicted fit, see `FitTable.fit`; NaN without shoppers.
    reach
        Share of sampled shoppers who have it in their top n, with a Wilson interval; `n` is the sample.
    n_reached
        Sampled shoppers who have it in their top n.
    traits
        What its best shoppers have in common.
    reason
        Component that sets its best shoppers apart most; empty when none does.
    reason_phrase
        The same in words.
    shoppers
        (user_id, standing) of those it suits best, best first.
    terms
        (component, mean contribution) over its best shoppers, in registry order.
    on_sale
        Whether it may appear in a list now.
    touched
        Whether anybody has interacted with it in the run's data.
    """

    item_num: int
    item_id: str
    title: str
    category: str
    image: str
    appeared_at: np.datetime64
    days_listed: int
    fit: float
    reach: Estimate
    n_reached: int
    traits: tuple[Trait, ...]
    reason: str
    reason_phrase: str
    shoppers: tuple[tuple[str, float], ...]
    terms: tuple[tuple[str, float], ...]
    on_sale: bool
    touched: bool


@dataclass(frozen=True, eq=False)
class NewItems:
    """The new items of a run, newest first, and what the figures rest on.

    Parameters
    ----------
    items
        At most `MAX_ITEMS`.
    n_found
        New items there are in all.
    n_sampled
        Shoppers sampled.
    list_length
        Length of the lists that decide the reach.
    """

    items: tuple[NewItem, ...]
    n_found: int
    n_sampled: int
    list_length: int

    def within(self, days: int) -> tuple[NewItem, ...]:
        """Return the items listed for at most so many days."""
        return tuple(i for i in self.items if i.days_listed <= days)


def find_appearance(model: Model) -> NDArray[np.datetime64]:
    """When each item appeared: its launch, else its first interaction; NaT where neither is known."""
    launched = model.catalogue.launched_at
    return np.where(np.isnat(launched), model.interactions.first_seen, launched)


def sample_shoppers(model: Model, limit: int = MAX_SAMPLE, seed: int = 0) -> NDArray[np.int64]:
    """User numbers of a random sample of shoppers with a history, sorted; smaller for a very large catalogue."""
    known = np.flatnonzero(model.interactions.histories.lengths > 0)
    size = min(limit, max(100, SAMPLE_CELLS // max(len(model.catalogue), 1)), len(known))
    picked = np.random.default_rng(seed).choice(known, size, replace=False) if size < len(known) else known
    return np.sort(picked).astype(np.int64)


def view_new_items(
    model: Model,
    at: np.datetime64,
    max_days: int,
    *,
    n: int = 24,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> NewItems:
    """Measure fit, reach and audience of everything that appeared in the last days.

    Parameters
    ----------
    model
        The live run.
    at
        The shop's data clock, datetime64[us].
    max_days
        How far back an item counts as new.
    n
        Length of a list.
    seed
        Of the sample of shoppers.
    progress
        Called with the share done, 0 to 1.
    """
    appeared = find_appearance(model)
    with np.errstate(invalid="ignore"):
        is_new = (appeared <= at) & (appeared >= at - max_days * DAY)
    found = np.flatnonzero(is_new)
    newest_first = found[np.lexsort((found, -appeared[found].astype(np.int64)))]
    items = newest_first[:MAX_ITEMS].astype(np.int32)
    users = sample_shoppers(model, seed=seed)
    histories = model.interactions.histories.take(users)
    table = measure_fit(model, histories, items, at, n, progress)
    describe = _Describer(model, at, appeared, users, histories, table)
    described = tuple(describe(column) for column in range(len(items)))
    return NewItems(described, int(is_new.sum()), len(users), n)


class _Describer:
    """Turns one column of a fit table into a `NewItem`; holds what all columns share."""

    def __init__(
        self,
        model: Model,
        at: np.datetime64,
        appeared: NDArray[np.datetime64],
        users: NDArray[np.int64],
        histories: Histories,
        table: FitTable,
    ) -> None:
        self._model, self._appeared, self._table, self._at = model, appeared, table, at
        self._user_ids = model.interactions.user_ids[users]
        self._favourites = {
            kind: find_favourites(histories, labels) for kind, labels in describing_labels(model.catalogue).items()
        }
        self._fit, self._reach = table.fit(), table.reach()
        self._on_sale = model.on_sale(at)
        self._size = min(max(MIN_AUDIENCE, round(table.n_requests * AUDIENCE_SHARE)), table.n_requests)

    def __call__(self, column: int) -> NewItem:
        """Describe one item."""
        catalogue, number = self._model.catalogue, int(self._table.item_num[column])
        rows = self._table.audience(column, self._size)
        reason = self._reason(column, rows)
        images = catalogue.images[number]
        return NewItem(
            item_num=number,
            item_id=str(catalogue.item_ids[number]),
            title=str(catalogue.titles[number]),
            category=str(catalogue.categories[number]),
            image=images[0] if images else "",
            appeared_at=self._appeared[number],
            days_listed=int((self._at - self._appeared[number]) / DAY),
            fit=float(self._fit[column]),
            reach=estimate_rate(int(self._reach[column]), self._table.n_requests),
            n_reached=int(self._reach[column]),
            traits=describe_audience(self._favourites, rows),
            reason=reason,
            reason_phrase=COMPONENTS[reason].phrase if reason else "",
            shoppers=self._shoppers(column, rows),
            terms=self._terms(column, rows),
            on_sale=bool(self._on_sale[number]),
            touched=not bool(self._model.is_new[number]),
        )

    def _reason(self, column: int, rows: NDArray[np.int64]) -> str:
        """The component that sets the audience apart most; empty without shoppers or difference."""
        if len(rows) == 0:
            return ""
        apart = self._table.reasons(column, rows)
        best = int(np.argmax(apart))
        return self._table.components[best] if apart[best] > 0 else ""

    def _shoppers(self, column: int, rows: NDArray[np.int64]) -> tuple[tuple[str, float], ...]:
        """Ids and standings of the best shoppers."""
        return tuple((str(self._user_ids[r]), float(self._table.standing[r, column])) for r in rows[:SHOWN_SHOPPERS])

    def _terms(self, column: int, rows: NDArray[np.int64]) -> tuple[tuple[str, float], ...]:
        """Mean contribution of each component over the audience."""
        if len(rows) == 0:
            return ()
        means = self._table.contributions[rows, column].mean(axis=0)
        return tuple((name, float(v)) for name, v in zip(self._table.components, means, strict=True))


def tell_audience(item: NewItem) -> str:
    """Say in one sentence who would want an item and why.

    Examples
    --------
    "Shoppers whose favourite category is Shoes > Boots (62% against 8% of all); it looks like what they chose before."
    """
    who = " and ".join(
        f"whose favourite {t.kind} is {t.value.replace(CATEGORY_SEPARATOR, ' › ')} "
        f"({t.share:.0%} of them, {t.base_share:.0%} of all)"
        for t in item.traits
    )
    people = f"Shoppers {who}" if who else "Shoppers of every kind"
    return f"{people}: it {item.reason_phrase}." if item.reason_phrase else f"{people}."


def tell_briefly(item: NewItem) -> str:
    """Say the same in the width of a table cell: "material linen 30% (all 17%) · Image"."""
    shared = ", ".join(
        f"{'' if t.kind == 'category' else t.kind + ' '}{t.value.replace(CATEGORY_SEPARATOR, ' › ')} "
        f"{t.share:.0%} (all {t.base_share:.0%})"
        for t in item.traits
    )
    why = COMPONENTS[item.reason].label if item.reason else ""
    return " · ".join(part for part in (shared or "every kind of shopper", why) if part)


def tabulate_new_items(items: tuple[NewItem, ...], exposure: pd.DataFrame) -> pd.DataFrame:
    """Return one row per item with its exposure so far, in the order given.

    Parameters
    ----------
    items
        From `NewItems.within`.
    exposure
        `item_id`, `impressions`, `clicks`, `purchases`; items without a row were never shown.

    Returns
    -------
    DataFrame
        `item_id`, `title`, `category`, `image`, `appeared_at`, `days_listed`, `fit`, `n_reached`, `reach` with `low`
        and `high`, `audience` (sentence), `short` (the same for a cell), `impressions`, `clicks`, `purchases`,
        `click_through_rate`, `on_sale`.
    """
    table = pd.DataFrame(
        [
            {
                Columns.ITEM: i.item_id,
                "title": i.title,
                "category": i.category,
                "image": i.image,
                "appeared_at": pd.Timestamp(i.appeared_at, tz="UTC"),
                "days_listed": i.days_listed,
                "fit": i.fit,
                "n_reached": i.n_reached,
                "reach": i.reach.value,
                "low": i.reach.low,
                "high": i.reach.high,
                "audience": tell_audience(i),
                "short": tell_briefly(i),
                "on_sale": i.on_sale,
            }
            for i in items
        ]
    )
    if table.empty:
        return table
    counts = exposure.set_index(Columns.ITEM)[["impressions", "clicks", "purchases"]]
    counts = counts.reindex(table[Columns.ITEM], fill_value=0).reset_index(drop=True)
    rate = counts["clicks"] / counts["impressions"].where(counts["impressions"] > 0)
    return table.join(counts).assign(click_through_rate=rate)
