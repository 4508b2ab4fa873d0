"""Presets: built-in ones stay, own ones survive, a damaged file is named."""

import pytest

from recsys.components import COMPONENTS
from recsys.errors import InputError
from recsys.fusion.presets import BUILT_IN, delete_preset, list_presets, save_preset
from recsys.settings import ShopPaths


def test_built_in_presets_name_real_components_and_sum_to_one():
    for weights in BUILT_IN.values():
        assert set(weights) <= set(COMPONENTS)
        assert sum(weights.values()) == pytest.approx(1)


def test_a_saved_preset_comes_back_after_the_built_in_ones(empty_shop: ShopPaths):
    save_preset(empty_shop, "  Autumn   push ", {"text": 0.25, "image": 0.75})
    assert list(list_presets(empty_shop)) == [*BUILT_IN, "Autumn push"]
    assert list_presets(empty_shop)["Autumn push"] == {"text": 0.25, "image": 0.75}
    delete_preset(empty_shop, "Autumn push")
    assert list(list_presets(empty_shop)) == list(BUILT_IN)


@pytest.mark.parametrize("name", ["", "Balanced", "x" * 61, "a\x00b"])
def test_a_bad_name_writes_nothing(empty_shop: ShopPaths, name: str):
    with pytest.raises(InputError):
        save_preset(empty_shop, name, {"text": 1.0})
    assert not empty_shop.presets.exists()


@pytest.mark.parametrize("weights", [{}, {"text": 0.0}, {"text": -0.1, "image": 1}, {"text": float("nan")}])
def test_bad_weights_write_nothing(empty_shop: ShopPaths, weights: dict[str, float]):
    with pytest.raises(InputError, match="weights of at least 0"):
        save_preset(empty_shop, "Mine", weights)
    assert not empty_shop.presets.exists()


def test_deleting_the_unknown_says_what_there_is(empty_shop: ShopPaths):
    save_preset(empty_shop, "Mine", {"text": 1})
    with pytest.raises(InputError, match="Mine"):
        delete_preset(empty_shop, "Yours")


@pytest.mark.parametrize("text", ["{", "[1]", '{"a": 3}', '{"a": {"text": "x"}}'])
def test_a_damaged_file_is_named(empty_shop: ShopPaths, text: str):
    empty_shop.root.mkdir()
    empty_shop.presets.write_text(text)
    with pytest.raises(InputError, match=r"presets\.json"):
        list_presets(empty_shop)
