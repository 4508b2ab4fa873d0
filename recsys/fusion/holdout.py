"""Standardised terms of held-out shoppers: quality of any weights in milliseconds, without ranking again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from recsys.errors import RunError

CUTOFF = 20


@dataclass(frozen=True)
class Quality:
    """Quality of some weights on held-out shoppers, and its change against a reference.

    Parameters
    ----------
    ndcg, recall
        Means at cut-off 20, 0 to 1.
    ndcg_change, recall_change
        Paired mean differences to the reference; 0 without one.
    ndcg_half_width, recall_half_width
        Half of the 95 % interval of the change (normal approximation over shoppers).
    n_users
        Shoppers judged.
    """

    ndcg: float
    recall: float
    ndcg_change: float
    ndcg_half_width: float
    recall_change: float
    recall_half_width: float
    n_users: int


@dataclass(frozen=True, eq=False)
class HoldoutItems:
    """What the candidates are, for judging more than accuracy.

    Parameters
    ----------
    item_num
        Numbers in the run's catalogue, int32, shape (n_candidates,).
    new
        Nobody had touched it before the held-out window, bool, shape (n_candidates,).
    novelty
        −log₂ of the share of shoppers who had touched it, in bits, float32, shape (n_candidates,).
    seen
        What each shopper had touched, bool, shape (n_users, n_candidates).
    """

    item_num: NDArray[np.int32]
    new: NDArray[np.bool_]
    novelty: NDArray[np.float32]
    seen: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class HoldoutTerms:
    """Terms and truth of a sample of held-out shoppers over the items that were on sale.

    Parameters
    ----------
    names
        Components in the order of the first axis of `z`.
    z
        float32, shape (n_components, n_users, n_candidates).
    relevant
        What each shopper went on to choose, bool, shape (n_users, n_candidates).
    allowed
        Candidates that exist for the shopper (padding is False), bool, shape (n_users, n_candidates).
    items
        What the candidates are; None in runs that did not keep it.
    """

    names: tuple[str, ...]
    z: NDArray[np.float32]
    relevant: NDArray[np.bool_]
    allowed: NDArray[np.bool_]
    items: HoldoutItems | None = None

    @property
    def n_users(self) -> int:
        """Shoppers kept."""
        return self.z.shape[1]

    @cached_property
    def _truth(self) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int64]]:
        """Row and candidate of each relevant item, and relevant items per shopper."""
        rows, candidates = np.nonzero(self.relevant)
        return rows, candidates, np.bincount(rows, minlength=self.n_users)

    def take(self, rows: NDArray[np.intp]) -> "HoldoutTerms":
        """Only some of the shoppers."""
        items = None if self.items is None else replace(self.items, seen=self.items.seen[rows])
        return HoldoutTerms(self.names, self.z[:, rows], self.relevant[rows], self.allowed[rows], items)

    def view(self, column: str) -> "HoldoutTerms":
        """The same shoppers judged by one column: "all", "discovery", "cold_among_new" or "cold_among_all".

        Only shoppers with something to find there are kept. Without `items` only "all" is known.

        Raises
        ------
        RunError
            If the run did not keep what the column needs.
        """
        if column == "all":
            return self
        if self.items is None:
            raise RunError("This run kept no facts of its held-out candidates: train again to judge by other columns.")
        new = np.broadcast_to(self.items.new, self.allowed.shape)
        hidden = (self.items.seen | new) if column == "discovery" else np.zeros(new.shape, bool)
        allowed = self.allowed & (new if column == "cold_among_new" else ~hidden)
        relevant = self.relevant & (~hidden if column == "discovery" else new)
        kept = np.flatnonzero(relevant.any(axis=1))
        return HoldoutTerms(self.names, self.z, relevant, allowed, self.items).take(kept)

    def scores(self, weights: Mapping[str, float]) -> NDArray[np.float32]:
        """Weighted sums, −inf where a candidate does not exist, shape (n_users, n_candidates)."""
        vector = np.array([weights.get(n, 0.0) for n in self.names], np.float32)
        total = np.tensordot(vector, self.z, axes=1)
        return np.where(self.allowed, total, -np.inf)

    def per_user(self, weights: Mapping[str, float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """NDCG@20 and recall@20 of each shopper, shape (n_users,) each.

        No sorting: the place of a relevant item is the number of candidates that score at least as much; a tie
        counts against it, so that equal scores earn nothing.
        """
        return self.judge(self.scores(weights))

    def judge(self, scores: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """NDCG@20 and recall@20 of given scores, shape (n_users, n_candidates), −inf where not allowed."""
        rows, candidates, n_relevant = self._truth
        return gains(find_places(scores, rows, candidates), rows, n_relevant)

    def quality(self, weights: Mapping[str, float], reference: Mapping[str, float] | None = None) -> Quality:
        """Judge weights, paired shopper by shopper with a reference."""
        ndcg, recall = self.per_user(weights)
        base_ndcg, base_recall = self.per_user(reference) if reference is not None else (ndcg, recall)
        return Quality(
            mean_over_users(ndcg),
            mean_over_users(recall),
            mean_over_users(ndcg - base_ndcg),
            half_width_of(ndcg - base_ndcg),
            mean_over_users(recall - base_recall),
            half_width_of(recall - base_recall),
            self.n_users,
        )

    def save(self, path: Path) -> None:
        """Write as safetensors; terms are kept in half precision."""
        arrays: dict[str, NDArray[Any]] = {
            "z": self.z.astype(np.float16),
            "relevant": self.relevant.astype(np.uint8),
            "allowed": self.allowed.astype(np.uint8),
            "names": np.frombuffer(",".join(self.names).encode(), np.uint8),
        }
        if self.items is not None:
            seen = np.packbits(self.items.seen, axis=1)
            arrays |= vars(self.items) | {"new": self.items.new.astype(np.uint8), "seen": seen}
        # safetensors writes the memory as it lies, so a view in another order would come back scrambled
        save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, path)

    @staticmethod
    def load(path: Path) -> "HoldoutTerms":
        """Read what `save` wrote."""
        arrays = load_file(path)
        names = tuple(arrays["names"].tobytes().decode().split(","))
        relevant, items = arrays["relevant"].astype(bool), None
        if "item_num" in arrays:
            seen = np.unpackbits(arrays["seen"], axis=1, count=relevant.shape[1]).astype(bool)
            items = HoldoutItems(arrays["item_num"], arrays["new"].astype(bool), arrays["novelty"], seen)
        return HoldoutTerms(names, arrays["z"].astype(np.float32), relevant, arrays["allowed"].astype(bool), items)


def mean_over_users(values: NDArray[np.float64]) -> float:
    """Mean over shoppers; 0 where there is nobody."""
    return float(values.mean()) if len(values) else 0.0


def half_width_of(differences: NDArray[np.float64]) -> float:
    """1.96 standard errors of a mean."""
    if len(differences) < 2:
        return 0.0
    return float(1.96 * differences.std(ddof=1) / np.sqrt(len(differences)))


def find_floors(scores: NDArray[np.floating]) -> NDArray[np.floating]:
    """Score of the last place within the cut-off in each row, −inf for a row with fewer candidates."""
    if scores.shape[1] < CUTOFF:
        return np.full(len(scores), -np.inf, np.float32)
    floors: NDArray[np.floating] = np.partition(scores, -CUTOFF, axis=1)[:, -CUTOFF]
    return floors


def find_places(
    scores: NDArray[np.floating],
    rows: NDArray[np.intp],
    candidates: NDArray[np.intp],
    floors: NDArray[np.floating] | None = None,
) -> NDArray[np.int64]:
    """0-based place of some candidates in their rows, `CUTOFF` for any that is not above it; ties count against.

    Parameters
    ----------
    scores
        Shape (n_users, n_candidates); −inf where not allowed.
    rows, candidates
        Which cells to place, shape (n_cells,) each.
    floors
        As `find_floors` gives them, for whoever asks about the same scores more than once.
    """
    own = scores[rows, candidates]
    near = np.isfinite(own) & (own >= (find_floors(scores) if floors is None else floors)[rows])
    places = np.full(len(rows), CUTOFF, np.int64)
    places[near] = np.minimum((scores[rows[near]] >= own[near, None]).sum(axis=1) - 1, CUTOFF)
    return places


def gains(
    places: NDArray[np.int64], rows: NDArray[np.intp], n_relevant: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """NDCG@20 and recall@20 of each row from the places of its relevant items, shape (n_users,) each."""
    found = places < CUTOFF
    gain = np.where(found, 1.0 / np.log2(places + 2.0), 0.0)
    ideal = np.concatenate([[1.0], np.cumsum(1.0 / np.log2(np.arange(2, CUTOFF + 2)))])
    dcg = np.bincount(rows, weights=gain, minlength=len(n_relevant))
    hits = np.bincount(rows, weights=found, minlength=len(n_relevant))
    return dcg / ideal[np.minimum(n_relevant, CUTOFF)], hits / np.maximum(n_relevant, 1)
