"""One list in terms of its sum: what each term carries of it, and which of her touches it rests on."""

from dataclasses import dataclass, replace

import numpy as np

from recsys.components import COMPONENTS
from recsys.data.ranking import RULES, Ranking, Request
from recsys.ranking.model import Model
from recsys.ranking.rank import rank_many
from recsys.rules.rule import RuleSet
from recsys.vocabulary import EVENT_TYPES

MAX_TOUCHES = 30
"""Products of the history, latest first, that are left out one at a time."""


@dataclass(frozen=True)
class ListTerm:
    """One term over a list.

    Parameters
    ----------
    name, label
        Registry name, and name on screen.
    share
        Σ |contribution| of the term over Σ |contribution| of all, 0 to 1; the shares add up to 1.
    mean
        Mean contribution over the list.
    first_for
        Products of the list for which it is the largest contribution.
    """

    name: str
    label: str
    share: float
    mean: float
    first_for: int


@dataclass(frozen=True)
class Touch:
    """One product of the history, and what the list would be without it.

    Parameters
    ----------
    item_num, item_id, title
        The product.
    event_type, occurred_at
        What she did with it last, and when (ISO 8601, UTC).
    leave
        Products that would leave the list.
    moved
        Products that would stay at another place.
    """

    item_num: int
    item_id: str
    title: str
    event_type: str
    occurred_at: str
    leave: int
    moved: int


@dataclass(frozen=True, eq=False)
class ListExplanation:
    """Why a list is what it is.

    Parameters
    ----------
    ranking
        The list.
    terms
        One per column of the sum, largest share first.
    touches
        Products of the history by what hangs on them, most first.
    n_touched
        Distinct products in the history; `touches` holds the latest `MAX_TOUCHES` of them.
    """

    ranking: Ranking
    terms: tuple[ListTerm, ...]
    touches: tuple[Touch, ...]
    n_touched: int


def explain_list(model: Model, request: Request, rules: RuleSet | None = None) -> ListExplanation:
    """Explain a list as a whole.

    Parameters
    ----------
    model, request, rules
        As of `ranking.rank`. Every list without one of the touched products is made in full, not estimated.
    """
    history = request.history
    newest = np.argsort(-history.occurred_at.astype(np.int64), kind="stable")
    items = list(dict.fromkeys(history.item_num[newest].tolist()))
    asked = [replace(request, history=history.where(history.item_num != item)) for item in items[:MAX_TOUCHES]]
    ranking, *others = rank_many([request, *asked], model, rules=rules)
    touches = [_touch(model, request, item, ranking, other) for item, other in zip(items, others, strict=False)]
    order = sorted(touches, key=lambda t: (-t.leave, -t.moved, t.item_id))
    return ListExplanation(ranking, list_terms(ranking), tuple(order), len(items))


def list_terms(ranking: Ranking) -> tuple[ListTerm, ...]:
    """Return what each column of the sum carries of a list, largest share first; nothing for an empty list."""
    if not len(ranking):
        return ()
    parts = ranking.contributions
    total = float(np.abs(parts).sum())
    first = np.bincount(parts.argmax(axis=1), minlength=parts.shape[1])
    shares = np.abs(parts).sum(axis=0) / total if total > 0 else np.zeros(parts.shape[1])
    found = [
        ListTerm(name, label_of(name), float(shares[c]), float(parts[:, c].mean()), int(first[c]))
        for c, name in enumerate(ranking.components)
    ]
    return tuple(sorted(found, key=lambda t: (-t.share, t.name)))


def label_of(name: str) -> str:
    """Name on screen of a component, or of what rules add."""
    return "Rules" if name == RULES else COMPONENTS[name].label


def _touch(model: Model, request: Request, item: int, ranking: Ranking, without: Ranking) -> Touch:
    """Compare the list with the one made without a touched product."""
    history = request.history
    last = np.flatnonzero(history.item_num == item)
    last = last[np.argmax(history.occurred_at[last])]
    place = {int(i): n for n, i in enumerate(without.item_num)}
    places = [place.get(int(i)) for i in ranking.item_num]
    return Touch(
        item_num=int(item),
        item_id=str(model.catalogue.item_ids[item]),
        title=str(model.catalogue.titles[item]),
        event_type=str(EVENT_TYPES[int(history.event_type[last])]),
        occurred_at=f"{np.datetime_as_string(history.occurred_at[last], unit='s')}Z",
        leave=sum(p is None for p in places),
        moved=sum(p is not None and p != n for n, p in enumerate(places)),
    )
