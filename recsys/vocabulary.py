"""Column names, identifier types and enumerations; one word, one meaning. Imports nothing of ours."""

from enum import StrEnum
from typing import NewType

UserId = NewType("UserId", str)
ItemId = NewType("ItemId", str)
RunId = NewType("RunId", str)
ImportId = NewType("ImportId", str)


class Columns:
    """Canonical column names; every frame that crosses a room's border uses these."""

    USER = "user_id"
    ITEM = "item_id"
    EVENT = "event_id"
    EVENT_TYPE = "event_type"
    OCCURRED_AT = "occurred_at"
    QUANTITY = "quantity"
    VALUE = "value"
    RATING = "rating"
    TEXT = "text"
    POSITION = "position"
    REQUEST = "request_id"
    PLACEMENT = "placement"

    TITLE = "title"
    DESCRIPTION = "description"
    CATEGORY = "category"
    BRAND = "brand"
    PRICE = "price"
    CURRENCY = "currency"
    ATTRIBUTES = "attributes"
    LAUNCHED_AT = "launched_at"
    STOCK = "stock"
    MARGIN = "margin"
    IMAGES = "images"

    RANK = "rank"
    SCORE = "score"


CATALOGUE_COLUMNS: tuple[str, ...] = (
    Columns.ITEM,
    Columns.TITLE,
    Columns.DESCRIPTION,
    Columns.CATEGORY,
    Columns.BRAND,
    Columns.PRICE,
    Columns.CURRENCY,
    Columns.ATTRIBUTES,
    Columns.LAUNCHED_AT,
    Columns.STOCK,
    Columns.MARGIN,
    Columns.IMAGES,
)

EVENT_COLUMNS: tuple[str, ...] = (
    Columns.EVENT,
    Columns.EVENT_TYPE,
    Columns.USER,
    Columns.ITEM,
    Columns.OCCURRED_AT,
    Columns.QUANTITY,
    Columns.VALUE,
    Columns.RATING,
    Columns.TEXT,
    Columns.POSITION,
    Columns.REQUEST,
    Columns.PLACEMENT,
)

CATEGORY_SEPARATOR = " > "


class EventType(StrEnum):
    """What a logged fact says; `IMPRESSION` and `SEARCH` are not interactions."""

    IMPRESSION = "impression"
    VIEW = "view"
    CLICK = "click"
    CART = "cart"
    PURCHASE = "purchase"
    RATING = "rating"
    REVIEW = "review"
    SEARCH = "search"


EVENT_TYPES: tuple[EventType, ...] = tuple(EventType)
"""Fixed order; the position of a type is its int8 code in arrays."""

INTERACTION_TYPES: frozenset[EventType] = frozenset(EVENT_TYPES) - {EventType.IMPRESSION, EventType.SEARCH}


class ItemScope(StrEnum):
    """Which items may be ranked: every one, only those without, or only those with an interaction in the run's data."""

    ALL = "all"
    NEW = "new"
    WARM = "warm"


class Warmth(StrEnum):
    """Hot: has interactions. Warm: known by its attributes only. Cold: unknown."""

    HOT = "hot"
    WARM = "warm"
    COLD = "cold"


class DiversityMethod(StrEnum):
    """How the visible part of a list is made more varied: unlike one another, or spread as the shopper's history is."""

    MMR = "mmr"
    CALIBRATED = "calibrated"
