"""What shoppers write: searches, and reviews that mention material and occasion in words."""

import numpy as np
from numpy.typing import NDArray

from recsys.simulation.assortment import MATERIAL_NAMES, OCCASION_NAMES, Assortment
from recsys.simulation.kinds import KINDS
from recsys.simulation.wording import OCCASIONS, PRAISE


def search_text(assortment: Assortment, item: int, rng: np.random.Generator) -> str:
    """A query for products like one: its noun, often with material or occasion."""
    noun: str = KINDS[assortment.kind[item]].noun.lower()
    material = MATERIAL_NAMES[assortment.material[item]]
    word = _occasion_word(assortment, item, rng)
    form = int(rng.integers(5))
    if form == 0 or (form < 3 and noun == material):
        return noun
    return (noun, f"{material} {noun}", f"{material} {noun} {word}", f"{noun} for {word}", f"{noun} {word}")[form]


def review_text(assortment: Assortment, item: int, stars: int, rng: np.random.Generator) -> str:
    """A short review; the stars decide its tone, the product what it mentions."""
    noun: str = KINDS[assortment.kind[item]].noun.lower()
    material = MATERIAL_NAMES[assortment.material[item]]
    word = _occasion_word(assortment, item, rng)
    opening = PRAISE[stars][int(rng.integers(len(PRAISE[stars])))]
    if stars >= 4:
        forms: tuple[str, ...] = (
            f"The {material} feels great and it is just right for {word}.",
            f"Bought it for {word} and I use it all the time.",
            f"Lovely {material}. Exactly the {noun} I was looking for.",
        )
    elif stars == 3:
        forms = (f"The {material} is good, for {word} I would choose something else.", f"The {noun} does its job.")
    else:
        forms = (
            f"The {material} is not for me.",
            f"I wanted something for {word} and this did not work.",
            f"I had imagined the {noun} differently.",
        )
    return f"{opening}. {forms[int(rng.integers(len(forms)))]}"


def stars_for(
    affinity: NDArray[np.float32], quality: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Ratings 1 to 5 that rise with affinity and quality, shape (n,)."""
    level = 3.5 + 0.28 * affinity + 0.35 * quality + rng.normal(0.0, 0.85, len(affinity))
    return np.clip(np.round(level), 1, 5).astype(np.int64)


def _occasion_word(assortment: Assortment, item: int, rng: np.random.Generator) -> str:
    """One of the words shoppers use for the product's occasion."""
    words = OCCASIONS[OCCASION_NAMES[assortment.occasion[item]]][3]
    return words[int(rng.integers(len(words)))]
