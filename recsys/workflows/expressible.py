"""Which suggested changes the dashboard's own controls can make, each tried again in exactly that form."""

import math
from dataclasses import replace

from recsys.explanation.absence import Remedy
from recsys.explanation.changes import Change, ChangeKind, World, apply_change

WEIGHT_STEP = 1000
"""Weights stand in an address to a thousandth."""
CATALOGUE_KINDS = (ChangeKind.LAUNCH, ChangeKind.STOCK, ChangeKind.PRICE)


def express(world: World, remedy: Remedy, item_num: int, places: int) -> Remedy | None:
    """Say a remedy as the page's controls can set it.

    A weight is rounded away from where it stands, to a thousandth; a category filter is set to the product's category
    alone, since the page holds one category.

    Parameters
    ----------
    world
        Model, request and rules of the list at hand.
    remedy
        As `explain_absence` found it.
    item_num, places
        The product, and the length of the list it shall be in.

    Returns
    -------
    Remedy or None
        With the place the product then has; None where the form the page can set does not show it, or a change is to
        the catalogue, which no control of a list makes.
    """
    if any(change.kind in CATALOGUE_KINDS for change in remedy.changes):
        return None
    changes = tuple(_on_page(change) for change in remedy.changes)
    for change in changes:
        world = apply_change(world, change)
    place = world.place_of(item_num, places)
    return None if place is None else Remedy(changes, place)


def _on_page(change: Change) -> Change:
    """One change as a control can set it."""
    if change.kind == ChangeKind.WEIGHT and isinstance(change.after, float) and isinstance(change.before, float):
        toward = math.ceil if change.after > change.before else math.floor
        return replace(change, after=min(max(toward(change.after * WEIGHT_STEP) / WEIGHT_STEP, 0.0), 1.0))
    if change.kind == ChangeKind.FILTER and change.target == "categories" and isinstance(change.after, tuple):
        return replace(change, after=change.after[-1:])
    return change
