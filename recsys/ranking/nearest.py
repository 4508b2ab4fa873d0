"""Candidates of a large catalogue: a scan of one byte per number finds who may be best, the exact sum decides.

Every inner product and every item-only score is a coordinate of one vector per item, and a request's weights only
scale the coordinates of its own vector; so one index answers for any position of the sliders, any list of items on
sale and any filter. Sparse terms bring the few items they speak of. What comes out is scored exactly by the caller.
"""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.components.contract import Component, ItemComponent
from recsys.data.interactions import Histories, Interactions
from recsys.data.scores import DotScores
from recsys.fusion.standardise import BLOCK
from recsys.ranking.reduction import Reduction, coordinates_of, reduce
from recsys.ranking.terms import DotTerm, FullTerm, ItemTerm, SparseTerm, Terms

SAMPLE = 500
"""Histories, and as many single items, that tell which directions requests look in."""
SPARSE_CANDIDATES = 1_000
"""Best items of the sparse terms that join the candidates."""
LANES = 16
"""The scan is two to three times as fast where the number of coordinates is a multiple of this."""
SHARDS = min(2, os.cpu_count() or 1)
"""Parts of the index, scanned at once."""

_THREADS = ThreadPoolExecutor(SHARDS, thread_name_prefix="scan")
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class NearestIndex:
    """What `build_index` made.

    Parameters
    ----------
    clock
        Moment of the item-only scores.
    names
        Components with coordinates, in their order.
    reductions
        By component, for inner products.
    spreads
        By component, what item-only scores were divided by.
    shards
        One quantised index over items s, s + S, s + 2S, … each.
    """

    clock: np.datetime64
    names: tuple[str, ...]
    reductions: Mapping[str, Reduction]
    spreads: Mapping[str, float]
    shards: tuple[Any, ...]

    @property
    def n_bytes(self) -> int:
        """Memory of the codes."""
        return sum(int(s.ntotal) * int(s.sa_code_size()) for s in self.shards)

    def find(
        self, terms: Terms, weights: NDArray[np.float64], mask: NDArray[np.bool_], k: int
    ) -> list[NDArray[np.intp]]:
        """Candidates of each request, in item order, none outside the mask.

        Parameters
        ----------
        terms
            Of the requests, by the same components.
        weights
            In the order of the terms.
        mask
            Items that may appear, shape (n_items,).
        k
            Candidates wanted from the scan.

        Returns
        -------
        list
            Item numbers without repeats; about k each, and up to `SPARSE_CANDIDATES` more.
        """
        scanned = self._scan(self._queries(terms, weights), mask, k)
        found = []
        for row in range(terms.shape[0]):
            chosen = [ids[row] for ids in scanned] + _of_sparse_and_full(terms, weights, mask, row, k)
            items = np.unique(np.concatenate(chosen))
            found.append(items[items >= 0].astype(np.intp))
        return found

    def _queries(self, terms: Terms, weights: NDArray[np.float64]) -> Floats:
        """Requests in the coordinates of the index, shape (n_requests, D)."""
        columns = []
        for name in self.names:
            place = terms.names.index(name)
            part, weight = terms.parts[place], np.float32(weights[place])
            if isinstance(part, DotTerm):
                reduction = self.reductions[name]
                known = part.users @ reduction.mean.astype(np.float32) - part.centre
                columns += [part.users @ reduction.to_query * weight, known[:, None] * weight]
            elif isinstance(part, ItemTerm):
                columns.append(np.full((terms.shape[0], 1), weight * part.scale * self.spreads[name], np.float32))
        queries = np.hstack(columns)
        padded = np.zeros((terms.shape[0], self.shards[0].d), np.float32)
        padded[:, : queries.shape[1]] = queries
        return padded

    def _scan(self, queries: Floats, mask: NDArray[np.bool_], k: int) -> list[NDArray[np.int64]]:
        """Nearest items of each shard, shape (n_requests, about k / S) each; −1 where there are not so many."""
        faiss: Any = import_module("faiss")
        everything = bool(mask.all())

        def search(number: int) -> NDArray[np.int64]:
            faiss.omp_set_num_threads(1)
            parameters = None
            if not everything:
                bits = np.packbits(mask[number :: len(self.shards)], bitorder="little")
                parameters = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bits))
            shard = self.shards[number]
            wanted = min(-(-k * 6 // (5 * len(self.shards))), int(shard.ntotal))
            _, ids = shard.search(queries, wanted, params=parameters)
            return np.where(ids >= 0, ids * len(self.shards) + number, -1)

        return list(_THREADS.map(search, range(len(self.shards))))


def _of_sparse_and_full(
    terms: Terms, weights: NDArray[np.float64], mask: NDArray[np.bool_], row: int, k: int
) -> list[NDArray[np.intp]]:
    """Best items of what has no coordinates: the sparse terms together, and each term without a shorter form."""
    columns, values, chosen = [], [], []
    for part, weight in zip(terms.parts, weights, strict=False):
        if not weight:
            continue
        if isinstance(part, SparseTerm):
            cells = slice(part.indptr[row], part.indptr[row + 1])
            columns.append(part.columns[cells])
            values.append(part.values[cells] * weight)
        elif isinstance(part, FullTerm):
            chosen.append(best_of(np.where(mask, part.full()[row], -np.inf), k))
    if columns:
        items, place = np.unique(np.concatenate(columns), return_inverse=True)
        score = np.bincount(place, np.concatenate(values), len(items)).astype(np.float64)
        score[~mask[items]] = -np.inf
        best = best_of(score, SPARSE_CANDIDATES)
        chosen.append(items[best[score[best] > 0]])
    return chosen


def best_of(scores: NDArray[Any], k: int) -> NDArray[np.intp]:
    """Positions of the k largest scores, in no order; all of them where there are fewer."""
    return np.arange(len(scores)) if k >= len(scores) else np.argpartition(scores, len(scores) - k)[len(scores) - k :]


def build_index(
    components: Mapping[str, Component], interactions: Interactions, clock: np.datetime64, seed: int = 0
) -> NearestIndex | None:
    """Quantise the coordinates of every item.

    For inner products the coordinates are those that carry most of the variance of u·v, by the singular value
    decomposition of Σ_u^½ Σ_v^½ over a sample of histories and all items, see `reduction`.

    Parameters
    ----------
    components
        Fitted, by name.
    interactions
        Where sample histories come from.
    clock
        Moment of item-only scores; requests of another moment are not answered by this index.
    seed
        Of the sample.

    Returns
    -------
    NearestIndex or None
        None where no component has coordinates.
    """
    sample = _sample(interactions, clock, seed)
    names, reductions, spreads, columns = [], {}, {}, []
    for name, component in components.items():
        if isinstance(component, ItemComponent):
            column, spreads[name] = _centred(component.item_scores(clock))
            columns.append(column[:, None])
            names.append(name)
            continue
        scores = component.read(sample, clock)
        if isinstance(scores, DotScores):
            reductions[name] = reduce(scores)
            columns.append(coordinates_of(scores, reductions[name]))
            names.append(name)
    if not names:
        return None
    return NearestIndex(clock, tuple(names), reductions, spreads, _quantise(columns))


def _sample(interactions: Interactions, clock: np.datetime64, seed: int) -> Histories:
    """Some shoppers' histories and some single items, as requests come."""
    rng = np.random.default_rng(seed)
    known = np.flatnonzero(interactions.histories.lengths)
    users = rng.choice(known, min(SAMPLE, len(known)), replace=False)
    single = rng.integers(0, interactions.n_items, min(SAMPLE, interactions.n_items))
    alone = [Histories.of_items([int(item)], clock) for item in single]
    return Histories.concatenate([interactions.histories.take(np.sort(users)), *alone])


def _centred(values: Floats) -> tuple[Floats, float]:
    """Item scores less their mean, divided by their spread (returned); 0 where unknown."""
    known = np.isfinite(values)
    mean = float(values[known].mean()) if known.any() else 0.0
    spread = float(values[known].std()) if known.any() else 0.0
    spread = spread if spread > 0 else 1.0
    return np.where(known, (values - mean) / spread, 0.0).astype(np.float32), spread


def _quantise(columns: list[Floats]) -> tuple[Any, ...]:
    """One byte per coordinate, between the least and the largest value of each."""
    faiss: Any = import_module("faiss")
    width = sum(c.shape[1] for c in columns)
    columns = [*columns, np.zeros((len(columns[0]), -width % LANES), np.float32)]
    low = np.concatenate([c.min(axis=0) for c in columns])
    high = np.concatenate([c.max(axis=0) for c in columns])
    shards = []
    for number in range(SHARDS):
        index = faiss.IndexScalarQuantizer(len(low), faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
        index.train(np.stack([low, high]))
        for start in range(0, len(columns[0]), BLOCK):
            rows = np.hstack([c[start : start + BLOCK] for c in columns])
            index.add(rows[(number - start) % SHARDS :: SHARDS])
        shards.append(index)
    return tuple(shards)
