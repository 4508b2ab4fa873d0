"""Shoppers with latent taste, and how much each would like each product.

Affinity is a sum of standardised parts. Each part is visible in one place only: colour, pattern, cut and detail in the
picture; material and occasion in the text; the department and kind in both; brand and price in their columns; hidden
circles in nothing but behaviour.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.simulation.assortment import MATERIAL_NAMES, N_CIRCLES, OCCASION_NAMES, Assortment, department
from recsys.simulation.definition import ShopDefinition
from recsys.simulation.kinds import KINDS
from recsys.simulation.looks import COLOURS, CUTS, DETAILS, PATTERNS
from recsys.simulation.wording import BRANDS, FEELS, MATERIALS

PART_WEIGHTS: dict[str, float] = {
    "category": 1.0,
    "visual": 1.2,
    "text": 0.85,
    "circle": 0.75,
    "brand": 0.4,
    "price": 0.45,
}
"""Weight of each standardised part in the affinity."""

_PALETTES: tuple[tuple[str, ...], ...] = (
    ("black", "white", "grey"),
    ("beige", "brown", "olive", "white"),
    ("pink", "purple", "white"),
    ("red", "orange", "yellow"),
    ("navy", "blue", "white", "teal"),
    ("green", "olive", "teal"),
    ("burgundy", "brown", "navy", "black"),
)
_PATTERN_CIRCLES: tuple[tuple[str, ...], ...] = (
    ("plain", "marl"),
    ("stripes", "checks"),
    ("floral", "dots"),
    ("geometric", "zigzag", "colour-block"),
)


@dataclass(frozen=True, eq=False, slots=True)
class Shoppers:
    """Latent taste of every shopper; each array has n_users rows.

    Parameters
    ----------
    user_ids
        Shape (n_users,).
    kind, colour, pattern, cut, detail, material, occasion, circles, brand
        Liking of each code, about standard normal, shape (n_users, n_codes).
    price_level
        Preferred price within a kind in standard deviations, shape (n_users,).
    activity
        Relative number of visits, shape (n_users,).
    joined_day
        First day of the history on which she may visit, shape (n_users,).
    """

    user_ids: NDArray[np.str_]
    kind: NDArray[np.float64]
    colour: NDArray[np.float64]
    pattern: NDArray[np.float64]
    cut: NDArray[np.float64]
    detail: NDArray[np.float64]
    material: NDArray[np.float64]
    occasion: NDArray[np.float64]
    circles: NDArray[np.float64]
    brand: NDArray[np.float64]
    price_level: NDArray[np.float64]
    activity: NDArray[np.float64]
    joined_day: NDArray[np.float64]

    def __len__(self) -> int:
        """Number of shoppers."""
        return len(self.user_ids)


def make_shoppers(definition: ShopDefinition) -> Shoppers:
    """Invent the shoppers of a shop; the same definition gives the same shoppers."""
    rng = np.random.default_rng([definition.seed, 21])
    n = definition.n_users
    late = rng.random(n) < 0.3
    return Shoppers(
        user_ids=np.array([f"S{number:05d}" for number in 10_000 + rng.permutation(n)]),
        kind=_kind_taste(rng, n),
        colour=_grouped_taste(rng, n, COLOURS, _PALETTES),
        pattern=_grouped_taste(rng, n, PATTERNS, _PATTERN_CIRCLES),
        cut=rng.normal(size=(n, len(CUTS))),
        detail=rng.normal(size=(n, len(DETAILS))),
        material=_grouped_taste(rng, n, MATERIAL_NAMES, _materials_by_feel()),
        occasion=rng.normal(size=(n, len(OCCASION_NAMES))) + 1.2 * (rng.random((n, len(OCCASION_NAMES))) < 0.2),
        circles=rng.dirichlet(np.full(N_CIRCLES, 0.25), size=n),
        brand=rng.normal(size=(n, len(BRANDS))),
        price_level=rng.normal(0.0, 1.0, n),
        activity=rng.gamma(1.5, 1.0, n) + 0.08,
        joined_day=np.where(late, rng.uniform(0.0, 0.92 * definition.n_days, n), 0.0),
    )


def affinity_parts(shoppers: Shoppers, assortment: Assortment) -> dict[str, NDArray[np.float32]]:
    """How much every shopper likes every product, part by part.

    Returns
    -------
    dict of str to NDArray
        Keys of `PART_WEIGHTS`; each of shape (n_users, n_items), mean 0 and standard deviation 1 per shopper.
    """
    a = assortment
    price_z = price_within_kind(a)
    visual = (
        1.0 * _columns(shoppers.colour, a.colour)
        + 0.8 * _columns(shoppers.pattern, a.pattern)
        + 0.35 * _columns(shoppers.cut, a.cut)
        + 0.35 * _columns(shoppers.detail, a.detail)
    )
    text = 1.0 * _columns(shoppers.material, a.material) + 0.8 * _columns(shoppers.occasion, a.occasion)
    parts = {
        "category": _columns(shoppers.kind, a.kind),
        "visual": visual,
        "text": text,
        "circle": (shoppers.circles @ a.circles.T).astype(np.float32),
        "brand": _columns(shoppers.brand, a.brand),
        "price": -(((price_z[None, :] - 0.8 * shoppers.price_level[:, None]) ** 2).astype(np.float32) ** 0.5),
    }
    return {name: _standardised(part) for name, part in parts.items()}


def affinity(parts: dict[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    """The weighted sum of the parts, shape (n_users, n_items)."""
    total = np.zeros_like(next(iter(parts.values())))
    for name, part in parts.items():
        total += np.float32(PART_WEIGHTS[name]) * part
    return total


def price_within_kind(assortment: Assortment) -> NDArray[np.float64]:
    """Log price against the typical price of the kind, standardised over the shop, shape (n_items,)."""
    relative = np.log(assortment.price_eur) - np.log([k.price_eur for k in KINDS])[assortment.kind]
    standard: NDArray[np.float64] = (relative - relative.mean()) / relative.std()
    return standard


def _kind_taste(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    """Liking of each kind: one clothing department above the other, then single kinds."""
    women = rng.random(n) < 0.58
    lean = {
        "Women": np.where(women, 0.9, -1.5),
        "Men": np.where(women, -1.5, 1.2),
        "Accessories": rng.normal(0.0, 0.6, n),
        "Home": rng.normal(-0.1, 0.9, n),
    }
    by_department = np.stack([lean[department(kind.category)] for kind in KINDS], axis=1)
    liking: NDArray[np.float64] = by_department + rng.normal(0.0, 0.75, (n, len(KINDS)))
    return liking


def _grouped_taste(
    rng: np.random.Generator, n: int, words: tuple[str, ...], groups: tuple[tuple[str, ...], ...]
) -> NDArray[np.float64]:
    """Liking of words that tend to be liked together, such as the colours of a palette; one or two groups each."""
    member = np.array([[word in group for word in words] for group in groups], dtype=np.float64)
    strength = np.zeros((n, len(groups)))
    strength[np.arange(n), rng.integers(len(groups), size=n)] = 1.9
    second = rng.random(n) < 0.5
    strength[np.flatnonzero(second), rng.integers(len(groups), size=int(second.sum()))] += 1.3
    liking: NDArray[np.float64] = strength @ member + rng.normal(0.0, 0.55, (n, len(words)))
    return liking


def _materials_by_feel() -> tuple[tuple[str, ...], ...]:
    """Materials grouped by the feel they share."""
    return tuple(tuple(name for name, entry in MATERIALS.items() if entry[0] == feel) for feel in FEELS)


def _columns(taste: NDArray[np.float64], codes: NDArray[np.int64]) -> NDArray[np.float32]:
    """Liking of each product's code, shape (n_users, n_items)."""
    return taste.astype(np.float32)[:, codes]


def _standardised(part: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean 0 and standard deviation 1 over the products, per shopper."""
    centred = part - part.mean(axis=1, keepdims=True)
    scaled: NDArray[np.float32] = centred / np.maximum(centred.std(axis=1, keepdims=True), np.float32(1e-6))
    return scaled
