"""Presets that apply by themselves: the narrowest one covers a request, files of earlier versions still read."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.errors import InputError
from recsys.fusion.presets import list_own_presets, list_presets, published_preset, save_preset, withdraw_preset
from recsys.fusion.scopes import SEGMENTS, Preset, PresetBook, Scope
from recsys.settings import ShopPaths

NAMES = ("text", "image")


def make_book(*scopes: Scope) -> PresetBook:
    """One preset per scope, called by its number; the most active fifth has 8 touches or more."""
    presets = [Preset(str(n), {"text": 1.0}, scope) for n, scope in enumerate(scopes)]
    return PresetBook.build(presets, np.array([0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), NAMES)


@pytest.mark.parametrize(
    ("category", "asked", "covered"),
    [
        ("Women > Shoes", ["Women > Shoes"], True),
        ("Women > Shoes", ["Women > Shoes > Boots"], True),
        ("Women > Shoes", ["Women"], False),
        ("Women > Shoes", ["Women > Shoes and bags"], False),
        ("Women > Shoes", ["Women > Shoes", "Men"], False),
        ("Women > Shoes", [], False),
        ("", [], True),
        ("", ["Men"], True),
    ],
)
def test_a_category_covers_what_lies_below_it(category: str, asked: list[str], covered: bool) -> None:
    assert Scope(category, "loyal").covers(asked, "loyal") is covered
    assert not Scope(category, "loyal").covers(asked, "new")


def test_every_shopper_is_in_one_segment() -> None:
    book = make_book()
    # Quantile 0.8 of 1 … 10 is 8.2, so nine touches or more.
    assert book.loyal_from == 9
    assert [book.segment_of(n) for n in (0, 1, 8, 9, 99)] == ["new", "returning", "returning", "loyal", "loyal"]
    assert {book.segment_of(n) for n in range(20)} == set(SEGMENTS)
    assert PresetBook.build([], np.zeros(3, int), NAMES).loyal_from == 1


def test_the_narrowest_preset_wins_whatever_the_order() -> None:
    scopes = [Scope(segment="new"), Scope("A"), Scope("A > B"), Scope("A", "new"), Scope("A > B", "new")]
    book = make_book(*scopes)
    assert [p.name for p in (book.choose(0, ["A > B"]), book.choose(5, ["A > B"]), book.choose(0, ["A"])) if p] == [
        "4",
        "2",
        "3",
    ]
    found = book.choose(0, [])
    assert found is not None and found.name == "0" and found.source == "preset 0 (new shoppers)"
    assert book.choose(5, []) is None and book.choose(5, ["C"]) is None
    assert make_book(Scope("A"), Scope("A")).choose(1, ["A"]).name == "0"  # type: ignore[union-attr]


@given(st.permutations(range(4)), st.integers(0, 12), st.sampled_from([[], ["A"], ["A > B"], ["C"]]))
def test_the_order_of_the_file_does_not_matter(order: list[int], touches: int, categories: list[str]) -> None:
    presets = [
        Preset(str(n), {"text": 1.0}, s)
        for n, s in enumerate([Scope("A"), Scope("A"), Scope("A > B"), Scope("", "new")])
    ]
    lengths = np.arange(11)
    chosen = PresetBook.build(presets, lengths, NAMES).choose(touches, categories)
    assert PresetBook.build([presets[n] for n in order], lengths, NAMES).choose(touches, categories) == chosen


def test_a_preset_without_scope_or_known_weight_never_applies_by_itself() -> None:
    presets = [Preset("a", {"text": 1.0}, Scope()), Preset("b", {"graph": 1.0}, Scope("A"))]
    assert PresetBook.build(presets, np.arange(5), NAMES).presets == ()
    mixed = PresetBook.build([Preset("c", {"graph": 1.0, "text": 0.5}, Scope("A"))], np.arange(5), NAMES)
    assert mixed.presets[0].weights == {"text": 0.5}


def test_scopes_survive_the_file_beside_presets_of_earlier_versions(empty_shop: ShopPaths) -> None:
    empty_shop.root.mkdir()
    empty_shop.presets.write_text(json.dumps({"Old": {"text": 0.5}}))
    save_preset(empty_shop, "Boots", {"image": 1}, Scope("Women > Boots", "loyal"))
    own = {p.name: p for p in list_own_presets(empty_shop)}
    assert own["Old"] == Preset("Old", {"text": 0.5}, Scope())
    assert own["Boots"] == Preset("Boots", {"image": 1.0}, Scope("Women > Boots", "loyal"))
    assert json.loads(empty_shop.presets.read_text())["Old"] == {"text": 0.5}
    assert list_presets(empty_shop)["Boots"] == {"image": 1.0}
    assert str(own["Boots"].scope) == "Women > Boots, loyal shoppers"


def test_a_segment_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="No segment is called 'rich'"):
        Scope(segment="rich")


def test_published_weights_make_every_list_that_nothing_narrower_covers() -> None:
    book = make_book(Scope(everyone=True), Scope(segment="new"), Scope("A"))
    chosen = [book.choose(5, []), book.choose(0, []), book.choose(5, ["A"]), book.choose(5, ["B"])]
    assert [p.name for p in chosen if p] == ["0", "1", "2", "0"]
    assert chosen[0] is not None and chosen[0].source == "preset 0 (every list)"
    with pytest.raises(InputError, match="not for both"):
        Scope("A", everyone=True)


def test_one_preset_is_published_at_a_time_and_can_be_taken_back(empty_shop: ShopPaths) -> None:
    assert published_preset(empty_shop) is None
    save_preset(empty_shop, "First", {"text": 1.0}, Scope(everyone=True))
    save_preset(empty_shop, "Shoes", {"text": 1.0}, Scope("Shoes"))
    save_preset(empty_shop, "Second", {"image": 1.0}, Scope(everyone=True))
    found = published_preset(empty_shop)
    assert found is not None and found.name == "Second"
    assert [(p.name, bool(p.scope)) for p in list_own_presets(empty_shop)] == [
        ("First", False),
        ("Second", True),
        ("Shoes", True),
    ]
    withdraw_preset(empty_shop)
    assert published_preset(empty_shop) is None and len(list_own_presets(empty_shop)) == 3
