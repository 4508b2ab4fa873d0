"""Words for what a picture shows, from the fine-tuned space that pictures and texts share; no label is needed.

A tag is a word such as "navy blue"; its prototype is the mean text vector of a few prompts with that word. Where the
words come from and where tags are kept: `recsys.training.picture_tags`. Pure functions over vectors.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.encoders.contract import Embeddings, Encoder, normalise_rows
from recsys.errors import EncoderError

PROMPTS: dict[str, tuple[str, ...]] = {
    "colour": ("{}", "{} colour", "a {} product"),
    "category": ("{}", "a product of the kind {}", "{} for men and women"),
    "pattern": ("{}", "{} pattern", "a product with a {} pattern"),
}
"""Attribute → prompts; a word's prototype is the mean over them."""
COLOUR_WORDS: tuple[str, ...] = (
    *("black", "white", "grey", "silver", "beige", "brown", "red", "maroon", "pink", "orange", "yellow", "gold"),
    *("green", "olive", "teal", "blue", "navy blue", "purple", "multicoloured"),
)
PATTERN_WORDS: tuple[str, ...] = (
    *("plain", "striped", "checked", "dotted", "floral", "printed", "graphic", "colour block", "camouflage"),
)
TEMPERATURE = 0.05
ROUNDS = 50


@dataclass(frozen=True, eq=False)
class Tagger:
    """One attribute's words, set to the pictures of one shop.

    With p a picture in the text space, t_k the prototype of word k, both less their means and of length 1, and π_k the
    share of pictures that show word k, P(k | p) ∝ π_k · exp(p · t_k / τ).

    Parameters
    ----------
    words
        k words.
    prototypes
        float32, shape (k, d_text), less their mean, rows of length 1.
    mean
        Of the shop's pictures in the text space, shape (d_text,).
    prior
        π, shape (k,), above 0, sums to 1.
    """

    words: tuple[str, ...]
    prototypes: Embeddings
    mean: NDArray[np.float32]
    prior: NDArray[np.float64]

    def probabilities(self, pictures: Embeddings) -> NDArray[np.float64]:
        """Tell how likely each word is.

        Parameters
        ----------
        pictures
            float32, shape (n, d_text), in the text space; NaN rows where there is no picture.

        Returns
        -------
        float64, shape (n, k), rows sum to 1; NaN rows stay NaN.
        """
        return _posterior(_likelihood(pictures - self.mean, self.prototypes), self.prior)

    def name(self, pictures: Embeddings, min_probability: float = 0.5) -> list[tuple[str, float]]:
        """Return the likeliest word of each picture and its probability; no word ("") below `min_probability`."""
        shares = np.nan_to_num(self.probabilities(pictures))
        best = shares.argmax(axis=1)
        chosen = shares[np.arange(len(shares)), best]
        return [
            (self.words[k] if share >= min_probability else "", float(share))
            for k, share in zip(best, chosen, strict=True)
        ]


def embed_words(words: Sequence[str], prompts: Sequence[str], text_encoder: Encoder) -> Embeddings:
    """Mean text vector of the prompts of each word; float32 (k, d_text), rows of length 1.

    Parameters
    ----------
    words
        k words.
    prompts
        Texts with `{}` for the word.
    text_encoder
        The tower that the pictures were fine-tuned against.
    """
    texts = [prompt.format(word) for word in words for prompt in prompts]
    vectors = text_encoder.encode(texts).reshape(len(words), len(prompts), -1)
    return normalise_rows(vectors.mean(axis=1))


def fit_tagger(words: Sequence[str], prototypes: Embeddings, pictures: Embeddings) -> Tagger:
    """Set an attribute's words to a shop's pictures, without labels.

    The mean takes out what all its pictures share, such as the direction that separates pictures from texts; the prior
    is the fixed point of π_k = mean of P(k | p) (expectation maximisation), so that a rare word has to be earned.

    Parameters
    ----------
    words
        k ≥ 2 distinct words.
    prototypes
        float32 (k, d_text) from `embed_words`.
    pictures
        float32 (n, d_text): all the shop's pictures in the text space; NaN rows are left out.

    Raises
    ------
    EncoderError
        If there are fewer than 2 words, their number is not that of the prototypes, or there is no picture.

    References
    ----------
    Radford et al. (2021), CLIP, arXiv:2103.00020, section 3.1 (prompts and their mean); Saerens, Latinne & Decaestecker
    (2002), Adjusting the outputs of a classifier to new a priori probabilities, Neural Computation 14(1), eq. 8.

    Examples
    --------
    >>> reds, blues = [[1.0, 0.1]] * 3, [[0.1, 1.0]]
    >>> tagger = fit_tagger(["red", "blue"], np.eye(2, dtype=np.float32), normalise_rows(np.array(reds + blues)))
    >>> [word for word, _ in tagger.name(normalise_rows(np.array([[0.9, 0.2], [0.2, 0.9]])))]
    ['red', 'blue']
    """
    seen = pictures[np.isfinite(pictures).all(axis=1)]
    if len(words) < 2 or len(words) != len(prototypes) or not len(seen):
        raise EncoderError(
            f"Tags need at least 2 words with a prototype each and a picture; got {len(words)} words, "
            f"{len(prototypes)} prototypes and {len(seen)} pictures."
        )
    mean = seen.mean(axis=0)
    centred = normalise_rows(prototypes - prototypes.mean(axis=0))
    likelihood = _likelihood(seen - mean, centred)
    likelihood = likelihood[np.isfinite(likelihood).all(axis=1)]
    prior = np.full(len(words), 1 / len(words))
    for _ in range(ROUNDS if len(likelihood) else 0):
        prior = np.maximum(_posterior(likelihood, prior).mean(axis=0), 1e-9)
        prior /= prior.sum()
    return Tagger(tuple(words), centred, mean, prior)


def _likelihood(centred: NDArray[np.float32], prototypes: Embeddings) -> NDArray[np.float64]:
    """exp(cosine / τ) up to a factor per row, (n, k)."""
    scores = (normalise_rows(centred) @ prototypes.T).astype(np.float64) / TEMPERATURE
    return np.exp(scores - scores.max(axis=1, keepdims=True))


def _posterior(likelihood: NDArray[np.float64], prior: NDArray[np.float64]) -> NDArray[np.float64]:
    """Likelihood times prior, rows summing to 1."""
    joint = likelihood * prior
    return joint / joint.sum(axis=1, keepdims=True)
