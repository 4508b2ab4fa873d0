"""The products of the demo shop: what each looks like, is made of, is for, costs, and when it was launched."""

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.simulation.definition import ShopDefinition
from recsys.simulation.kinds import CARRIED, HOME, KINDS
from recsys.simulation.looks import COLOURS, CUTS, DETAILS, PATTERNS, ProductLook
from recsys.simulation.wording import BRANDS, MATERIALS, MODEL_NAMES, NOTES, OCCASIONS
from recsys.vocabulary import CATEGORY_SEPARATOR

MATERIAL_NAMES: tuple[str, ...] = tuple(MATERIALS)
OCCASION_NAMES: tuple[str, ...] = tuple(OCCASIONS)
N_CIRCLES = 10
"""Hidden circles of taste, which neither text nor picture shows."""

_COLOUR_SHARE = np.array([10, 8, 8, 8, 6, 6, 6, 4, 5, 6, 5, 5, 7, 8, 4, 5], dtype=np.float64)
_PATTERN_SHARE = np.array([34, 14, 11, 9, 10, 7, 6, 5, 4], dtype=np.float64)


@dataclass(frozen=True, eq=False, slots=True)
class Assortment:
    """All products, row by row; codes index the vocabularies of `looks` and `wording`.

    Parameters
    ----------
    item_ids
        Shape (n_items,), in no meaningful order.
    kind, colour, pattern, cut, detail, material, occasion, brand, model, note
        Shape (n_items,), integer codes.
    circles
        Shape (n_items, N_CIRCLES), membership in hidden circles, rows sum to 1.
    quality
        Shape (n_items,), general appeal, standard normal.
    price_eur
        Shape (n_items,).
    launch_day
        Shape (n_items,), days from the start of the history; negative before it, n_days or more in the future.
    unseen
        Shape (n_items,), True for launches of the last days that nobody has been shown yet.
    """

    item_ids: NDArray[np.str_]
    kind: NDArray[np.int64]
    colour: NDArray[np.int64]
    pattern: NDArray[np.int64]
    cut: NDArray[np.int64]
    detail: NDArray[np.int64]
    material: NDArray[np.int64]
    occasion: NDArray[np.int64]
    brand: NDArray[np.int64]
    model: NDArray[np.int64]
    note: NDArray[np.int64]
    circles: NDArray[np.float64]
    quality: NDArray[np.float64]
    price_eur: NDArray[np.float64]
    launch_day: NDArray[np.float64]
    unseen: NDArray[np.bool_]

    def __len__(self) -> int:
        """Number of products."""
        return len(self.item_ids)

    def look(self, item: int) -> ProductLook:
        """What the picture of one product shows."""
        return ProductLook(
            KINDS[self.kind[item]].silhouette,
            COLOURS[self.colour[item]],
            PATTERNS[self.pattern[item]],
            CUTS[self.cut[item]],
            DETAILS[self.detail[item]],
        )


def make_assortment(definition: ShopDefinition) -> Assortment:
    """Invent the products of a shop; the same definition gives the same products."""
    rng = np.random.default_rng([definition.seed, 11])
    n = definition.n_items
    kind = _spread(rng, np.array([k.share for k in KINDS]), n)
    material = np.array([MATERIAL_NAMES.index(_pick(rng, KINDS[k].materials)) for k in kind])
    brand = rng.integers(len(BRANDS), size=n)
    quality = rng.normal(size=n)
    launch_day, unseen = _launches(rng, definition)
    return Assortment(
        item_ids=np.array([f"P{number:05d}" for number in 10_000 + rng.permutation(n)]),
        kind=kind,
        colour=_spread(rng, _COLOUR_SHARE, n),
        pattern=_spread(rng, _PATTERN_SHARE, n),
        cut=_spread(rng, np.array([3.0, 4.0, 3.0]), n),
        detail=_spread(rng, np.array([3.0, 4.0, 3.0]), n),
        material=material,
        occasion=_spread(rng, np.ones(len(OCCASION_NAMES)), n),
        brand=brand,
        model=rng.integers(len(MODEL_NAMES), size=n),
        note=rng.integers(4, size=n),
        circles=rng.dirichlet(np.full(N_CIRCLES, 0.18), size=n),
        quality=quality,
        price_eur=_prices(rng, kind, brand, material),
        launch_day=launch_day,
        unseen=unseen,
    )


def catalogue_frame(
    assortment: Assortment, definition: ShopDefinition, images: list[str], units_sold: NDArray[np.int64]
) -> pd.DataFrame:
    """The catalogue as a shop would export it, canonical columns plus the picture names.

    Parameters
    ----------
    assortment
        The products.
    definition
        Decides the end of the history.
    images
        Picture names per product, already joined by the separator.
    units_sold
        Shape (n_items,): a few of the best sellers are sold out.
    """
    rng = np.random.default_rng([definition.seed, 12])
    start = pd.Timestamp(definition.ends_at) - pd.Timedelta(days=definition.n_days)
    launched = (start + pd.to_timedelta(assortment.launch_day, unit="D")).round("min")
    frame = pd.DataFrame(
        {
            "item_id": assortment.item_ids,
            "title": [_title(assortment, i) for i in range(len(assortment))],
            "description": [_description(assortment, i) for i in range(len(assortment))],
            "category": [KINDS[k].category for k in assortment.kind],
            "brand": [BRANDS[b][0] for b in assortment.brand],
            "price": assortment.price_eur,
            "currency": "EUR",
            "attributes": [_attributes(assortment, i) for i in range(len(assortment))],
            "launched_at": launched.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "stock": _stock(rng, assortment, units_sold, definition.n_days),
            "margin": _margins(rng, assortment),
            "images": images,
        }
    )
    return frame.sort_values("item_id", ignore_index=True)


def _title(assortment: Assortment, item: int) -> str:
    """Model, material, noun, and for half of the products the occasion."""
    noun, material = KINDS[assortment.kind[item]].noun, MATERIAL_NAMES[assortment.material[item]]
    shown = noun if noun.lower() == material else f"{material} {noun}"
    title = f"{MODEL_NAMES[assortment.model[item]]} {shown}"
    if (assortment.model[item] + assortment.note[item]) % 2:
        title += f" {OCCASIONS[OCCASION_NAMES[assortment.occasion[item]]][0]}"
    return title


def _description(assortment: Assortment, item: int) -> str:
    """Occasion, material, a note on fit or making, and care."""
    wording = KINDS[assortment.kind[item]].wording
    _, material, care = MATERIALS[MATERIAL_NAMES[assortment.material[item]]]
    _, worn, at_home, _ = OCCASIONS[OCCASION_NAMES[assortment.occasion[item]]]
    occasion = at_home if wording == HOME else worn
    return " ".join((occasion, material, NOTES[wording][assortment.note[item]], care))


def _attributes(assortment: Assortment, item: int) -> str:
    """Material and occasion as JSON; never what the picture shows."""
    return json.dumps(
        {
            "material": MATERIAL_NAMES[assortment.material[item]],
            "occasion": OCCASION_NAMES[assortment.occasion[item]],
        }
    )


def _launches(rng: np.random.Generator, definition: ShopDefinition) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Launch day per product and which nobody has seen: most before the history, some in each week, a few ahead."""
    n, days = definition.n_items, definition.n_days
    weeks = days // 7
    launch = -rng.gamma(1.6, 150.0, size=n) - 1.0
    order = rng.permutation(n)
    weekly = definition.weekly_launches
    in_history = order[: min(weekly * weeks, int(0.45 * n))]
    launch[in_history] = days - 7.0 * (np.arange(len(in_history)) % weeks) - rng.uniform(2.2, 6.9, len(in_history))
    rest = order[len(in_history) :]
    unseen = np.zeros(n, dtype=np.bool_)
    last, ahead = rest[: definition.n_unseen], rest[definition.n_unseen :][: definition.n_announced]
    unseen[last] = True
    launch[last] = days - rng.uniform(0.1, 2.0, len(last))
    launch[ahead] = days + rng.uniform(1.0, 21.0, len(ahead))
    opening = 8 / 24
    return np.floor(launch) + opening + rng.integers(0, 5, n) * 0.25 / 24, unseen


def _prices(
    rng: np.random.Generator, kind: NDArray[np.int64], brand: NDArray[np.int64], material: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Prices in EUR: typical for the kind, higher for some brands and materials, ending in .90 or .00."""
    feel = {"natural": 0.0, "refined": 0.25, "technical": -0.05, "rustic": 0.02}
    typical = np.log([k.price_eur for k in KINDS])[kind]
    level = np.array([b[1] for b in BRANDS])[brand] * 0.28
    stuff = np.array([feel[MATERIALS[m][0]] for m in MATERIAL_NAMES])[material]
    raw = np.exp(typical + level + stuff + rng.normal(0.0, 0.16, len(kind)))
    rounded: NDArray[np.float64] = np.where(raw < 100, np.floor(raw) + 0.90, np.round(raw / 5) * 5).round(2)
    return rounded


def _stock(
    rng: np.random.Generator, assortment: Assortment, units_sold: NDArray[np.int64], n_days: int
) -> "pd.arrays.IntegerArray":
    """Units in stock: 0 for about 2 %, half of them best sellers; unknown for 1 %."""
    n = len(assortment)
    stock = np.minimum(rng.gamma(1.3, 45.0, n).astype(np.int64) + 1, 400)
    onsale = np.flatnonzero((assortment.launch_day < n_days) & ~assortment.unseen)
    half = max(1, n // 100)
    best = onsale[np.argsort(-units_sold[onsale], kind="stable")[: 6 * half]]
    stock[rng.choice(best, min(half, len(best)), replace=False)] = 0
    stock[rng.choice(onsale, half, replace=False)] = 0
    values = pd.array(stock, dtype="Int64")
    unknown = rng.choice(np.flatnonzero(stock > 0), half, replace=False)
    values[unknown] = pd.NA
    return values


def _margins(rng: np.random.Generator, assortment: Assortment) -> NDArray[np.float64]:
    """Gross margin as a fraction of the price; own labels earn more, furniture less."""
    level = np.array([b[1] for b in BRANDS])[assortment.brand]
    bulky = np.array([k.wording == HOME and k.price_eur > 100 for k in KINDS])[assortment.kind]
    carried = np.array([k.wording == CARRIED for k in KINDS])[assortment.kind]
    margin = 0.47 - 0.05 * level - 0.08 * bulky + 0.05 * carried + rng.normal(0.0, 0.05, len(assortment))
    return np.clip(margin, 0.12, 0.78).round(3)


def _spread(rng: np.random.Generator, share: NDArray[np.float64], n: int) -> NDArray[np.int64]:
    """Codes with given shares, exact up to rounding, in random order."""
    edges = np.cumsum(share) / share.sum()
    codes: NDArray[np.int64] = np.searchsorted(edges, (np.arange(n) + 0.5) / n).astype(np.int64)
    return rng.permutation(codes)


def _pick(rng: np.random.Generator, words: tuple[str, ...]) -> str:
    """One word, uniformly."""
    return words[int(rng.integers(len(words)))]


def department(category: str) -> str:
    """First level of a category path."""
    return category.split(CATEGORY_SEPARATOR)[0]
