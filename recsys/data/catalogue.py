"""The items of one shop, in item_num order. What an item *is*; what happened to it stands in `interactions`."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.errors import InputError
from recsys.vocabulary import CATALOGUE_COLUMNS, CATEGORY_SEPARATOR, Columns


@dataclass(frozen=True, eq=False)
class Labels:
    """One label per item, as numbers.

    Parameters
    ----------
    codes
        Position of each item's label in `names`, shape (n_items,).
    names
        The distinct labels, object, shape (n_labels,).
    """

    codes: NDArray[np.intp]
    names: NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Catalogue:
    """The items of a shop; row `i` of every array is the item with `item_num` `i`.

    Parameters
    ----------
    frame
        One row per item with `vocabulary.CATALOGUE_COLUMNS`; `item_id` unique and not null.

    Raises
    ------
    InputError
        If a column is missing or an id is empty or repeated.
    """

    frame: pd.DataFrame

    def __post_init__(self) -> None:
        missing = [c for c in CATALOGUE_COLUMNS if c not in self.frame.columns]
        if missing:
            raise InputError(f"The catalogue lacks the columns {missing}; it has {list(self.frame.columns)}.")
        ids = self.frame[Columns.ITEM]
        if ids.isna().any() or ids.duplicated().any():
            raise InputError("Every catalogue row needs an item_id of its own; found an empty or repeated one.")

    def __len__(self) -> int:
        return len(self.frame)

    @cached_property
    def item_ids(self) -> NDArray[np.object_]:
        """External ids, shape (n_items,)."""
        return self.frame[Columns.ITEM].to_numpy(dtype=object)

    @cached_property
    def _index(self) -> pd.Index:
        return pd.Index(self.item_ids)

    def numbers(self, item_ids: Iterable[str]) -> NDArray[np.int32]:
        """Item numbers of external ids, shape (n,); −1 for an id that is not in the catalogue."""
        return self._index.get_indexer(pd.Index(list(item_ids), dtype=object)).astype(np.int32)

    def number(self, item_id: str) -> int:
        """Return the item number of one id.

        Raises
        ------
        InputError
            If the catalogue has no such item.
        """
        found = int(self.numbers([item_id])[0])
        if found < 0:
            raise InputError(f"No item {item_id!r} in the catalogue; check the id or import the item first.")
        return found

    @cached_property
    def titles(self) -> NDArray[np.object_]:
        """Display titles, shape (n_items,); the id where a title is missing."""
        return self.frame[Columns.TITLE].fillna(self.frame[Columns.ITEM]).to_numpy(dtype=object)

    @cached_property
    def categories(self) -> NDArray[np.object_]:
        """Category paths, shape (n_items,); empty text where unknown."""
        return self.frame[Columns.CATEGORY].fillna("").to_numpy(dtype=object)

    @cached_property
    def brands(self) -> NDArray[np.object_]:
        """Brands, shape (n_items,); empty text where unknown."""
        return self.frame[Columns.BRAND].fillna("").to_numpy(dtype=object)

    @cached_property
    def top_categories(self) -> NDArray[np.object_]:
        """First level of each category path, shape (n_items,)."""
        return np.array([c.split(CATEGORY_SEPARATOR)[0] for c in self.categories], dtype=object)

    @cached_property
    def category_labels(self) -> Labels:
        """The first level of each category path."""
        return Labels(*pd.factorize(self.top_categories))

    @cached_property
    def category_path_labels(self) -> Labels:
        """The whole category paths."""
        return Labels(*pd.factorize(self.categories))

    @cached_property
    def brand_labels(self) -> Labels:
        """The brands."""
        return Labels(*pd.factorize(self.brands))

    @cached_property
    def prices(self) -> NDArray[np.float64]:
        """Prices in the item's currency, shape (n_items,); NaN where unknown."""
        return self.frame[Columns.PRICE].to_numpy(dtype=np.float64, na_value=np.nan)

    @cached_property
    def stock(self) -> NDArray[np.float64]:
        """Pieces in stock, shape (n_items,); NaN where unknown, which counts as sellable."""
        return self.frame[Columns.STOCK].to_numpy(dtype=np.float64, na_value=np.nan)

    @cached_property
    def margins(self) -> NDArray[np.float64]:
        """Margin as a fraction of the price, shape (n_items,); NaN where unknown."""
        return self.frame[Columns.MARGIN].to_numpy(dtype=np.float64, na_value=np.nan)

    @cached_property
    def launched_at(self) -> NDArray[np.datetime64]:
        """UTC launch times as datetime64[us], shape (n_items,); NaT where unknown."""
        times = pd.to_datetime(self.frame[Columns.LAUNCHED_AT], utc=True)
        return times.dt.tz_localize(None).to_numpy(dtype="datetime64[us]")

    @cached_property
    def images(self) -> tuple[tuple[str, ...], ...]:
        """Content hashes of each item's pictures, first one leading."""
        return tuple(tuple(h) if h is not None else () for h in self.frame[Columns.IMAGES])

    @cached_property
    def attributes(self) -> tuple[dict[str, str], ...]:
        """Free attributes of each item."""
        return tuple(json.loads(a) if isinstance(a, str) and a else {} for a in self.frame[Columns.ATTRIBUTES])

    def texts(self) -> list[str]:
        """What the text encoder reads of each item: title, category words, brand, attributes, description."""
        rows = zip(
            self.frame[Columns.TITLE].fillna(""),
            self.categories,
            self.brands,
            self.attributes,
            self.frame[Columns.DESCRIPTION].fillna(""),
            strict=True,
        )
        return [_describe(*row) for row in rows]

    def on_sale(self, at: np.datetime64) -> NDArray[np.bool_]:
        """Items that may be sold at a time: launched by then and not known to be out of stock, shape (n_items,)."""
        launched = np.isnat(self.launched_at) | (self.launched_at <= at)
        return launched & ~(self.stock <= 0)


def _describe(title: str, category: str, brand: str, attributes: dict[str, str], description: str) -> str:
    """Join the parts that say something, once each."""
    words = ", ".join(f"{name} {value}" for name, value in attributes.items())
    parts = (title, category.replace(CATEGORY_SEPARATOR, " "), brand, words, description)
    return ". ".join(p.strip() for p in parts if p and p.strip())
