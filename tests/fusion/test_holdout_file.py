"""Held-out terms come back as they were written, whatever their memory order; columns look at parts of them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recsys.errors import RunError
from recsys.fusion.holdout import HoldoutItems, HoldoutTerms
from tests.fusion.drawn import WEIGHTS, draw


def test_a_selection_of_shoppers_survives_the_file(tmp_path: Path):
    rng = np.random.default_rng(0)
    z = rng.standard_normal((3, 50, 40)).astype(np.float32)[:, np.sort(rng.choice(50, 20, replace=False))]
    assert not z.flags.c_contiguous
    relevant = rng.random((40, 20)).T < 0.1
    written = HoldoutTerms(("text", "image", "trend"), z, relevant, np.ones((20, 40), bool))
    written.save(tmp_path / "holdout.safetensors")
    read = HoldoutTerms.load(tmp_path / "holdout.safetensors")
    assert read.names == written.names
    np.testing.assert_allclose(read.z, z, atol=2e-3)
    np.testing.assert_array_equal(read.relevant, relevant)
    assert read.quality({"text": 1.0}).n_users == 20


def with_items(terms: HoldoutTerms, seed: int = 0) -> HoldoutTerms:
    """The same terms with made-up facts of the candidates: every fifth is new, shoppers had touched a third."""
    rng = np.random.default_rng(seed)
    n = terms.z.shape[2]
    new = np.arange(n) % 5 == 0
    seen = (rng.random(terms.allowed.shape) < 0.3) & ~new
    bits = rng.random(n).astype(np.float32)
    return replace(terms, items=HoldoutItems(np.arange(n, dtype=np.int32) + 7, new, bits, seen))


def test_facts_of_the_candidates_survive_the_file(tmp_path: Path):
    terms = with_items(draw(1, n_candidates=37))
    terms.save(tmp_path / "holdout.safetensors")
    items = HoldoutTerms.load(tmp_path / "holdout.safetensors").items
    assert items is not None and terms.items is not None
    for name, written in vars(terms.items).items():
        np.testing.assert_array_equal(getattr(items, name), written)
        assert getattr(items, name).dtype == written.dtype


def test_a_column_judges_its_own_products_and_shoppers():
    terms = with_items(draw(2, n_users=30))
    assert terms.items is not None
    new, seen = terms.items.new, terms.items.seen
    discovery, among_new, among_all = (terms.view(c) for c in ("discovery", "cold_among_new", "cold_among_all"))
    assert terms.view("all") is terms
    wanted = terms.relevant & ~seen & ~new
    assert discovery.n_users == wanted.any(axis=1).sum() > 0
    assert np.array_equal(discovery.relevant, wanted[wanted.any(axis=1)])
    assert not discovery.allowed[:, new].any()
    cold = (terms.relevant & new).any(axis=1)
    assert among_new.n_users == among_all.n_users == cold.sum() > 0
    assert not among_new.allowed[:, ~new].any()
    assert np.array_equal(among_all.allowed, terms.allowed[cold])
    assert among_all.quality(WEIGHTS).ndcg <= among_new.quality(WEIGHTS).ndcg


def test_a_run_without_facts_says_so_when_asked_for_another_column():
    with pytest.raises(RunError, match="train again"):
        draw(3).view("discovery")
