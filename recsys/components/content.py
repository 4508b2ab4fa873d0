"""The text (α) and image (β) terms: taste in one modality against an item's content, through a learned W."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recsys.components.contract import DotComponent, Floats, TrainingData
from recsys.components.neighbours import finite_rows, reduce_vectors
from recsys.data.interactions import Histories
from recsys.errors import InputError


@dataclass(frozen=True)
class ContentConfig:
    """How a profile is made and how far W may leave the identity.

    Parameters
    ----------
    half_life_days
        Age at which a touch counts half in the profile, > 0.
    identity
        ρ, weight of plain similarity beside what was learnt, ≥ 0.
    regularization
        λ of both ridge factors, relative to the mean diagonal of their Gram matrices, > 0.
    max_embedding_size
        Vectors are reduced to this many principal directions, ≥ 1.
    """

    half_life_days: float = 60.0
    identity: float = 0.3
    regularization: float = 0.5
    max_embedding_size: int = 192

    def __post_init__(self) -> None:
        if min(self.half_life_days, self.regularization) <= 0 or self.identity < 0 or self.max_embedding_size < 1:
            raise InputError(f"A content config needs positive numbers, got {self}.")


class ContentComponent(DotComponent):
    r"""Match r_ui = h_uᵀ W f_i between a profile and an item, W in closed form.

    The profile h_u is the recency- and strength-weighted mean of the centred vectors of the items touched.
    W = ρI + (HᵀH + λ₁I)⁻¹ Hᵀ X F (FᵀF + λ₂I)⁻¹ fits the interactions X by two ridge regressions, beside
    plain similarity of strength ρ; without interactions W = ρI, so a shop with content only is served.

    Requirements: vectors of one modality. Relations: the behaviour term knows what content cannot see; this one
    also speaks about items nobody has touched.

    References
    ----------
    Two-sided ridge: Romera-Paredes & Torr (2015), *An embarrassingly simple approach to zero-shot learning*, eq. 4.
    """

    config: ContentConfig
    config_class = ContentConfig
    modality: str

    def fit(self, data: TrainingData) -> Self:
        """Centre and reduce the vectors, then solve for W; an absent modality leaves the component silent."""
        vectors = data.embeddings.get(self.modality)
        if vectors is None or not finite_rows(vectors).any():
            n = len(data.catalogue)
            self.arrays = _silent(n)
            return self
        known = finite_rows(vectors)
        content = reduce_vectors(vectors, known, self.config.max_embedding_size)
        bilinear = self._solve(data, content, known).astype(np.float32)
        self.arrays = {"content": content, "known": known.astype(np.uint8), "bilinear": bilinear}
        return self

    @property
    def item_vectors(self) -> Floats:
        """The content itself, since W stands in the user vectors; runs of version 0.1 hold vectors of their own."""
        return self.arrays.get("item_vectors", self.arrays["content"])

    def _solve(self, data: TrainingData, content: Floats, known: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return W, shape (d, d), scaled so that the learnt part is as strong as the identity part."""
        d = content.shape[1]
        identity = np.eye(d)
        histories = data.interactions.histories
        users = np.flatnonzero(histories.lengths > 1)
        if len(users) == 0:
            return identity
        picked = histories.take(users)
        profile = np.nan_to_num(self._profiles(picked, content, known, data.at)).astype(np.float64)
        touched = data.touched & known
        features = content[touched].astype(np.float64)
        targets = picked.matrix(len(content), binary=True)[:, np.flatnonzero(touched)]
        gram_users, gram_items = profile.T @ profile, features.T @ features
        left = _ridge(gram_users, self.config.regularization)
        right = _ridge(gram_items, self.config.regularization)
        cross = (targets.T @ profile).T @ features
        learnt = np.linalg.solve(left, cross) @ np.linalg.inv(right)
        scale = np.linalg.norm(identity) / max(float(np.linalg.norm(learnt)), 1e-12)
        return self.config.identity * identity + learnt * scale

    def _profiles(self, histories: Histories, content: Floats, known: NDArray[np.bool_], at: np.datetime64) -> Floats:
        """Weighted means of the content touched, unit length, shape (n_requests, d); NaN rows without any."""
        decay = 0.5 ** (histories.age_days(at) / self.config.half_life_days)
        values = (np.log1p(histories.weight) * decay * known[histories.item_num]).astype(np.float32)
        mixed = histories.matrix(len(content), values) @ content
        norm = np.linalg.norm(mixed, axis=1, keepdims=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(norm > 1e-12, mixed / norm, np.nan).astype(np.float32)

    def user_vectors(self, histories: Histories, at: np.datetime64) -> Floats:
        """Return Wᵀh_u, shape (n_requests, d), h_u the profiles."""
        profiles = self._profiles(histories, self.arrays["content"], self.known, at)
        return profiles @ self.arrays["bilinear"] if "bilinear" in self.arrays else profiles

    def nearest_touched(self, history: Histories, item_num: int) -> Floats:
        """Cosine of one item's content with each touched item's, shape (n_touches,); NaN where unknown."""
        content, known = self.arrays["content"], self.known
        if not known[item_num]:
            return np.full(len(history.item_num), np.nan, np.float32)
        rows = content[history.item_num]
        norms = np.linalg.norm(rows, axis=1) * np.linalg.norm(content[item_num])
        return np.where(known[history.item_num], rows @ content[item_num] / np.maximum(norms, 1e-12), np.nan)


class TextComponent(ContentComponent):
    """α: what she touched reads like this item."""

    name = "text"
    label = "Text"
    summary = "How well the item's words match the words of what the shopper touched lately."
    phrase = "reads like what she chose before"
    modality = "text"


class ImageComponent(ContentComponent):
    """β: what she touched looks like this item."""

    name = "image"
    label = "Image"
    summary = "How well the item's pictures match the pictures of what the shopper touched lately."
    phrase = "looks like what she chose before"
    modality = "image"


def _silent(n_items: int) -> dict[str, NDArray[np.float32] | NDArray[np.uint8]]:
    """Arrays of a component that has nothing to say."""
    return {
        "content": np.zeros((n_items, 1), np.float32),
        "bilinear": np.ones((1, 1), np.float32),
        "known": np.zeros(n_items, np.uint8),
    }


def _ridge(gram: NDArray[np.float64], strength: float) -> NDArray[np.float64]:
    """Add λ times the mean diagonal."""
    return gram + np.eye(len(gram)) * (strength * max(float(np.trace(gram)) / len(gram), 1e-12))
