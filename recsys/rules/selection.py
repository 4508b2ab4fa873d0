"""Which products a rule speaks of: named ones, or all of a category, a brand, an attribute."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.catalogue import Catalogue
from recsys.errors import InputError
from recsys.vocabulary import CATEGORY_SEPARATOR

MAX_ITEMS = 5000
TEXT_LENGTH = 200


@dataclass(frozen=True)
class Selection:
    """Products that meet everything said here.

    Parameters
    ----------
    item_ids
        Only these; empty for any.
    category
        Category path; it and all below it.
    brand
        Exactly this brand.
    attribute
        `name=value`, as in "colour=red"; letter case and spaces around do not matter.

    Raises
    ------
    InputError
        If a text is too long or unprintable, an id comes twice, or an attribute has no `=`.
    """

    item_ids: tuple[str, ...] = ()
    category: str = ""
    brand: str = ""
    attribute: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.item_ids, tuple) or not all(isinstance(i, str) and i for i in self.item_ids):
            raise InputError(f"The products of a rule are a list of ids, got {str(self.item_ids)[:100]}.")
        if len(self.item_ids) > MAX_ITEMS:
            raise InputError(f"A rule names at most {MAX_ITEMS:,} products, got {len(self.item_ids):,}.")
        if len(set(self.item_ids)) < len(self.item_ids):
            raise InputError("A rule names each product once; an id comes twice.")
        for name in ("category", "brand", "attribute"):
            require_text(f"The {name} of a rule", getattr(self, name), TEXT_LENGTH)
        name, equals, value = self.attribute.partition("=")
        if self.attribute and not (equals and name.strip() and value.strip()):
            raise InputError(f"An attribute is written name=value, such as colour=red; got {self.attribute!r}.")

    def __bool__(self) -> bool:
        return bool(self.item_ids or self.category or self.brand or self.attribute)

    def __str__(self) -> str:
        """As in "brand Petit Quai, Women > Shoes"."""
        return self._said

    @cached_property
    def _said(self) -> str:
        ids = ", ".join(self.item_ids[:3]) + (f" and {len(self.item_ids) - 3:,} more" if len(self.item_ids) > 3 else "")
        brand = f"brand {self.brand}" if self.brand else ""
        return ", ".join(part for part in (ids, brand, self.category, self.attribute) if part) or "every product"

    def mask(self, catalogue: Catalogue) -> NDArray[np.bool_]:
        """Products of a catalogue that are meant, shape (n_items,); ids it does not know are none."""
        chosen = np.ones(len(catalogue), bool)
        if self.item_ids:
            numbers = catalogue.numbers(self.item_ids)
            chosen[:] = False
            chosen[numbers[numbers >= 0]] = True
        if self.category:
            labels, below = catalogue.category_path_labels, self.category + CATEGORY_SEPARATOR
            inside = [name == self.category or name.startswith(below) for name in labels.names]
            chosen &= np.array(inside, bool)[labels.codes]
        if self.brand:
            brands = catalogue.brand_labels
            chosen &= (brands.names == self.brand)[brands.codes]
        if self.attribute:
            chosen &= _with_attribute(catalogue, self.attribute)
        return chosen

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values; what is empty is left out."""
        told = {f.name: getattr(self, f.name) for f in fields(self)} | {"item_ids": list(self.item_ids)}
        return {name: value for name, value in told.items() if value}

    @staticmethod
    def from_json(told: object) -> "Selection":
        """Read what `to_json` gave.

        Raises
        ------
        InputError
            If a field is unknown or does not fit.
        """
        if not isinstance(told, Mapping) or set(told) - set(vars(Selection())):
            raise InputError(f"A selection has the fields item_ids, category, brand, attribute; got {told!r}.")
        ids = told.get("item_ids", [])
        if not isinstance(ids, list | tuple):
            raise InputError(f"The products of a rule are a list of ids, got {ids!r}.")
        return Selection(**{**told, "item_ids": tuple(ids)})


def require_text(what: str, text: object, length: int) -> None:
    """Refuse what is no printable text of at most `length` letters.

    Raises
    ------
    InputError
        Naming `what`, the text and the allowed length.
    """
    if not isinstance(text, str) or len(text) > length or any(ord(letter) < 32 for letter in text):
        raise InputError(f"{what} is a text of at most {length} letters on one line, got {str(text)[:60]!r}.")


def _with_attribute(catalogue: Catalogue, attribute: str) -> NDArray[np.bool_]:
    """Products with an attribute of this name and value, shape (n_items,)."""
    name, _, value = (_plain(part) for part in attribute.partition("="))
    found = (any(_plain(k) == name and _plain(v) == value for k, v in own.items()) for own in catalogue.attributes)
    return np.fromiter(found, bool, len(catalogue))


def _plain(text: object) -> str:
    return str(text).strip().casefold()
