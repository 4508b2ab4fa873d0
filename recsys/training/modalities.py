"""New items by what is known of them: the same model judged with their text, their pictures or both withheld."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.split import Split
from recsys.evaluation.metrics import bootstrap_mean, count_relevant, hit_matrix, ndcg, recall
from recsys.progress import Progress, silent
from recsys.ranking.model import Model
from recsys.training.columns import CUTOFF, FILTERS, top_lists, truth_of
from recsys.training.config import TrainingConfig
from recsys.training.pipeline import Inputs, fit_components

KNOWN: Mapping[str, tuple[str, ...]] = {
    "both": ("text", "image"),
    "text only": ("text",),
    "image only": ("image",),
    "none": (),
}
"""What is known of a new item in each row of the table."""


def withhold(
    embeddings: Mapping[str, NDArray[np.float32]], items: NDArray[np.bool_], known: tuple[str, ...]
) -> dict[str, NDArray[np.float32]]:
    """Blank the vectors of some items in every modality that is not named.

    Parameters
    ----------
    embeddings
        Modality to vectors, shape (n_items, d) each; left as they are.
    items
        Whose vectors to blank, shape (n_items,).
    known
        Modalities that stay.
    """
    return {m: v if m in known else np.where(items[:, None], np.float32(np.nan), v) for m, v in embeddings.items()}


def cold_recalls(model: Model, split: Split) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Recall@20 and NDCG@20 of new items for each shopper who chose one, among new items and among all.

    Parameters
    ----------
    model
        Fitted on the training part.
    split
        The window.

    Returns
    -------
    dict
        "cold_among_new" and "cold_among_all" to recall and NDCG, shape (n_users,) each; users in the same order.
    """
    truth = truth_of(split)
    rows = truth.choosers("cold_among_new")
    relevant = truth.choices["cold_among_new"][rows]
    served = replace(model, sale_mask=split.on_sale, _cache={})
    figures = {}
    for column, source in (("cold_among_new", "cold_among_new"), ("cold_among_all", "all")):
        lists = top_lists(served, split, truth.users[rows], FILTERS[source])
        hits, n_relevant = hit_matrix(lists, relevant, CUTOFF), count_relevant(relevant)
        figures[column] = recall(hits, n_relevant), ndcg(hits, n_relevant)
    return figures


def judge_modalities(
    inputs: Inputs, model: Model, split: Split, config: TrainingConfig, progress: Progress = silent
) -> dict[str, Any]:
    """Judge new items by what is known of them; warm items keep everything, weights and response stay.

    Every row is a fit of all components with the vectors of the new items withheld, so that neither a content term
    nor what predicts behaviour from content can see them.

    Parameters
    ----------
    inputs
        The data.
    model
        Fitted before the window, with its weights.
    split
        The window.
    config
        The components' settings.
    progress
        Told of every row.

    Returns
    -------
    dict
        "n_new_items", "n_users", and per row of `KNOWN` whose modalities the shop has: "cold_among_new" and
        "cold_among_all", each with "recall" and "ndcg" as {"value", "low", "high", "n_users"}.
    """
    result: dict[str, Any] = {"n_new_items": int(split.new.sum())}
    rows = {name: known for name, known in KNOWN.items() if set(known) <= set(inputs.embeddings)}
    for place, (name, known) in enumerate(rows.items()):
        progress("Judging new products by what is known of them", place / len(rows), message=name)
        blanked = replace(inputs, embeddings=withhold(inputs.embeddings, split.new, known))
        fitted = replace(model, components=fit_components(blanked, split.train, split.cut, config))
        found = cold_recalls(fitted, split)
        result[name] = {column: _estimates(*values) for column, values in found.items()}
        result["n_users"] = len(found["cold_among_new"][0])
    return result


def _estimates(recalls: NDArray[np.float64], ndcgs: NDArray[np.float64]) -> dict[str, Any]:
    """Means with intervals over shoppers."""
    return {"recall": asdict(bootstrap_mean(recalls)), "ndcg": asdict(bootstrap_mean(ndcgs))}
