"""What a fault costs: the list places an item would be given if it did as well as its peers without a fault.

That is a stand-in, not a replay: nobody can know how the better picture would have scored. Peers are the sound items
of the same category; the figure is their mean less the item's own, never below 0. A duplicate loses nothing itself, it
takes: its own places are counted, which the product would keep when the two become one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.data.interactions import Histories
from recsys.data.ranking import Request
from recsys.ranking.model import Model
from recsys.ranking.rank import rank_many

Floats = NDArray[np.float64]
SAMPLE = 300
PLACES = 24


@dataclass(frozen=True, eq=False)
class Exposure:
    """How often items are shown.

    Parameters
    ----------
    places
        List places per 1,000 lists, shape (n_items,); an item a run does not know has 0.
    source
        "lists": of sampled shoppers under the live run. "similar": a shop without shoppers, lists for a look at one
        product. "impressions": logged ones, scaled to 1,000 lists. "none": nothing is known.
    n_lists
        Lists sampled, or requests logged.
    """

    places: Floats
    source: str
    n_lists: int


def sample_places(model: Model, item_ids: NDArray[np.object_], *, sample: int = SAMPLE, seed: int = 0) -> Exposure:
    """Ask the live run for the lists of a sample of shoppers and count who is on them.

    Parameters
    ----------
    model
        The live run.
    item_ids
        Today's items, which may differ from the run's, shape (n_items,).
    sample
        Shoppers (or products looked at) to ask for.
    seed
        Of the sample.
    """
    rng = np.random.default_rng(seed)
    known = np.flatnonzero(model.interactions.histories.lengths > 0)
    at = model.data_to
    if len(known):
        rows = np.sort(rng.permutation(known)[:sample])
        histories = [model.interactions.histories.one(int(row)) for row in rows]
    else:
        touched = np.sort(rng.permutation(len(model.catalogue))[:sample])
        histories = [Histories.of_items([int(item)], at) for item in touched]
    lists = rank_many([Request(history, at, n=PLACES) for history in histories], model)
    shown = np.concatenate([ranking.item_num for ranking in lists]) if lists else np.zeros(0, np.int32)
    counts = np.bincount(shown, minlength=len(model.catalogue)) * 1000 / max(len(lists), 1)
    numbers = model.catalogue.numbers([str(item) for item in item_ids])
    places = np.where(numbers >= 0, counts[np.maximum(numbers, 0)], 0.0)
    return Exposure(places, "lists" if len(known) else "similar", len(lists))


def logged_places(impressions: Floats, n_requests: int) -> Exposure:
    """Turn logged impressions per item, shape (n_items,), into places per 1,000 lists."""
    if n_requests == 0 or impressions.sum() == 0:
        return Exposure(np.full(len(impressions), np.nan), "none", 0)
    return Exposure(impressions * 1000 / n_requests, "impressions", n_requests)


def lost_places(places: Floats, peers: NDArray[np.intp], faulty: NDArray[np.bool_]) -> Floats:
    """Return mean places of the sound peers less an item's own, at least 0, shape (n_items,).

    Parameters
    ----------
    places
        Per item; NaN throughout where nothing is known.
    peers
        Peer group of each item.
    faulty
        Items with any finding; they are no yardstick, unless a group has no sound item: then the shop's sound ones.

    Examples
    --------
    >>> lost_places(np.array([4.0, 8.0, 1.0]), np.zeros(3, np.intp), np.array([False, False, True])).tolist()
    [2.0, 0.0, 5.0]
    """
    if len(places) == 0:
        return places
    n_groups = int(peers.max()) + 1
    sound = ~faulty
    number = np.bincount(peers[sound], minlength=n_groups)
    total = np.bincount(peers[sound], weights=places[sound], minlength=n_groups)
    overall = float(places[sound].mean()) if sound.any() else 0.0
    usual = np.where(number > 0, total / np.maximum(number, 1), overall)
    return np.maximum(usual[peers] - places, 0.0)
