"""Which part of a picture and which words carry a match: leave one out, encode again, see what the match loses.

Maths only: what to leave out, and what the vectors of the rest say. The vectors come from `workflows.occlusion`.

References
----------
Zeiler & Fergus (2014), *Visualizing and Understanding Convolutional Networks*, section 4.2 (occlusion).
Li, Monroe & Jurafsky (2016), *Understanding Neural Networks through Representation Erasure*.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.ranking.terms import DotTerm

Floats = NDArray[np.float32]

CELLS, SPAN = 6, 2
"""The picture is cut into CELLS × CELLS cells; a window covers SPAN × SPAN of them."""
MAX_PHRASES = 24
LONG_PHRASE, PIECE = 10, 6
"""A phrase of more words than the first is cut into pieces of about the second."""
SAME_SPACE = 0.98
"""Mean cosine with the vectors of the run from which on a space counts as the run's own."""
_BETWEEN = re.compile(r"(?<=[.,;:!?])\s+")


@dataclass(frozen=True)
class Region:
    """A rectangle of a picture, in fractions of its width and height from the upper left corner."""

    left: float
    top: float
    width: float
    height: float


def all_windows() -> tuple[Region, ...]:
    """Return every window of the grid, row by row."""
    side, starts = SPAN / CELLS, range(CELLS - SPAN + 1)
    return tuple(Region(column / CELLS, row / CELLS, side, side) for row in starts for column in starts)


def split_phrases(text: str) -> tuple[str, ...]:
    """Cut a text into phrases; joined by spaces they give the text again, however long it is.

    Parameters
    ----------
    text
        What the encoder reads of an item.

    Returns
    -------
    tuple
        At most `MAX_PHRASES`; the last one holds whatever is left.

    Examples
    --------
    >>> split_phrases("Linen shirt. Women Tops. colour blue, material linen")
    ('Linen shirt.', 'Women Tops.', 'colour blue,', 'material linen')
    """
    phrases: list[str] = []
    for part in _BETWEEN.split(text.strip()):
        words = part.split()
        size = len(words) if len(words) <= LONG_PHRASE else PIECE
        phrases += [" ".join(words[n : n + size]) for n in range(0, len(words), max(size, 1))]
    if len(phrases) > MAX_PHRASES:
        phrases = [*phrases[: MAX_PHRASES - 1], " ".join(phrases[MAX_PHRASES - 1 :])]
    return tuple(phrases)


def leave_one_out(phrases: Sequence[str]) -> list[str]:
    """Return the text without each phrase in turn."""
    return [" ".join(phrases[:n]) + " " + " ".join(phrases[n + 1 :]) for n in range(len(phrases))]


@dataclass(frozen=True, eq=False)
class ContentSpace:
    """The way from an encoder's vectors to those of a content component: centred, turned, cut, of unit length.

    Parameters
    ----------
    mean
        Shape (d_encoder,).
    basis
        Shape (d_encoder, d).
    """

    mean: NDArray[np.float64]
    basis: NDArray[np.float64]

    def place(self, vectors: Floats) -> Floats:
        """Carry encoder vectors (n, d_encoder) into the component's space (n, d)."""
        moved = (vectors.astype(np.float64) - self.mean) @ self.basis
        length = np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-12)
        placed: Floats = (moved / length).astype(np.float32)
        return placed


def find_space(raw: Floats, content: Floats, known: NDArray[np.bool_]) -> ContentSpace | None:
    """Find the space of a fitted component again from the encoder's vectors of the same items.

    Parameters
    ----------
    raw
        Encoder vectors, shape (n_items, d_encoder); NaN where there is none.
    content
        The component's vectors, shape (n_items, d).
    known
        Items with content, shape (n_items,).

    Returns
    -------
    ContentSpace or None
        None where the vectors at hand are not those that the component was fitted on.
    """
    both = known & np.isfinite(raw).all(axis=1)
    if int(both.sum()) <= content.shape[1] // 2 or not both.any():
        return None
    rows = raw[both].astype(np.float64)
    mean = rows.mean(axis=0)
    centred = rows - mean
    basis = np.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, : content.shape[1]]
    basis = basis * np.where(np.einsum("ij,ij->j", centred @ basis, content[both]) < 0, -1.0, 1.0)
    space = ContentSpace(mean, basis)
    agreement = float(np.einsum("ij,ij->i", space.place(raw[both]), content[both]).mean())
    return space if agreement >= SAME_SPACE else None


@dataclass(frozen=True)
class Carried:
    """What a match loses when one part is left out.

    Parameters
    ----------
    match
        z of the whole: standard deviations above the shopper's average product.
    drops
        By part, how much lower z is without it; negative where the part speaks against the match.
    """

    match: float
    drops: tuple[float, ...]

    @property
    def strongest(self) -> int | None:
        """Position of the part whose loss costs most; None where none costs anything."""
        if not self.drops or max(self.drops) <= 0:
            return None
        return int(np.argmax(self.drops))


def judge_parts(term: DotTerm, space: ContentSpace, vectors: Floats) -> Carried:
    """Say what each part carries of one shopper's match.

    Parameters
    ----------
    term
        The standardised content term of one request.
    space
        Of the same component.
    vectors
        Encoder vectors of the whole, then of the whole without each part; shape (1 + n_parts, d_encoder). A part
        without which nothing can be encoded has a row of NaN: it carries everything.
    """
    finite = np.isfinite(vectors).all(axis=1)
    z = np.zeros(len(vectors))
    z[finite] = space.place(vectors[finite]) @ term.users[0] - term.centre[0]
    return Carried(float(z[0]), tuple(float(d) for d in z[0] - z[1:]))


def heat_of(drops: Sequence[float]) -> NDArray[np.float64]:
    """Mean loss over the windows that cover each cell, shape (CELLS, CELLS)."""
    total, count = np.zeros((CELLS, CELLS)), np.zeros((CELLS, CELLS))
    per_side = CELLS - SPAN + 1
    for number, drop in enumerate(drops):
        row, column = divmod(number, per_side)
        total[row : row + SPAN, column : column + SPAN] += drop
        count[row : row + SPAN, column : column + SPAN] += 1
    heat: NDArray[np.float64] = total / count
    return heat
