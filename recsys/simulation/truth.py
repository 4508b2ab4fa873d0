"""The hidden truth of a demo shop, kept beside its files so that estimates can be checked against it."""

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.errors import InputError
from recsys.simulation import behaviour, exposure, shoppers, world
from recsys.simulation.assortment import MATERIAL_NAMES, OCCASION_NAMES, Assortment
from recsys.simulation.behaviour import Behaviour
from recsys.simulation.kinds import KINDS
from recsys.simulation.looks import COLOURS, CUTS, DETAILS, PATTERNS
from recsys.simulation.shoppers import Shoppers
from recsys.simulation.wording import BRANDS
from recsys.simulation.world import World

_ITEM, _SHOPPER = "item_", "shopper_"


@dataclass(frozen=True, eq=False, slots=True)
class Truth:
    """What the generator knew.

    Parameters
    ----------
    assortment, shoppers
        Every product's and every shopper's latent values.
    impression_row
        Shape (n_impressions,): row of each impression in the event file, from 0.
    click_probability
        Shape (n_impressions,): true probability that it was clicked.
    source
        Shape (n_impressions,): code of `exposure.SOURCES`, who chose it.
    notes
        Vocabularies, weights and rates, as in `truth.json`.
    """

    assortment: Assortment
    shoppers: Shoppers
    impression_row: NDArray[np.int64]
    click_probability: NDArray[np.float64]
    source: NDArray[np.int64]
    notes: dict[str, Any]

    def affinity_parts(self) -> dict[str, NDArray[np.float32]]:
        """Standardised parts of the affinity, each of shape (n_users, n_items), in the order of the id arrays."""
        return shoppers.affinity_parts(self.shoppers, self.assortment)

    def affinity(self) -> NDArray[np.float32]:
        """True affinity, shape (n_users, n_items), in the order of the id arrays."""
        return shoppers.affinity(self.affinity_parts())


def save_truth(folder: Path, shop: World, log: Behaviour) -> tuple[Path, Path]:
    """Write `truth.npz` and `truth.json`; returns their paths."""
    arrays: dict[str, Any] = {_ITEM + f.name: getattr(shop.assortment, f.name) for f in fields(Assortment)}
    arrays |= {_SHOPPER + f.name: getattr(shop.shoppers, f.name) for f in fields(Shoppers)}
    arrays |= {
        "impression_row": log.impression_row.astype(np.int32),
        "impression_click_probability": log.click_probability.astype(np.float32),
        "impression_source": log.source.astype(np.int8),
    }
    array_file, note_file = folder / "truth.npz", folder / "truth.json"
    np.savez_compressed(array_file, allow_pickle=False, **arrays)
    note_file.write_text(json.dumps(_notes(shop), indent=1) + "\n", encoding="utf-8")
    return array_file, note_file


def load_truth(folder: Path) -> Truth:
    """Read the truth that `save_truth` wrote.

    Raises
    ------
    InputError
        When the folder holds no readable truth.
    """
    try:
        notes = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        with np.load(folder / "truth.npz", allow_pickle=False) as arrays:
            return Truth(
                assortment=Assortment(**{f.name: arrays[_ITEM + f.name] for f in fields(Assortment)}),
                shoppers=Shoppers(**{f.name: arrays[_SHOPPER + f.name] for f in fields(Shoppers)}),
                impression_row=arrays["impression_row"].astype(np.int64),
                click_probability=arrays["impression_click_probability"].astype(np.float64),
                source=arrays["impression_source"].astype(np.int64),
                notes=notes,
            )
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{folder} holds no readable truth of a demo shop: {error}") from error


def _notes(shop: World) -> dict[str, Any]:
    """Everything that is not an array: the definition, vocabularies, weights and rates."""
    return {
        "simulated": True,
        "definition": {**shop.definition.as_json(), "ends_at": shop.definition.ends_at.isoformat()},
        "vocabularies": {
            "kind": [f"{kind.category} ({kind.silhouette})" for kind in KINDS],
            "colour": list(COLOURS),
            "pattern": list(PATTERNS),
            "cut": list(CUTS),
            "detail": list(DETAILS),
            "material": list(MATERIAL_NAMES),
            "occasion": list(OCCASION_NAMES),
            "brand": [brand for brand, _ in BRANDS],
            "source": list(exposure.SOURCES),
        },
        "visible_in": {
            "picture": ["silhouette", "colour", "pattern", "cut", "detail"],
            "text": ["kind", "material", "occasion", "note"],
            "behaviour": ["circles", "quality"],
        },
        "affinity_weights": shoppers.PART_WEIGHTS,
        "appeal": {
            "quality": world.QUALITY_WEIGHT,
            "season": world.SEASON_WEIGHT,
            "fresh": world.FRESH_WEIGHT,
            "fresh_days": world.FRESH_DAYS,
        },
        "click": {
            "formula": "examination(placement, position) * sigmoid(offset + weights . (affinity, appeal, price_z))",
            "weights": exposure.CLICK_WEIGHTS,
            "position_power": exposure.POSITION_POWER,
            "placement_factors": dict(zip(exposure.PLACEMENTS, exposure.PLACEMENT_FACTORS, strict=True)),
            "source_shares": dict(zip(exposure.SOURCES, exposure.SOURCE_SHARES, strict=True)),
        },
        "cart": {"rate_per_view": behaviour.CART_RATE, "weights": behaviour.CART_WEIGHTS},
        "purchase": {
            "rate_per_cart": behaviour.PURCHASE_RATE,
            "weights": behaviour.PURCHASE_WEIGHTS,
            "rebuy_share": behaviour.REBUY_SHARE,
        },
    }
