"""Shops nobody would design: hardly any data, or all of it alike. Each is a catalogue, a log and vectors."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.catalogue import Catalogue
from recsys.data.impressions import Impressions
from recsys.data.interactions import Interactions
from recsys.training.pipeline import Inputs
from tests.tables import AT, catalogue, days, event_frame, stamp, unit

KINDS = ("view", "click", "cart", "purchase")


def items_of(n: int, **columns: Any) -> Catalogue:
    """An ordinary catalogue: titles, three categories, two brands, prices, staggered launches; `columns` override."""
    ordinary: dict[str, Any] = {
        "title": [f"Thing {k}" for k in range(n)],
        "category": [f"Home > Kind {k % 3}" for k in range(n)],
        "brand": [("Ana", "Bo")[k % 2] for k in range(n)],
        "price": [5.0 + k % 7 for k in range(n)],
        "currency": "EUR",
        "launched_at": [stamp(AT - days(1 + 100 * k / n)) for k in range(n)],
    }
    return catalogue(n, **{**ordinary, **columns})


def vectors_of(n: int, *modalities: str, seed: int = 0) -> dict[str, NDArray[np.float32]]:
    """Ordinary vectors that tell the categories apart."""
    rng = np.random.default_rng(seed)
    return {m: unit(np.eye(8)[np.arange(n) % 3] + 0.4 * rng.normal(size=(n, 8))) for m in modalities}


def shop(items: Catalogue, rows: list[dict[str, Any]], vectors: dict[str, NDArray[np.float32]]) -> Inputs:
    """Put the parts together."""
    events = event_frame(rows) if rows else event_frame([{"event_id": "none"}]).iloc[:0]
    seen = Interactions.from_events(events, items)
    return Inputs(items, seen, Impressions.from_events(events, items, seen), vectors)


def log(n_users: int, n_items: int, per_user: int, span: float = 90.0, seed: int = 1) -> list[dict[str, Any]]:
    """An ordinary log: every shopper prefers one category."""
    rng = np.random.default_rng(seed)
    likes = [np.where(np.arange(n_items) % 3 == k, 6.0, 1.0) for k in range(3)]
    return [
        {
            "user_id": f"u{u}",
            "item_id": f"i{rng.choice(n_items, p=likes[u % 3] / likes[u % 3].sum())}",
            "event_type": str(rng.choice(KINDS)),
            "occurred_at": stamp(AT - days(float(rng.uniform(0, span)))),
        }
        for u in range(n_users)
        for _ in range(per_user)
    ]


def no_events() -> Inputs:
    """Content only."""
    return shop(items_of(30), [], vectors_of(30, "text", "image"))


def one_event() -> Inputs:
    """A single view."""
    return shop(items_of(30), log(1, 30, 1), vectors_of(30, "text", "image"))


def one_shopper() -> Inputs:
    """All the interactions are one person's."""
    return shop(items_of(30), log(1, 30, 700), vectors_of(30, "text", "image"))


def one_product() -> Inputs:
    """There is nothing to choose from."""
    return shop(items_of(1), log(60, 1, 10), vectors_of(1, "text", "image"))


def one_of_each() -> Inputs:
    """One shopper, one product, one event."""
    return shop(items_of(1), log(1, 1, 1), vectors_of(1, "text", "image"))


def no_images() -> Inputs:
    """Text only."""
    return shop(items_of(40), log(40, 30, 18), vectors_of(40, "text"))


def no_text() -> Inputs:
    """Pictures only."""
    return shop(items_of(40), log(40, 30, 18), vectors_of(40, "image"))


def no_content() -> Inputs:
    """Neither text nor pictures, nor category, brand or launch."""
    bare = items_of(40, category=None, brand=None, launched_at=None)
    return shop(bare, log(40, 30, 18), {})


def all_new() -> Inputs:
    """Everything was shown and nothing was ever touched."""
    rows = [
        row | {"event_type": "impression", "request_id": f"r{n // 5}", "position": 1 + n % 5}
        for n, row in enumerate(log(20, 30, 30))
    ]
    return shop(items_of(30), rows, vectors_of(30, "text", "image"))


def constant_prices() -> Inputs:
    """One price for everything."""
    return shop(items_of(40, price=9.99), log(40, 36, 18), vectors_of(40, "text", "image"))


def no_prices() -> Inputs:
    """No price anywhere."""
    return shop(items_of(40, price=None), log(40, 36, 18), vectors_of(40, "text", "image"))


def lonely_category() -> Inputs:
    """A category with one product; a product without a category."""
    names = ["Home > Rest"] * 38 + ["Garden", None]
    return shop(items_of(40, category=names), log(40, 40, 18), vectors_of(40, "text", "image"))


def damaged_vectors() -> Inputs:
    """NaN, infinity, zeros and huge numbers in supplied embeddings."""
    vectors = vectors_of(40, "text", "image")
    vectors["text"][0], vectors["text"][1, 3], vectors["text"][2, 0] = np.nan, np.inf, -np.inf
    vectors["text"][3], vectors["image"][4], vectors["image"][5] = 0.0, 1e30, 1e-30
    vectors["image"][6, :4] = np.nan
    return shop(items_of(40), log(40, 36, 18), vectors)


def nothing_but_damage() -> Inputs:
    """Not one usable vector."""
    vectors = {"text": np.full((40, 8), np.nan, np.float32), "image": np.full((40, 8), np.inf, np.float32)}
    return shop(items_of(40), log(40, 36, 18), vectors)


def many_products() -> Inputs:
    """Ten products for every shopper."""
    return shop(items_of(400), log(40, 400, 18), vectors_of(400, "text", "image"))


def one_instant() -> Inputs:
    """Every event at the same moment."""
    rows = [row | {"occurred_at": stamp(AT - days(3))} for row in log(40, 36, 18)]
    return shop(items_of(40), rows, vectors_of(40, "text", "image"))


def one_has_everything() -> Inputs:
    """A shopper who has touched every product."""
    greedy = [
        {"user_id": "all", "item_id": f"i{k}", "occurred_at": stamp(AT - days(1 + k)), "event_type": "purchase"}
        for k in range(40)
    ]
    return shop(items_of(40), greedy + log(40, 36, 16), vectors_of(40, "text", "image"))


def same_text() -> Inputs:
    """Every product reads the same."""
    vectors = vectors_of(40, "text", "image")
    vectors["text"][:] = vectors["text"][0]
    return shop(items_of(40, title="Thing"), log(40, 36, 18), vectors)


def sold_out() -> Inputs:
    """Nothing can be sold."""
    return shop(items_of(40, stock=0), log(40, 36, 18), vectors_of(40, "text", "image"))


SHOPS: tuple[Callable[[], Inputs], ...] = (
    no_events,
    one_event,
    one_shopper,
    one_product,
    one_of_each,
    no_images,
    no_text,
    no_content,
    all_new,
    constant_prices,
    no_prices,
    lonely_category,
    damaged_vectors,
    nothing_but_damage,
    many_products,
    one_instant,
    one_has_everything,
    same_text,
    sold_out,
)
