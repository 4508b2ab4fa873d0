"""What an explanation holds. Frozen and JSON-able; how it is found stands in `pair`, how it is said in `sentences`."""

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

EVIDENCE_KINDS: tuple[str, ...] = ("text", "image", "behaviour")


@dataclass(frozen=True)
class Term:
    """One component's part of the sum.

    Parameters
    ----------
    name, label, phrase
        The component's registry name, its name on screen and the words it puts into a sentence.
    raw
        The component's score in its own units; None where it cannot speak of this item.
    z
        The score standardised over the items on sale for this shopper; 0 where it cannot speak.
    weight
        The fusion weight used.
    contribution
        weight · z, the summand itself.
    silent
        Whether the component could not speak for this shopper at all.
    """

    name: str
    label: str
    phrase: str
    raw: float | None
    z: float
    weight: float
    contribution: float
    silent: bool


@dataclass(frozen=True)
class FeatureEffect:
    """One feature's SHAP value in the response model, in log-odds."""

    name: str
    label: str
    value: float | None
    effect: float


@dataclass(frozen=True)
class Waterfall:
    """The response model's answer, split over its features.

    base + Σ effects = log_odds, within rounding: Shapley values are additive in log-odds.

    Parameters
    ----------
    base
        Log-odds of an average candidate.
    log_odds
        Calibrated log-odds of this pair.
    probability
        What the log-odds have meant on later days (an isotonic curve), 0 to 1.
    effects
        One per feature, largest magnitude first.
    exact
        Whether the effects are exact Shapley values (trees) or sampled ones (network).
    """

    base: float
    log_odds: float
    probability: float
    effects: tuple[FeatureEffect, ...]
    exact: bool = True


@dataclass(frozen=True)
class Evidence:
    """An item of the shopper's own history that lies nearest to the explained item in one sense.

    Parameters
    ----------
    kind
        `text`, `image` or `behaviour`.
    item_num, item_id, title
        The item of the history.
    strength
        Cosine similarity, −1 to 1, for text and image; for behaviour the share, 0 to 1, of what her whole history says
        for the explained item.
    event_type, occurred_at
        Her strongest deed with that item, and when she last touched it (ISO 8601, UTC).
    """

    kind: str
    item_num: int
    item_id: str
    title: str
    strength: float
    event_type: str
    occurred_at: str


@dataclass(frozen=True)
class PairExplanation:
    """Why one item stands where it stands for one shopper.

    Parameters
    ----------
    user_id, item_num, item_id, title, run_id
        Who, what and by which model.
    n_touches
        Interactions in the history.
    score
        The score shown = Σ of the terms' contributions.
    terms
        One per component, in registry order.
    rank
        1-based place among the candidates; None when a filter leaves the item out.
    sum_rank
        1-based place by the score alone, before the diversity step; None when a filter leaves the item out.
    variety
        How and why the diversity step moved the item, in a sentence; empty when it did not.
    n_candidates
        Items that pass every filter.
    left_out_by
        Why the item is not among the candidates, in a sentence; None when it is.
    in_shortlist
        Whether the item is good enough for the response term to be asked; below that its response term is 0.
    waterfall
        The response term over its features; None when the run has no response model.
    evidence
        Nearest items of the history, by kind, nearest first.
    sentence, expert_sentence
        The explanation in words, for a shopper and for an expert.
    """

    user_id: str | None
    item_num: int
    item_id: str
    title: str
    run_id: str
    n_touches: int
    score: float
    terms: tuple[Term, ...]
    rank: int | None
    sum_rank: int | None
    variety: str
    n_candidates: int
    left_out_by: str | None
    in_shortlist: bool
    waterfall: Waterfall | None
    evidence: tuple[Evidence, ...]
    sentence: str
    expert_sentence: str

    def to_json(self) -> dict[str, Any]:
        """Return plain dicts, lists, text and finite numbers (None where unknown)."""
        told = plain(dataclasses.asdict(self))
        assert isinstance(told, dict)
        return told


def plain(value: Any) -> Any:
    """Return a value that JSON can hold: tuples as lists, numbers that are not finite as None."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
