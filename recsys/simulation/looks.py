"""The words for what a picture shows: silhouette, colour, pattern, cut and detail. No drawing happens here."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recsys.errors import InputError

Rgb = tuple[int, int, int]

GARMENTS: tuple[str, ...] = (
    "t-shirt",
    "blouse",
    "long-sleeve",
    "jumper",
    "hoodie",
    "jacket",
    "coat",
    "dress",
    "midi-dress",
    "skirt",
    "trousers",
    "jeans",
    "shorts",
)
ACCESSORIES: tuple[str, ...] = (
    "sneaker",
    "boot",
    "sandal",
    "heel",
    "bag",
    "backpack",
    "hat",
    "scarf",
    "watch",
    "sunglasses",
)
HOMEWARE: tuple[str, ...] = ("lamp", "mug", "cushion", "chair", "vase", "bowl")

SILHOUETTES: tuple[str, ...] = GARMENTS + ACCESSORIES + HOMEWARE

COLOUR_RGB: dict[str, Rgb] = {
    "black": (46, 46, 50),
    "white": (243, 241, 236),
    "grey": (147, 150, 155),
    "beige": (216, 196, 165),
    "brown": (122, 82, 56),
    "red": (196, 48, 50),
    "pink": (236, 162, 180),
    "orange": (226, 124, 52),
    "yellow": (236, 194, 74),
    "green": (66, 140, 86),
    "olive": (122, 124, 72),
    "teal": (44, 136, 140),
    "blue": (78, 130, 198),
    "navy": (40, 56, 98),
    "purple": (126, 88, 160),
    "burgundy": (116, 34, 54),
}
COLOURS: tuple[str, ...] = tuple(COLOUR_RGB)

PATTERNS: tuple[str, ...] = (
    "plain",
    "stripes",
    "checks",
    "dots",
    "floral",
    "colour-block",
    "geometric",
    "marl",
    "zigzag",
)
CUTS: tuple[str, ...] = ("slim", "regular", "relaxed")
DETAILS: tuple[str, ...] = ("clean", "classic", "decorated")


@dataclass(frozen=True, slots=True)
class ProductLook:
    """Everything a picture shows and no text says.

    Parameters
    ----------
    silhouette
        One of `SILHOUETTES`.
    colour
        One of `COLOURS`: the dominant colour.
    pattern
        One of `PATTERNS`.
    cut
        One of `CUTS`: proportions, from narrow to wide.
    detail
        One of `DETAILS`: from no trimmings to collars, pockets, buttons and contrast trims.

    Raises
    ------
    InputError
        When a word is not in its vocabulary.
    """

    silhouette: str
    colour: str
    pattern: str = "plain"
    cut: str = "regular"
    detail: str = "classic"

    def __post_init__(self) -> None:
        """Check every word against its vocabulary."""
        for name, words in LOOK_WORDS.items():
            value = getattr(self, name)
            if value not in words:
                raise InputError(f"{name} {value!r} cannot be drawn; use one of: {', '.join(words)}")


LOOK_WORDS: dict[str, tuple[str, ...]] = {
    "silhouette": SILHOUETTES,
    "colour": COLOURS,
    "pattern": PATTERNS,
    "cut": CUTS,
    "detail": DETAILS,
}
"""The vocabulary of each field of `ProductLook`, in field order."""


def random_look(rng: np.random.Generator) -> ProductLook:
    """Draw one look with every word equally likely, except that a third of all looks are plain."""
    pattern = "plain" if rng.random() < 0.25 else _pick(rng, PATTERNS)
    return ProductLook(_pick(rng, SILHOUETTES), _pick(rng, COLOURS), pattern, _pick(rng, CUTS), _pick(rng, DETAILS))


def _pick(rng: np.random.Generator, words: Sequence[str]) -> str:
    """One word, uniformly."""
    return words[int(rng.integers(len(words)))]
