"""Every threshold of the doctor, once: chosen on one half of a shop, measured on the other, see docs/doctor.md."""

from dataclasses import dataclass

from recsys.errors import InputError


@dataclass(frozen=True)
class DoctorConfig:
    """When a check speaks.

    Parameters
    ----------
    expected_share
        A field or attribute is expected of an item when this share of its category fills it, 0.5 to 1.
    min_peers
        Categories smaller than this are judged together with their parent, then with the shop.
    sure
        Probability from which a prediction counts as made, 0 to 1.
    picture_strength, words_strength, attribute_strength
        How many times likelier a prediction must be under "wrong" than under "as usual in this category", > 1.
    pair_strength
        The same for words and picture together, whose strengths multiply, > 1.
    strength_per_item
        Added for every item of the shop to what a strength must reach: with many items, rare accidents become common.
    same_picture
        Root mean square difference of two thumbs, in grey levels, up to which pictures count as the same.
    same_words
        Share of title words in common from which titles count as the same, 0 to 1.
    blur_z, dark_z, wash_z, frame_z
        Robust standard deviations from the category's usual picture, > 0.
    odd_z, edge_z
        The same for what the shop's usual pictures cannot describe, and for the edge of the picture; both are needed.
    tiny_share
        Longest side, as a share of the shop's usual one, below which a picture is tiny, 0 to 1.
    price_z
        Robust standard deviations of the log price, > 0.
    price_ratio
        Times dearer or cheaper than the category's median a price must be at least, > 1.
    min_title
        Letters below which a title says nothing.
    repeated_text
        Items of several categories sharing one description from which it is boilerplate.
    """

    expected_share: float = 0.8
    min_peers: int = 12
    sure: float = 0.5
    picture_strength: float = 8.0
    words_strength: float = 40.0
    attribute_strength: float = 40.0
    pair_strength: float = 40.0
    strength_per_item: float = 0.0015
    same_picture: float = 4.0
    same_words: float = 0.6
    blur_z: float = 4.0
    dark_z: float = 4.5
    wash_z: float = 6.0
    frame_z: float = 4.0
    odd_z: float = 3.0
    edge_z: float = 4.0
    tiny_share: float = 0.6
    price_z: float = 4.0
    price_ratio: float = 4.0
    min_title: int = 3
    repeated_text: int = 20

    def needed(self, strength: float, n_items: int) -> float:
        """Return what a strength must reach in a shop of this size."""
        return max(strength, self.strength_per_item * n_items)

    def __post_init__(self) -> None:
        ratios = (self.picture_strength, self.words_strength, self.attribute_strength, self.pair_strength)
        if not 0.5 <= self.expected_share <= 1 or min(*ratios, self.price_ratio) <= 1 or self.min_peers < 2:
            raise InputError(f"A doctor's config is out of range: {self}.")
