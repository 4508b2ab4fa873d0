"""What one history says of its shopper: tastes, colours, prices against the shop, how often and how lately."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from recsys.data.catalogue import Catalogue, Labels
from recsys.data.interactions import DAY, Histories
from recsys.errors import RunError
from recsys.ranking.model import Model
from recsys.settings import ShopPaths
from recsys.training.picture_tags import read_tags
from recsys.vocabulary import CATEGORY_SEPARATOR, EVENT_TYPES, Columns, EventType

SAME_VISIT_DAYS = 0.5
"""Touches nearer than this belong to one visit."""
COLOUR_NAMES = frozenset({"colour", "color", "basecolour", "base colour", "basecolor", "base color"})
MIN_ITEMS = 2
"""A word that fewer products carry says nothing of a taste."""
SHOWN = 6


@dataclass(frozen=True, eq=False)
class Facet:
    """Words that products carry.

    Parameters
    ----------
    names
        k words.
    matrix
        1 where an item carries a word, shape (n_items, k).
    """

    names: tuple[str, ...]
    matrix: sparse.csr_array


@dataclass(frozen=True, eq=False)
class Facets:
    """What a run knows of its products beside category, brand and price."""

    words: Facet
    colours: Facet


@dataclass(frozen=True)
class Taste:
    """One thing she leans to.

    Parameters
    ----------
    name
        Category, brand, word or colour.
    share
        Of her touches, weighted by the deed, 0 to 1.
    shop_share
        The same over all shoppers, each touch counted once, 0 to 1.
    """

    name: str
    share: float
    shop_share: float


@dataclass(frozen=True)
class PriceRange:
    """Quartiles of prices, in the shop's currency."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class ShopperProfile:
    """One shopper in figures.

    Parameters
    ----------
    n_touches, n_products, n_visits
        How often she did something, with how many products, on how many visits.
    days_since
        Days from her last touch to the data clock, ≥ 0.
    gap_days
        Median days between two visits; None with fewer than two.
    deeds
        (type, count), most frequent first.
    categories, brands, words, colours
        What she leans to, largest share first; words and colours by share times how much above the shop.
    price, shop_price
        Of what she touched, each touch once, and of all products; None where no price is known.
    cheaper
        Share of the shop's products that cost less than her middle price, 0 to 1; None without prices.
    currency
        Of her products, None where unknown.
    """

    n_touches: int
    n_products: int
    n_visits: int
    days_since: float
    gap_days: float | None
    deeds: tuple[tuple[EventType, int], ...]
    categories: tuple[Taste, ...]
    brands: tuple[Taste, ...]
    words: tuple[Taste, ...]
    colours: tuple[Taste, ...]
    price: PriceRange | None
    shop_price: PriceRange | None
    cheaper: float | None
    currency: str | None


def build_facets(model: Model, paths: ShopPaths) -> Facets:
    """Collect the attribute words of a run's products, and their colours from pictures, else from attributes.

    Parameters
    ----------
    model
        Supplies the catalogue.
    paths
        Where the run's picture tags are; a run without them has the colours of the attributes only.
    """
    catalogue = model.catalogue
    words: list[tuple[int, str]] = []
    colours: list[tuple[int, str]] = []
    for item, own in enumerate(catalogue.attributes):
        for name, value in own.items():
            target = colours if str(name).strip().casefold() in COLOUR_NAMES else words
            target.append((item, str(value).strip() if target is colours else f"{name}: {value}"))
    seen = _picture_colours(model, paths)
    return Facets(_facet(words, len(catalogue)), _facet(seen or colours, len(catalogue)))


def _picture_colours(model: Model, paths: ShopPaths) -> list[tuple[int, str]]:
    """(item, colour) as the pictures show it; none where the run has no picture tags."""
    try:
        tags = read_tags(paths, model.run_id)
    except RunError:
        return []  # a run without pictures or fine-tuning; attributes speak then
    named = tags[(tags["attribute"] == "colour") & (tags["tag"] != "")]
    numbers = model.catalogue.numbers(named["item_id"])
    return [(int(n), str(tag)) for n, tag in zip(numbers, named["tag"], strict=True) if n >= 0]


def _facet(pairs: Sequence[tuple[int, str]], n_items: int) -> Facet:
    """Words of at least `MIN_ITEMS` products as a matrix."""
    counts = Counter(word for _, word in set(pairs))
    names = tuple(sorted(word for word, count in counts.items() if count >= MIN_ITEMS and word))
    column = {name: n for n, name in enumerate(names)}
    cells = sorted({(item, column[word]) for item, word in pairs if word in column})
    rows, columns = (np.array(part, np.int64) for part in (zip(*cells, strict=True) if cells else ((), ())))
    ones = np.ones(len(rows), np.float32)
    return Facet(names, sparse.csr_array((ones, (rows, columns)), shape=(n_items, len(names))))


def profile_history(model: Model, history: Histories, at: np.datetime64, facets: Facets) -> ShopperProfile | None:
    """Describe the shopper of a history.

    Parameters
    ----------
    model
        Supplies catalogue and log.
    history
        A batch of one.
    at
        Time of the request; ages count from the data clock at the latest.
    facets
        Of the same model.

    Returns
    -------
    ShopperProfile or None
        None for an empty history.
    """
    items = history.item_num
    if not len(items):
        return None
    catalogue, weight = model.catalogue, history.weight.astype(np.float64)
    clock, counts = model.clock(at), model.interactions.item_counts.astype(np.float64)
    visits = _visits(history.occurred_at)
    prices, all_prices = catalogue.prices[items], catalogue.prices
    own, shop = _quartiles(prices), _quartiles(all_prices)
    known = all_prices[np.isfinite(all_prices)]
    currency = catalogue.frame[Columns.CURRENCY].iat[int(items[-1])]
    return ShopperProfile(
        n_touches=len(items),
        n_products=len(np.unique(items)),
        n_visits=len(visits),
        days_since=max(float((clock - history.occurred_at.max()) / DAY), 0.0),
        gap_days=float(np.median(np.diff(visits) / DAY)) if len(visits) > 1 else None,
        deeds=tuple((EVENT_TYPES[code], n) for code, n in Counter(history.event_type.tolist()).most_common()),
        categories=_label_tastes(catalogue.category_path_labels, items, weight, counts),
        brands=_label_tastes(catalogue.brand_labels, items, weight, counts),
        words=_facet_tastes(facets.words, items, weight, counts),
        colours=_facet_tastes(facets.colours, items, weight, counts),
        price=own,
        shop_price=shop,
        cheaper=None if own is None else float((known < own.middle).mean()),
        currency=currency if isinstance(currency, str) else None,
    )


def _visits(times: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    """Start of each visit, ascending."""
    ordered = np.sort(times)
    apart = np.concatenate([[True], np.diff(ordered) / DAY >= SAME_VISIT_DAYS])
    return ordered[apart]


def _quartiles(prices: NDArray[np.float64]) -> PriceRange | None:
    """Quartiles of the known prices."""
    known = prices[np.isfinite(prices)]
    return PriceRange(*map(float, np.quantile(known, [0.25, 0.5, 0.75]))) if len(known) else None


def _label_tastes(
    labels: Labels, items: NDArray[np.int32], weight: NDArray[np.float64], counts: NDArray[np.float64]
) -> tuple[Taste, ...]:
    """Labels of her products, largest share first; a category goes by the last level of its path."""
    n = len(labels.names)
    own = np.bincount(labels.codes[items], weights=weight, minlength=n) / max(weight.sum(), 1e-12)
    shop = np.bincount(labels.codes, weights=counts, minlength=n) / max(counts.sum(), 1e-12)
    named: dict[str, tuple[float, float]] = {}
    for code in np.flatnonzero(own):
        name = str(labels.names[code]).rpartition(CATEGORY_SEPARATOR)[2].strip()
        if name:
            before = named.get(name, (0.0, 0.0))
            named[name] = (before[0] + float(own[code]), before[1] + float(shop[code]))
    return _largest(named, lambda share, shop_share: share)


def _facet_tastes(
    facet: Facet, items: NDArray[np.int32], weight: NDArray[np.float64], counts: NDArray[np.float64]
) -> tuple[Taste, ...]:
    """Words of her products that she chooses more than others do."""
    own = (weight @ facet.matrix[items]) / max(weight.sum(), 1e-12)
    shop = (counts @ facet.matrix) / max(counts.sum(), 1e-12)
    named = {facet.names[c]: (float(own[c]), float(shop[c])) for c in np.flatnonzero(own > shop)}
    return _largest(named, lambda share, shop_share: share * float(np.log(share / max(shop_share, 1e-4))))


def _largest(named: Mapping[str, tuple[float, float]], value: Callable[[float, float], float]) -> tuple[Taste, ...]:
    """At most `SHOWN` of the names, the one worth most first."""
    order = sorted(named, key=lambda name: (-value(*named[name]), name))
    return tuple(Taste(name, *named[name]) for name in order[:SHOWN])


def history_frame(history: Histories, catalogue: Catalogue) -> pd.DataFrame:
    """Return one row per touch, newest first: occurred_at (UTC), event_type, item_id, title, category, price."""
    order = np.lexsort((np.arange(len(history.item_num)), history.occurred_at))[::-1]
    items = history.item_num[order]
    return pd.DataFrame(
        {
            Columns.OCCURRED_AT: history.occurred_at[order].astype("datetime64[s]"),
            Columns.EVENT_TYPE: [str(EVENT_TYPES[code]) for code in history.event_type[order]],
            Columns.ITEM: catalogue.item_ids[items],
            Columns.TITLE: catalogue.titles[items],
            Columns.CATEGORY: catalogue.categories[items],
            Columns.PRICE: catalogue.prices[items],
        }
    )
