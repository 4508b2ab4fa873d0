"""One product in full: what the catalogue says, what its pictures show, where it stands beside the others."""

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recsys.ranking.item_neighbours import NEIGHBOUR_KINDS, ItemNeighbours, find_neighbours
from recsys.ranking.model import Model
from recsys.vocabulary import Columns


@dataclass(frozen=True)
class PictureTag:
    """What a picture shows: `attribute` (colour, category, pattern), the word, and its probability in [0, 1]."""

    attribute: str
    word: str
    probability: float


@dataclass(frozen=True)
class Exposure:
    """How often a product was shown and what came of it, over all time; `revenue` in the shop's currency."""

    impressions: int
    clicks: int
    carts: int
    purchases: int
    revenue: float


@dataclass(frozen=True)
class ItemView:
    """A product as its page shows it.

    Parameters
    ----------
    item_id, title, description, category, brand, currency
        As the catalogue has them, "" where it has nothing.
    price, margin
        NaN where unknown; margin as a fraction.
    stock
        None where unknown.
    launched_at
        None where unknown.
    pictures
        Content hashes.
    attributes
        Names and values, in order of name.
    tags
        What the image model found; None when the live run has none for this product.
    exposure
        None when it was never shown.
    """

    item_id: str
    title: str
    description: str
    category: str
    brand: str
    price: float
    currency: str
    margin: float
    stock: int | None
    launched_at: pd.Timestamp | None
    pictures: tuple[str, ...]
    attributes: tuple[tuple[str, str], ...]
    tags: tuple[PictureTag, ...] | None
    exposure: Exposure | None


def view_item(row: pd.Series, shown: pd.DataFrame, tags: pd.DataFrame | None) -> ItemView:
    """Put the view of one product together.

    Parameters
    ----------
    row
        Canonical catalogue columns.
    shown
        Rows by `item_id` with `impressions`, `clicks`, `carts`, `purchases`, `revenue`.
    tags
        As `training.picture_tags.read_tags` gives them; None when the run has none.
    """
    item_id = str(row[Columns.ITEM])
    own = shown[shown[Columns.ITEM] == item_id]
    found = None if tags is None else tags[(tags[Columns.ITEM] == item_id) & (tags["tag"] != "")]
    images = row[Columns.IMAGES]
    return ItemView(
        item_id=item_id,
        title=_text(row[Columns.TITLE]) or item_id,
        description=_text(row[Columns.DESCRIPTION]),
        category=_text(row[Columns.CATEGORY]),
        brand=_text(row[Columns.BRAND]),
        price=_number(row[Columns.PRICE]),
        currency=_text(row[Columns.CURRENCY]),
        margin=_number(row[Columns.MARGIN]),
        stock=None if pd.isna(row[Columns.STOCK]) else int(row[Columns.STOCK]),
        launched_at=None if pd.isna(row[Columns.LAUNCHED_AT]) else pd.Timestamp(row[Columns.LAUNCHED_AT]),
        pictures=tuple(str(picture) for picture in images) if isinstance(images, list | tuple | np.ndarray) else (),
        attributes=_attributes(row[Columns.ATTRIBUTES]),
        tags=None
        if found is None
        else tuple(
            PictureTag(str(a), str(w), float(p))
            for a, w, p in zip(found["attribute"], found["tag"], found["probability"], strict=True)
        ),
        exposure=None if own.empty else _exposure(own.iloc[0]),
    )


def neighbours_of(model: Model, item_id: str, k: int = 12) -> tuple[ItemNeighbours, ...] | None:
    """Return the nearest products by text, image and behaviour; None when the run does not know the product."""
    number = int(model.catalogue.numbers([item_id])[0])
    if number < 0:
        return None
    return tuple(find_neighbours(model, number, kind, k) for kind in NEIGHBOUR_KINDS)


def _exposure(row: pd.Series) -> Exposure:
    """Counts of one item."""
    impressions, clicks, carts, purchases = (int(row[name]) for name in ("impressions", "clicks", "carts", "purchases"))
    return Exposure(impressions, clicks, carts, purchases, float(row["revenue"]))


def _attributes(value: object) -> tuple[tuple[str, str], ...]:
    """Names and values from JSON; what is no object has none."""
    try:
        found = json.loads(value) if isinstance(value, str) else {}
    except ValueError:
        return ()
    if not isinstance(found, dict):
        return ()
    return tuple(
        (str(name), ", ".join(map(str, v)) if isinstance(v, list) else str(v)) for name, v in sorted(found.items())
    )


def _text(value: object) -> str:
    """Text, "" for nothing."""
    return "" if value is None or (not isinstance(value, str) and bool(pd.isna(value))) else str(value)  # type: ignore[call-overload]


def _number(value: object) -> float:
    """A number, NaN for nothing."""
    return float(value) if isinstance(value, int | float | np.integer | np.floating) else float("nan")
