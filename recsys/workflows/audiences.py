"""Who a list is for: a shopper, a whole segment, an anonymous basket, or somebody who likes one product.

All four are one request with another history, so they take the same path through `ranking.rank`.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from recsys.data.interactions import Histories
from recsys.data.ranking import Diversity, Filters, Request
from recsys.fusion.scopes import SEGMENTS, PresetBook
from recsys.ranking.model import Model
from recsys.vocabulary import EventType

SAMPLE = 60
"""Shoppers that stand for a segment."""
RECENT = 5
"""Latest touches of each of them."""


class AudienceKind(StrEnum):
    """Whose history a list is made from."""

    SHOPPER = "shopper"
    SEGMENT = "segment"
    BASKET = "basket"
    LIKE = "like"


@dataclass(frozen=True)
class Audience:
    """Who a list is for.

    Parameters
    ----------
    kind
        Which of the other fields counts.
    shopper
        A shopper's id, known or not.
    segment
        Name of `fusion.scopes.SEGMENTS`; empty for everybody with a history.
    item_ids
        Products of the basket, or the one product liked; ids the catalogue does not know are left aside.
    """

    kind: AudienceKind = AudienceKind.SHOPPER
    shopper: str = ""
    segment: str = ""
    item_ids: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """As lists and exports call it: the shopper's id, "segment loyal" ("everybody"), "basket", "like P10000"."""
        if self.kind == AudienceKind.SHOPPER:
            return self.shopper
        if self.kind == AudienceKind.SEGMENT:
            return f"segment {self.segment}" if self.segment else "everybody"
        return " ".join(["basket"] if self.kind == AudienceKind.BASKET else ["like", *self.item_ids[:1]])

    @property
    def is_somebody(self) -> bool:
        """Whether the list is for one shopper of the log, whose history can be shown."""
        return self.kind == AudienceKind.SHOPPER

    @property
    def has_past(self) -> bool:
        """Whether the history is something people did, not something put together on screen."""
        return self.kind in (AudienceKind.SHOPPER, AudienceKind.SEGMENT)


def history_of(model: Model, audience: Audience, at: np.datetime64) -> Histories:
    """Return the history that stands for an audience, as a batch of one.

    Parameters
    ----------
    model
        Supplies the log and the catalogue.
    audience
        Who.
    at
        Time of the request; a basket was put together then, an order of touches is not claimed.

    Returns
    -------
    Histories
        A shopper's own touches; the latest touches of a segment's sample; the basket's products put in the cart now;
        the one product viewed now. Empty for somebody unknown, an empty basket and the segment of the new.
    """
    if audience.kind == AudienceKind.SHOPPER:
        return model.interactions.history(audience.shopper)
    if audience.kind == AudienceKind.SEGMENT:
        return segment_history(model, audience.segment)
    numbers = model.catalogue.numbers(dict.fromkeys(audience.item_ids))
    known = [int(n) for n in numbers if n >= 0]
    if audience.kind == AudienceKind.LIKE:
        return Histories.of_items(known[:1], at, EventType.VIEW)
    return Histories.of_items(known, at, EventType.CART)


def segment_members(model: Model, segment: str) -> NDArray[np.int64]:
    """User numbers of a segment's shoppers that have a history, ascending; "" for all, none for the new."""
    lengths = model.interactions.histories.lengths
    if not segment:
        return np.flatnonzero(lengths > 0)
    book = PresetBook.build((), lengths, ())
    if segment not in SEGMENTS or segment == book.segment_of(0):
        return np.zeros(0, np.int64)
    loyal = lengths >= book.loyal_from
    inside = loyal if segment == book.segment_of(book.loyal_from) else (lengths > 0) & ~loyal
    return np.flatnonzero(inside)


def segment_history(model: Model, segment: str) -> Histories:
    """Merge what a segment did lately into one history.

    At most `SAMPLE` of its shoppers, evenly spaced over their user numbers, give their latest `RECENT` touches each;
    touches stand in the order of time. The same log gives the same history. Every shopper counts alike, so the terms
    that take a mean over the history say the segment's mean taste. The response term also reads the history's length
    and cadence, which are those of the merged history and of no real shopper.

    Parameters
    ----------
    model
        Supplies the log.
    segment
        Name of `fusion.scopes.SEGMENTS`; empty for everybody with a history.

    Returns
    -------
    Histories
        A batch of one, at most `SAMPLE` · `RECENT` touches; empty for the segment of the new.
    """
    members = segment_members(model, segment)
    if not len(members):
        return Histories.empty()
    spaced = np.unique(np.linspace(0, len(members) - 1, min(SAMPLE, len(members))).round().astype(np.int64))
    sample = model.interactions.histories.take(members[spaced])
    from_end = sample.indptr[1:][sample.row] - np.arange(len(sample.item_num))
    late = sample.where(from_end <= RECENT)
    order = np.lexsort((late.item_num, late.occurred_at))
    indptr = np.array([0, len(order)], np.int64)
    return Histories(indptr, late.item_num[order], late.event_type[order], late.occurred_at[order], late.weight[order])


def segment_of(model: Model, audience: Audience) -> str:
    """Segment of an audience: the one asked for, or where a history of this length belongs.

    A basket is of the new; everybody together counts as returning.
    """
    if audience.kind == AudienceKind.SEGMENT:
        return audience.segment or "returning"
    if audience.kind != AudienceKind.SHOPPER:
        return "new"
    lengths = model.interactions.histories.lengths
    touches = len(model.interactions.history(audience.shopper).item_num)
    return PresetBook.build((), lengths, ()).segment_of(touches)


def audience_request(
    model: Model,
    audience: Audience,
    n: int,
    filters: Filters,
    weights: dict[str, float] | None,
    at: np.datetime64,
    diversity: Diversity | None = None,
    book: PresetBook | None = None,
) -> Request:
    """Build the request of an audience.

    The products of a basket, and the product liked, never stand on their own list. Without weights of its own, a
    request that a preset of the `book` covers gets that preset's weights; a segment's list takes its segment's.

    Parameters
    ----------
    model
        The model asked.
    audience
        Who the list is for.
    n
        Length of the list, ≥ 1.
    filters
        Which candidates may appear.
    weights
        Weights under trial; None for the model's own.
    at
        Time of the request.
    diversity
        How varied the list shall be; None for not at all.
    book
        Presets that apply by themselves.
    """
    history, source, segment = history_of(model, audience, at), "", segment_of(model, audience)
    if weights is None and book is not None:
        preset = book.choose(_touches_like(segment, book), filters.categories)
        if preset is not None:
            weights, source = dict(preset.weights), preset.source
    if audience.kind in (AudienceKind.BASKET, AudienceKind.LIKE):
        filters = replace(filters, exclude_seen=True)
    request_id = f"{audience.name}@{at}"
    return Request(
        history, at, filters, n, weights, audience.name, request_id, diversity or Diversity(), source, segment=segment
    )


def _touches_like(segment: str, book: PresetBook) -> int:
    """A length of history that the book counts to a segment."""
    return {"new": 0, "loyal": book.loyal_from}.get(segment, 1)
