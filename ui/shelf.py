"""View models of Recommendations: one shopper's list, what is live beside it, her history, and why an item is there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from recsys.components import COMPONENTS
from recsys.data.catalogue import Catalogue
from recsys.data.interactions import DAY, Histories
from recsys.data.ranking import Diversity, Filters, Ranking, Request
from recsys.explanation.answer import PairExplanation
from recsys.explanation.pair import explain_pair
from recsys.fusion.scopes import PresetBook
from recsys.ranking.model import Model
from recsys.ranking.rank import rank
from recsys.vocabulary import CATEGORY_SEPARATOR, EVENT_TYPES, Columns, EventType
from recsys.workflows.lists import request_for
from ui.board import Card
from ui.components import initials, picture_url
from ui.text import money, plain_text, plural, signed

LIST_LENGTH = 24
PLACES_KNOWN = 200
"""How far down the live list places are known; an item from further below counts as new."""
HISTORY_LENGTH = 14
ON_SALE_HELP = "Leaves out products that are sold out or not launched yet."
_DEEDS = {
    EventType.VIEW: "viewed",
    EventType.CLICK: "clicked",
    EventType.CART: "put in cart",
    EventType.PURCHASE: "bought",
    EventType.RATING: "rated",
    EventType.REVIEW: "reviewed",
}


@dataclass(frozen=True, eq=False)
class Shelf:
    """What the page shows for one shopper and one set of filters.

    Parameters
    ----------
    cards
        The list for the weights asked, best first.
    live_cards
        The list for the live weights.
    differs
        Whether weights other than the live ones, or variety, were asked for.
    n_eligible
        Products that pass the filters.
    n_stay
        How many of the live list are also in the list shown.
    history
        What she touched lately, newest first.
    n_touches
        Interactions in her history.
    note
        Which terms filled the list of somebody without history; empty otherwise.
    ranking
        The list itself, for export.
    components
        Names of the terms, in the order of `Card.parts`.
    request
        What was asked; its weights are None for the live ones, or those of a preset that applied by itself.
    """

    cards: tuple[Card, ...]
    live_cards: tuple[Card, ...]
    differs: bool
    n_eligible: int
    n_stay: int
    history: tuple[Card, ...]
    n_touches: int
    note: str
    ranking: Ranking
    components: tuple[str, ...]
    request: Request


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


def label_of(component: str) -> str:
    """Return a component's name on screen."""
    return COMPONENTS[component].label if component in COMPONENTS else component


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


def build_shelf(
    model: Model,
    shopper: str,
    filters: Filters,
    weights: Mapping[str, float] | None,
    at: np.datetime64,
    diversity: Diversity | None = None,
    book: PresetBook | None = None,
) -> Shelf:
    """Rank for one shopper as asked and with the live weights alone, and make both lists showable.

    Parameters
    ----------
    model
        The live model.
    shopper
        Her id; nobody knows an id that is not in the data.
    filters
        Which candidates may appear.
    weights
        Weights under trial; None for the live ones.
    at
        Time of the request.
    diversity
        How varied the list shown shall be; the live list beside it never is.
    book
        Presets that apply by themselves where no weights are under trial.
    """
    asked = build_request(model, shopper, filters, weights, at, LIST_LENGTH, diversity, book)
    live = rank(build_request(model, shopper, filters, None, at, PLACES_KNOWN), model)
    varied = diversity is not None and diversity.is_on
    differs = varied or (asked.weights is not None and not same_weights(asked.weights, model.weights))
    shown = rank(asked, model) if differs else live
    shown, live_top = _head(shown), _head(live)
    places = {item: place for place, item in enumerate(live.item_ids, start=1)}
    history = model.interactions.history(shopper)
    return Shelf(
        cards=make_cards(shown, model.catalogue, places if differs else None),
        live_cards=make_cards(live_top, model.catalogue, None),
        differs=differs,
        n_eligible=min((step.remaining for step in live.trace if step.name == "sum"), default=0),
        n_stay=len(set(shown.item_ids) & set(live_top.item_ids)),
        history=make_history(history, model.catalogue, model.clock(at)),
        n_touches=len(history.item_num),
        note="" if len(history.item_num) else tell_sources(shown),
        ranking=shown,
        components=shown.components,
        request=asked,
    )


def _head(ranking: Ranking) -> Ranking:
    """The first `LIST_LENGTH` places of a ranking."""
    n, places = LIST_LENGTH, ranking.sum_places
    return replace(
        ranking,
        item_num=ranking.item_num[:n],
        item_ids=ranking.item_ids[:n],
        scores=ranking.scores[:n],
        contributions=ranking.contributions[:n],
        sum_places=None if places is None else places[:n],
    )


def make_cards(ranking: Ranking, catalogue: Catalogue, places: Mapping[str, int] | None) -> tuple[Card, ...]:
    """Return one card per place; `places` are the live places to compare with, None for no comparison."""
    return tuple(_card(ranking, n, catalogue, places) for n in range(len(ranking)))


def _card(ranking: Ranking, n: int, catalogue: Catalogue, places: Mapping[str, int] | None) -> Card:
    """Card of place n + 1."""
    number, item_id = int(ranking.item_num[n]), str(ranking.item_ids[n])
    was = None if places is None else places.get(item_id)
    parts = tuple(round(float(v), 4) for v in ranking.contributions[n])
    said = [f"{label_of(name)} {signed(v, 2)}" for name, v in zip(ranking.components, parts, strict=True) if v]
    title, score = plain_text(catalogue.titles[number], 120), f"{ranking.scores[n]:.2f}".replace("-", "−")
    moved = "" if places is None else f", {_say_move(None if was is None else was - n - 1)}"
    return Card(
        id=item_id,
        title=title,
        sub=describe(catalogue, number),
        picture=picture_url(first_picture(catalogue, number), 320),
        initials=initials(title),
        spoken=f"Place {n + 1}: {title}, score {score}{moved}",
        rank=n + 1,
        move=None if was is None else was - n - 1,
        shown_move=places is not None,
        score=score,
        parts=parts,
        terms=" · ".join(said),
    )


def _say_move(move: int | None) -> str:
    """A move in words."""
    if move is None:
        return "not in the live list"
    return "unmoved" if move == 0 else f"{'up' if move > 0 else 'down'} {abs(move)} against live"


def describe(catalogue: Catalogue, number: int) -> str:
    """Return "Blouses · €34.90" of one item; what is unknown is left out."""
    category = plain_text(str(catalogue.categories[number]).split(CATEGORY_SEPARATOR)[-1], 40)
    currency = catalogue.frame[Columns.CURRENCY].iat[number]
    price = money(float(catalogue.prices[number]), currency if isinstance(currency, str) else None)
    return " · ".join(part for part in (category, price if price != "–" else "") if part)


def first_picture(catalogue: Catalogue, number: int) -> str | None:
    """Return the content hash of an item's first picture."""
    images = catalogue.images[number]
    return images[0] if images else None


def make_history(history: Histories, catalogue: Catalogue, clock: np.datetime64) -> tuple[Card, ...]:
    """Return what a shopper touched last, newest first, each product once."""
    rows = np.lexsort((np.arange(len(history.item_num)), history.occurred_at))[::-1]
    _, first = np.unique(history.item_num[rows], return_index=True)
    return tuple(_touch(history, int(row), catalogue, clock) for row in rows[np.sort(first)[:HISTORY_LENGTH]])


def _touch(history: Histories, row: int, catalogue: Catalogue, clock: np.datetime64) -> Card:
    """Card of one touch: picture and "bought 3 days ago"."""
    number = int(history.item_num[row])
    days = int((clock - history.occurred_at[row]) / DAY)
    deed = _DEEDS.get(EVENT_TYPES[history.event_type[row]], "touched")
    title = plain_text(catalogue.titles[number], 120)
    when = "today" if days <= 0 else f"{plural(days, 'day')} ago"
    return Card(
        id=str(catalogue.item_ids[number]),
        title=title,
        sub=f"{deed} {'today' if days <= 0 else f'{days} d'}",
        picture=picture_url(first_picture(catalogue, number), 96),
        initials=initials(title),
        spoken=f"{title}: {deed} {when}",
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
    return f"No history: {' and '.join(parts) if len(parts) < 3 else ', '.join(parts)} filled this list."


def explain_card(
    model: Model,
    shopper: str,
    item_id: str,
    filters: Filters,
    weights: Mapping[str, float] | None,
    at: np.datetime64,
    diversity: Diversity | None = None,
) -> PairExplanation | None:
    """Explain one product of the list; None for an id the catalogue does not know."""
    number = int(model.catalogue.numbers([item_id])[0])
    if number < 0:
        return None
    return explain_pair(model, build_request(model, shopper, filters, weights, at, LIST_LENGTH, diversity), number)


def export_frame(ranking: Ranking, catalogue: Catalogue) -> pd.DataFrame:
    """Return the list with titles for a spreadsheet: user_id, item_id, rank, score, one column per term."""
    frame = ranking.to_frame()
    numbers = ranking.item_num
    frame.insert(2, Columns.TITLE, [plain_text(t, 500) for t in catalogue.titles[numbers]])
    frame.insert(3, Columns.CATEGORY, [plain_text(c, 500) for c in catalogue.categories[numbers]])
    frame.insert(4, Columns.PRICE, catalogue.prices[numbers])
    return frame
