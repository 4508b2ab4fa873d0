"""One shopper × one item: the whole sum, the response term's features, evidence, the place, the words."""

import numpy as np
from numpy.typing import NDArray

from recsys.components import COMPONENTS
from recsys.data.ranking import RULES, Request
from recsys.explanation.answer import FeatureEffect, PairExplanation, Term, Waterfall
from recsys.explanation.changes import World
from recsys.explanation.evidence import find_evidence
from recsys.explanation.gates import lift_of
from recsys.explanation.listing import label_of
from recsys.explanation.place import find_place
from recsys.explanation.sentences import tell_expert, tell_shopper, tell_variety
from recsys.ranking.features import FEATURE_LABELS, candidate_features
from recsys.ranking.model import Model
from recsys.ranking.rank import resolve_weights
from recsys.ranking.terms import Terms
from recsys.rules.rule import RuleSet


def explain_pair(model: Model, request: Request, item_num: int, rules: RuleSet | None = None) -> PairExplanation:
    """Explain one item for one request, whether or not the item made the list.

    The terms are those of `ranking.rank`: for an item on the list the score and every contribution equal the ranking's.

    Parameters
    ----------
    model
        The trained model.
    request
        Who asks, when, with which filters and weights.
    item_num
        The item, 0 ≤ item_num < n_items.
    rules
        Merchandising rules that act on the list. What a boost or bury adds is a term of its own, the last one.

    Returns
    -------
    PairExplanation
        Contributions sum to the score within 1e-6.

    Raises
    ------
    InputError
        If a weight is unknown, negative or not finite.
    """
    terms = model.terms(request.history, request.at)
    place = find_place(model, request, terms, item_num, rules)
    features = None if model.response is None else _features(model, request, terms, item_num)
    parts = _terms(model, request, terms, item_num, features if place.in_shortlist else None)
    parts += _ruled(World(model, request, rules), item_num)
    score = float(sum(t.contribution for t in parts))
    title = str(model.catalogue.titles[item_num])
    return PairExplanation(
        user_id=request.user_id,
        item_num=int(item_num),
        item_id=str(model.catalogue.item_ids[item_num]),
        title=title,
        run_id=model.run_id,
        n_touches=len(request.history.item_num),
        score=score,
        terms=parts,
        rank=place.rank,
        sum_rank=place.sum_rank,
        variety=tell_variety(place.rank, place.sum_rank, place.moved_because, place.moved_by),
        n_candidates=place.n_candidates,
        left_out_by=place.left_out_by,
        in_shortlist=place.in_shortlist,
        waterfall=None if features is None else explain_response(model, features),
        evidence=find_evidence(model, request.history, item_num),
        sentence=tell_shopper(title, parts),
        expert_sentence=tell_expert(title, parts, score, place.rank, place.n_candidates, place.sum_rank),
    )


def _terms(
    model: Model, request: Request, terms: Terms, item_num: int, features: NDArray[np.float64] | None
) -> tuple[Term, ...]:
    """Every summand, in registry order; without `features` the response term is not asked and adds nothing."""
    weights = resolve_weights(model.names, model.weights if request.weights is None else request.weights)
    clock = model.clock(request.at)
    parts = []
    own = terms.at(np.array([[item_num]]))
    for column, name in enumerate(terms.names):
        raw = float(model.components[name].score(request.history, clock)[0, item_num])
        silent = bool(terms.silent[0, column])
        parts.append(_term(name, raw, float(own[column][0, 0]), float(weights[column]), silent))
    if model.response is not None:
        row = None if features is None else features[None, :]
        raw = np.nan if row is None else float(model.response.log_odds(row)[0])
        z = 0.0 if row is None else float(model.response.standardised(row)[0])
        parts.append(_term("response", raw, z, float(weights[-1]), row is None))
    return tuple(parts)


def _ruled(world: World, item_num: int) -> tuple[Term, ...]:
    """What boosts and buries add to the sum; nothing where none speaks of the item."""
    lift, unit = float(lift_of(world)[item_num]), float(sum(world.weights.values()))
    if not lift:
        return ()
    phrase = "is lifted by a rule of the shop" if lift > 0 else "is held back by a rule of the shop"
    return (Term(RULES, label_of(RULES), phrase, lift, lift, unit, lift * unit, silent=False),)


def _term(name: str, raw: float, z: float, weight: float, silent: bool) -> Term:
    """One summand with its words from the registry."""
    kind = COMPONENTS[name]
    return Term(
        name=name,
        label=kind.label,
        phrase=kind.phrase,
        raw=raw if np.isfinite(raw) else None,
        z=z,
        weight=weight,
        contribution=weight * z,
        silent=silent,
    )


def explain_response(model: Model, features: NDArray[np.float64]) -> Waterfall | None:
    """Split the response term's log-odds over its features with SHAP; None when the run has no such term.

    Parameters
    ----------
    model
        The trained model.
    features
        Feature row of one item, shape (n_features,).

    References
    ----------
    Lundberg et al. (2020), From local explanations to global understanding with explainable AI for trees.
    """
    if model.response is None:
        return None
    split = model.response.explain(features)
    effects = [
        FeatureEffect(name, label_feature(name), float(value) if np.isfinite(value) else None, float(effect))
        for name, value, effect in zip(split.names, split.values, split.shap, strict=True)
    ]
    return Waterfall(
        base=split.base,
        log_odds=split.base + float(split.shap.sum()),
        probability=split.probability,
        effects=tuple(sorted(effects, key=lambda e: (-abs(e.effect), e.name))),
        exact=split.exact,
    )


def label_feature(name: str) -> str:
    """Words for a feature on screen; a component without words of its own goes by its label.

    Examples
    --------
    >>> label_feature("price_log"), label_feature("z_response")
    ('price', 'response')
    """
    component = COMPONENTS.get(name.removeprefix("z_"))
    return FEATURE_LABELS.get(name, name if component is None else component.label.lower())


def _features(model: Model, request: Request, terms: Terms, item_num: int) -> NDArray[np.float64]:
    """Feature row of one item, shape (n_features,)."""
    one = np.array([[item_num]])
    row: NDArray[np.float64] = candidate_features(model, request.history, request.at, terms, one).values[0, 0]
    return row
