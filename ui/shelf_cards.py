"""Cards of a list and of a history: what one product looks like on the board, in words and numbers."""

from collections.abc import Mapping, Sequence

import numpy as np

from recsys.components import COMPONENTS
from recsys.data.catalogue import Catalogue
from recsys.data.interactions import DAY, Histories
from recsys.data.ranking import RULES, Ranking
from recsys.explanation.listing import label_of as name_term
from recsys.vocabulary import CATEGORY_SEPARATOR, EVENT_TYPES, Columns, EventType
from recsys.workflows.slots import Slot, SlotSource
from ui.board import Card
from ui.components import initials, picture_url
from ui.text import money, plain_text, signed
from ui.wording import mark, t, tn

HISTORY_LENGTH = 14
DEEDS = {
    EventType.VIEW: mark("viewed"),
    EventType.CLICK: mark("clicked"),
    EventType.CART: mark("put in cart"),
    EventType.PURCHASE: mark("bought"),
    EventType.RATING: mark("rated"),
    EventType.REVIEW: mark("reviewed"),
}
SOURCES = {
    SlotSource.SUM: mark("sum"),
    SlotSource.RULE: mark("rule"),
    SlotSource.VARIETY: mark("variety"),
    SlotSource.NEW: mark("new item"),
}
"""The small word on a card that says what put the product there."""


def label_of(component: str) -> str:
    """Return the name on screen of a component, or of what rules add."""
    return t(name_term(component)) if component == RULES or component in COMPONENTS else component


def make_cards(
    ranking: Ranking,
    catalogue: Catalogue,
    places: Mapping[str, int] | None,
    slots: Sequence[Slot] = (),
    pinned: Mapping[str, int] | None = None,
) -> tuple[Card, ...]:
    """Return one card per place.

    Parameters
    ----------
    ranking
        The list.
    catalogue
        Its products.
    places
        Live places to compare with; None for no comparison.
    slots
        What put each product where it stands, one per place; empty to leave it unsaid.
    pinned
        Products a draft pins, with their places.
    """
    said: list[Slot | None] = [*slots] or [None] * len(ranking)
    return tuple(_card(ranking, n, catalogue, places, said[n], pinned or {}) for n in range(len(ranking)))


def _card(
    ranking: Ranking,
    n: int,
    catalogue: Catalogue,
    places: Mapping[str, int] | None,
    slot: Slot | None,
    pinned: Mapping[str, int],
) -> Card:
    """Card of place n + 1."""
    number, item_id = int(ranking.item_num[n]), str(ranking.item_ids[n])
    was = None if places is None else places.get(item_id)
    move = None if was is None else was - n - 1
    parts = tuple(round(float(v), 4) for v in ranking.contributions[n])
    terms = [f"{label_of(name)} {signed(v, 2)}" for name, v in zip(ranking.components, parts, strict=True) if v]
    title, score = plain_text(catalogue.titles[number], 120), f"{ranking.scores[n]:.2f}".replace("-", "−")
    said = [t("Place {place}: {title}, score {score}", place=n + 1, title=title, score=score)]
    said += [_say_move(move)] if places is not None else []
    said += [t("pinned")] if item_id in pinned else []
    return Card(
        id=item_id,
        title=title,
        sub=describe(catalogue, number),
        picture=picture_url(first_picture(catalogue, number), 320),
        initials=initials(title),
        spoken=", ".join(said),
        rank=n + 1,
        move=move,
        shown_move=places is not None,
        score=score,
        parts=parts,
        terms=" · ".join(terms),
        pinned=item_id in pinned,
        source=t("your pin") if item_id in pinned else "" if slot is None else t(SOURCES[slot.source]),
        kind=str(SlotSource.RULE) if item_id in pinned else "" if slot is None else str(slot.source),
        because="" if slot is None else plain_text(slot.because, 200),
    )


def _say_move(move: int | None) -> str:
    """A move in words."""
    if move is None:
        return t("not in the live list")
    if move == 0:
        return t("unmoved")
    places = abs(move)
    return t("up {n} against live", n=places) if move > 0 else t("down {n} against live", n=places)


def describe(catalogue: Catalogue, number: int) -> str:
    """Return "Blouses · €34.90" of one item; what is unknown is left out."""
    category = plain_text(str(catalogue.categories[number]).split(CATEGORY_SEPARATOR)[-1], 40)
    price = money(float(catalogue.prices[number]), currency_of(catalogue, number))
    return " · ".join(part for part in (category, price if price != "–" else "") if part)


def currency_of(catalogue: Catalogue, number: int) -> str | None:
    """Return the currency of one item's price, None where unknown."""
    currency = catalogue.frame[Columns.CURRENCY].iat[number]
    return currency if isinstance(currency, str) else None


def first_picture(catalogue: Catalogue, number: int) -> str | None:
    """Return the content hash of an item's first picture."""
    images = catalogue.images[number]
    return images[0] if images else None


def make_history(history: Histories, catalogue: Catalogue, clock: np.datetime64) -> tuple[Card, ...]:
    """Return what a shopper touched last, newest first, each product once."""
    rows = np.lexsort((np.arange(len(history.item_num)), history.occurred_at))[::-1]
    _, first = np.unique(history.item_num[rows], return_index=True)
    return tuple(_touch(history, int(row), catalogue, clock) for row in rows[np.sort(first)[:HISTORY_LENGTH]])


def name_deed(history: Histories, row: int) -> str:
    """Return what was done in one touch: "bought"."""
    deed = DEEDS.get(EVENT_TYPES[history.event_type[row]])
    return t("touched") if deed is None else t(deed)


def name_age(history: Histories, row: int, clock: np.datetime64) -> str:
    """Return when one touch was: "3 days ago"."""
    days = int((clock - history.occurred_at[row]) / DAY)
    return t("today") if days <= 0 else tn("{n} day ago", "{n} days ago", days)


def _touch(history: Histories, row: int, catalogue: Catalogue, clock: np.datetime64) -> Card:
    """Card of one touch: picture and "bought 3 d"."""
    number = int(history.item_num[row])
    days = int((clock - history.occurred_at[row]) / DAY)
    deed, title = name_deed(history, row), plain_text(catalogue.titles[number], 120)
    return Card(
        id=str(catalogue.item_ids[number]),
        title=title,
        sub=f"{deed} {t('today') if days <= 0 else t('{n} d', n=days)}",
        picture=picture_url(first_picture(catalogue, number), 96),
        initials=initials(title),
        spoken=f"{title}: {deed} {name_age(history, row, clock)}",
    )
