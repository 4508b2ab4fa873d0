"""Suggested changes in the form the page can set: tried again in exactly that form."""

from dataclasses import replace

import numpy as np
import pytest

from recsys.data.ranking import Filters
from recsys.explanation.absence import explain_absence
from recsys.explanation.changes import ChangeKind, World, apply_change
from recsys.ranking.model import Model
from recsys.workflows.expressible import CATALOGUE_KINDS, WEIGHT_STEP, express
from recsys.workflows.lists import request_for
from tests.workflows.test_audiences import AT


@pytest.fixture(scope="module")
def world(small_model: Model) -> World:
    return World(small_model, request_for(small_model, "u03", 24, at=AT))


def missing(world: World) -> list[int]:
    shown = set(world.rank(24).item_num.tolist())
    return [n for n in range(len(world.model.catalogue)) if n not in shown][::9]


def test_what_can_be_applied_shows_the_product_and_a_weight_is_a_thousandth(world: World):
    kinds = set()
    for item in missing(world):
        for remedy in explain_absence(world.model, world.request, item, world.rules).remedies:
            able = express(world, remedy, item, 24)
            if able is None:
                continue
            there = world
            for change in able.changes:
                there = apply_change(there, change)
                kinds.add(change.kind)
                if change.kind == ChangeKind.WEIGHT:
                    assert change.after * WEIGHT_STEP == pytest.approx(round(change.after * WEIGHT_STEP), abs=1e-9)
            assert there.place_of(item, 24) == able.place
    assert {ChangeKind.PIN, ChangeKind.WEIGHT} <= kinds


def test_changes_to_the_catalogue_are_not_the_pages_to_make(world: World):
    found = explain_absence(world.model, world.request, 0, world.rules)  # item 0 is out of stock
    assert found.remedies and any(c.kind in CATALOGUE_KINDS for c in found.remedies[0].changes)
    assert express(world, found.remedies[0], 0, 24) is None


def test_a_category_filter_becomes_the_products_own(world: World):
    catalogue = world.model.catalogue
    mugs = replace(world, request=replace(world.request, filters=Filters(categories=("Home > Mugs",))))
    lamps = np.flatnonzero((catalogue.categories != "Home > Mugs") & (catalogue.categories != ""))
    listed = world.rank(24).item_num
    item = int(next(n for n in listed if n in lamps))
    found = explain_absence(mugs.model, mugs.request, item, mugs.rules)
    able = next(a for r in found.remedies if (a := express(mugs, r, item, 24)) is not None)
    filtered = next(c for c in able.changes if c.kind == ChangeKind.FILTER)
    assert filtered.after == (catalogue.categories[item],)
