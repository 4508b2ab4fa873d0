"""View model of Recommendations: one audience's list as asked, the live one beside it, and why a product is there."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from recsys.data.catalogue import Catalogue
from recsys.data.ranking import Diversity, Filters, Ranking, Request
from recsys.explanation.answer import PairExplanation
from recsys.explanation.changes import World
from recsys.explanation.pair import explain_pair
from recsys.fusion.scopes import PresetBook
from recsys.ranking.model import Model
from recsys.ranking.rank import rank
from recsys.rules.rule import RuleSet
from recsys.vocabulary import Columns
from recsys.workflows.audiences import Audience, audience_request
from recsys.workflows.draft_rules import rules_with
from recsys.workflows.drafts import Draft
from recsys.workflows.lists import request_for
from recsys.workflows.slots import name_slots
from ui.board import Card
from ui.shelf_cards import describe, first_picture, label_of, make_cards, make_history
from ui.text import plain_text
from ui.wording import mark, t

__all__ = [
    "LIST_LENGTH",
    "ON_SALE_HELP",
    "PLACES_KNOWN",
    "Board",
    "Shelf",
    "build_request",
    "build_shelf",
    "describe",
    "explain_card",
    "export_frame",
    "first_picture",
    "label_of",
    "normalise",
    "now",
    "same_weights",
    "tell_sources",
]

LIST_LENGTH = 24
PLACES_KNOWN = 200
"""How far down the live list places are known; an item from further below counts as new."""
ON_SALE_HELP = mark("Leaves out products that are sold out or not launched yet.")


@dataclass(frozen=True, eq=False)
class Board:
    """Everything a list is made of, so that list, drawer and comparison ask the same.

    Parameters
    ----------
    model
        The live model.
    audience
        Who the list is for.
    filters
        Which candidates may appear.
    weights
        Weights under trial; None for the live ones.
    at
        Time of the request.
    diversity
        How varied the list shall be.
    book
        Presets that apply by themselves where no weights are under trial.
    rules
        The shop's live rules.
    """

    model: Model
    audience: Audience
    filters: Filters
    weights: Mapping[str, float] | None
    at: np.datetime64
    diversity: Diversity = field(default_factory=Diversity)
    book: PresetBook | None = None
    rules: RuleSet = field(default_factory=RuleSet)

    def request(self, n: int = LIST_LENGTH) -> Request:
        """Return the request as asked."""
        weights = None if self.weights is None else dict(self.weights)
        return audience_request(self.model, self.audience, n, self.filters, weights, self.at, self.diversity, self.book)

    def live_request(self, n: int = PLACES_KNOWN) -> Request:
        """Return the same request with the live weights alone."""
        return audience_request(self.model, self.audience, n, self.filters, None, self.at)


@dataclass(frozen=True, eq=False)
class Shelf:
    """What the page shows for one audience and one set of filters.

    Parameters
    ----------
    cards
        The list as asked, with the draft's edits, best first.
    live
        The list for the live weights and rules.
    plain
        The list as asked without the draft's edits; None where there are none.
    places
        Live places by product; None where nothing is compared.
    catalogue
        The products.
    differs
        Whether weights other than the live ones, variety, or edits were asked for.
    weighted
        Whether weights or variety other than the live ones were asked for.
    n_eligible
        Products that pass the filters.
    n_stay
        How many of the live list are also in the list shown.
    history
        What she touched lately, newest first; empty for a basket and for one product.
    n_touches
        Interactions in the history.
    note
        Which terms filled the list of somebody without history; empty otherwise.
    ranking
        The list itself, for export.
    components
        Names of the terms, in the order of `Card.parts`.
    request
        What was asked; its weights are None for the live ones, or those of a preset that applied by itself.
    hidden
        (id, title) of the products the draft hides.
    """

    cards: tuple[Card, ...]
    live: Ranking
    plain: Ranking | None
    places: Mapping[str, int] | None
    catalogue: Catalogue
    differs: bool
    weighted: bool
    n_eligible: int
    n_stay: int
    history: tuple[Card, ...]
    n_touches: int
    note: str
    ranking: Ranking
    components: tuple[str, ...]
    request: Request
    hidden: tuple[tuple[str, str], ...] = ()

    @property
    def live_cards(self) -> tuple[Card, ...]:
        """The live list as cards; made when asked for, since only a comparison shows them."""
        return make_cards(self.live, self.catalogue, None)

    @property
    def plain_cards(self) -> tuple[Card, ...]:
        """The list without the draft's edits as cards; empty where there are none."""
        return () if self.plain is None else make_cards(self.plain, self.catalogue, self.places)


def now() -> np.datetime64:
    """Return this minute, UTC; within it every rerun asks the same question."""
    return np.datetime64(datetime.now(UTC).replace(tzinfo=None, second=0, microsecond=0), "us")


def normalise(weights: Mapping[str, float]) -> dict[str, float]:
    """Return weights that sum to 1; an order of items does not change with it."""
    total = sum(weights.values())
    return {name: value / total for name, value in weights.items()} if total > 0 else dict(weights)


def same_weights(a: Mapping[str, float], b: Mapping[str, float]) -> bool:
    """Tell whether two sets of weights rank alike: equal after normalising, to a thousandth."""
    one, two = normalise(a), normalise(b)
    return all(abs(one.get(n, 0.0) - two.get(n, 0.0)) < 1e-3 for n in {*one, *two})


def build_request(
    model: Model,
    shopper: str,
    filters: Filters,
    weights: Mapping[str, float] | None,
    at: np.datetime64,
    n: int,
    diversity: Diversity | None = None,
    book: PresetBook | None = None,
) -> Request:
    """Return the request of one shopper, known or not; a term without a weight is left out of the sum."""
    return request_for(model, shopper, n, filters, weights, at, diversity, book)


def build_shelf(board: Board, draft: Draft | None = None) -> Shelf:
    """Rank for one audience as asked and with the live weights alone, and make both lists showable.

    Parameters
    ----------
    board
        What is asked.
    draft
        Edits to show as if they were published; None for none.
    """
    model, asked = board.model, board.request()
    edits = None if draft is None or not len(draft.edits) else draft.edits
    live = rank(board.live_request(), model, board.rules)
    weighted = asked.weights is not None and not same_weights(asked.weights, model.weights)
    weighted = weighted or asked.diversity.is_on
    plain = rank(asked, model, board.rules) if weighted else head(live)
    shown = plain if draft is None or edits is None else rank(asked, model, rules_with(board.rules, draft))
    live_top, differs = head(live), weighted or edits is not None
    places = {str(item): place for place, item in enumerate(live.item_ids, start=1)} if differs else None
    pinned, catalogue = {} if edits is None else edits.places, model.catalogue
    history = asked.history
    return Shelf(
        cards=make_cards(shown, catalogue, places, name_slots(shown, model.is_new), pinned),
        live=live_top,
        plain=None if edits is None else plain,
        places=places,
        catalogue=catalogue,
        differs=differs,
        weighted=weighted,
        n_eligible=min((step.remaining for step in live.trace if step.name == "sum"), default=0),
        n_stay=len(set(shown.item_ids) & set(live_top.item_ids)),
        history=make_history(history, catalogue, model.clock(board.at)) if board.audience.has_past else (),
        n_touches=len(history.item_num),
        note="" if len(history.item_num) else tell_sources(shown),
        ranking=shown,
        components=shown.components,
        request=asked,
        hidden=() if edits is None else tuple((i, name_product(catalogue, i)) for i in edits.hidden),
    )


def name_product(catalogue: Catalogue, item_id: str) -> str:
    """Return a product's title, its id where the catalogue does not know it."""
    number = int(catalogue.numbers([item_id])[0])
    return plain_text(catalogue.titles[number] if number >= 0 else item_id, 80)


def head(ranking: Ranking) -> Ranking:
    """Return the first `LIST_LENGTH` places of a ranking."""
    n, places = LIST_LENGTH, ranking.sum_places
    return replace(
        ranking,
        item_num=ranking.item_num[:n],
        item_ids=ranking.item_ids[:n],
        scores=ranking.scores[:n],
        contributions=ranking.contributions[:n],
        sum_places=None if places is None else places[:n],
    )


def tell_sources(ranking: Ranking) -> str:
    """Say which terms filled a list, strongest first, with their share of everything that speaks for its items."""
    speaking = np.maximum(ranking.contributions, 0).sum(axis=0)
    total = float(speaking.sum())
    if total <= 0:
        return ""
    order = np.argsort(-speaking, kind="stable")
    parts = [
        f"{label_of(ranking.components[c])} ({speaking[c] / total:.0%})" for c in order if speaking[c] / total >= 0.005
    ]
    return t("No history: {terms} filled this list.", terms=", ".join(parts))


def explain_card(world: World, item_id: str) -> PairExplanation | None:
    """Explain one product of the list that a world makes; None for an id the catalogue does not know."""
    number = int(world.model.catalogue.numbers([item_id])[0])
    return None if number < 0 else explain_pair(world.model, world.request, number, world.rules)


def export_frame(ranking: Ranking, catalogue: Catalogue) -> pd.DataFrame:
    """Return the list with titles for a spreadsheet: user_id, item_id, rank, score, one column per term."""
    frame = ranking.to_frame()
    numbers = ranking.item_num
    frame.insert(2, Columns.TITLE, [plain_text(t_, 500) for t_ in catalogue.titles[numbers]])
    frame.insert(3, Columns.CATEGORY, [plain_text(c, 500) for c in catalogue.categories[numbers]])
    frame.insert(4, Columns.PRICE, catalogue.prices[numbers])
    return frame
