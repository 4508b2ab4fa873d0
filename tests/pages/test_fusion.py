"""Fusion: weights live in the address, presets and "back to live" change them, saving is checked."""

import pytest

from recsys.fusion.presets import list_own_presets, list_presets, save_preset
from recsys.fusion.scopes import Scope
from recsys.settings import ShopPaths
from tests.pages.conftest import OpenPage
from ui import state


def query(at, key: str) -> str | None:
    found = at.query_params.get(key)
    return found[0] if isinstance(found, list) else found


def test_live_weights_have_no_draft_in_the_address(open_page: OpenPage):
    at = open_page("fusion")
    assert query(at, state.WEIGHTS) is None
    assert [m.label for m in at.metric][:4] == ["NDCG@20", "Recall@20", "Diversity", "New products"]
    assert all(str(m.delta) == "0" for m in at.metric)


def test_weights_in_the_address_are_judged_against_live(open_page: OpenPage):
    at = open_page("fusion", weights="image:1")
    assert at.session_state[state.DRAFT]["image"] == 1
    assert at.session_state[state.DRAFT]["text"] == 0
    assert any(str(m.delta) != "0" for m in at.metric)


@pytest.mark.parametrize("nonsense", ["image", "image:2", "image:-1", "image:nan", "banana:0.5", "", "text:0"])
def test_nonsense_weights_fall_back_to_live(open_page: OpenPage, nonsense: str):
    at = open_page("fusion", weights=nonsense)
    assert not at.exception and not at.error
    assert state.DRAFT not in at.session_state


def test_a_preset_becomes_the_draft_and_live_comes_back(open_page: OpenPage):
    at = open_page("fusion")
    at.selectbox(key=state.PRESET).set_value("Looks first").run()
    assert not at.exception
    assert at.session_state[state.DRAFT]["image"] == pytest.approx(0.8)
    assert query(at, state.WEIGHTS).startswith("text:")
    at.button(key="back_to_live").click().run()
    assert state.DRAFT not in at.session_state
    assert at.selectbox(key=state.PRESET).value is None
    assert query(at, state.WEIGHTS) is None


def test_weights_are_saved_as_shares_of_the_sum(open_page: OpenPage, page_shop: ShopPaths):
    at = open_page("fusion", weights="text:0.5,image:0.5")
    at.text_input(key="preset_name").set_value("Half and half")
    next(b for b in at.button if b.label == "Save").click().run()
    assert not at.exception
    saved = list_presets(page_shop)["Half and half"]
    assert saved["text"] == saved["image"] == pytest.approx(0.5)
    assert "Half and half" in at.selectbox(key=state.PRESET).options


def test_a_bad_preset_name_is_one_message(open_page: OpenPage, page_shop: ShopPaths):
    at = open_page("fusion", weights="text:0.5,image:0.5")
    at.text_input(key="preset_name").set_value("Balanced")
    next(b for b in at.button if b.label == "Save").click().run()
    assert not at.exception
    assert len(at.error) == 1 and "choose another name" in at.error[0].value


def test_the_curve_follows_the_weight_that_was_moved_and_leads_to_its_best(open_page: OpenPage):
    at = open_page("fusion", weights="text:0.5,image:0.5,behaviour:0.2")
    assert at.selectbox(key=state.CURVE).value == "text"
    at.selectbox(key=state.CURVE).set_value("trend").run()
    assert not at.exception
    button = at.button(key="curve_best")
    aim = float(button.label.rpartition(" ")[2])
    assert button.label.startswith("Move Trend to ")
    button.click().run()
    assert not at.exception
    assert at.session_state[state.DRAFT]["trend"] == pytest.approx(aim)
    assert at.button(key="curve_best").disabled
    assert any("on the plateau" in m.value for m in at.markdown)


def test_what_else_the_lists_are_good_at_stands_beside_quality(open_page: OpenPage):
    at = open_page("fusion", weights="fresh:1")
    told = {m.label: str(m.delta) for m in at.metric}
    assert {"Diversity", "New products", "Novelty"} <= set(told)
    assert told["New products"].startswith("+") and "±" in told["New products"]
    assert any("of the live places keep their product" in m.value for m in at.markdown)
    assert any("Nothing moves" in m.value for m in open_page("fusion").markdown)


def test_trade_offs_say_how_to_find_them_and_are_shown_once_found(open_page: OpenPage, page_shop: ShopPaths):
    from recsys.settings import Settings
    from recsys.workflows.tuning import find_run_trade_offs

    at = open_page("fusion")
    assert any("tune pareto" in c.value for c in at.code)
    found = find_run_trade_offs(Settings(shop=page_shop, threads=1, device="cpu"), trials=100)
    at = open_page("fusion")
    assert not at.exception and not any("tune pareto" in c.value for c in at.code)
    assert at.session_state[state.GOAL] == found.front.objectives[1]
    at.segmented_control(key=state.GOAL).set_value("novelty").run()
    assert not at.exception and at.session_state[state.GOAL] == "novelty"
    best = found.front.points[0]
    weights = ",".join(f"{n}:{w:g}" for n, w in best.weights.items() if w)
    at = open_page("fusion", weights=weights)
    assert any("on the front" in m.value for m in at.markdown)


def test_a_preset_saved_for_a_category_makes_its_live_lists(open_page: OpenPage, copy_demo_shop):
    shop = copy_demo_shop("scoped")
    at = open_page("fusion", shop=shop, weights="fresh:1")
    at.radio(key="preset_purpose").set_value("part").run()
    category = at.selectbox(key="preset_category").options[0]
    at.text_input(key="preset_name").set_value("Latest first")
    at.selectbox(key="preset_category").set_value(category)
    at.selectbox(key="preset_segment").set_value("loyal")
    next(b for b in at.button if b.label == "Save").click().run()
    assert not at.exception and not at.error
    (saved,) = list_own_presets(shop)
    assert {n: w for n, w in saved.weights.items() if w} == {"fresh": 1.0}
    assert saved.scope == Scope(category, "loyal")
    save_preset(shop, "Latest first", saved.weights, Scope(category))
    said = [m.value for m in open_page("recommendations", shop=shop, category=category).markdown]
    assert any("weights of preset Latest first" in text.replace("\\", "") for text in said)
    others = [m.value for m in open_page("recommendations", shop=shop).markdown]
    assert not any("weights of preset" in text for text in others)


def test_quality_may_be_judged_by_another_column(open_page: OpenPage):
    at = open_page("fusion")
    everything = [m.value for m in at.metric]
    columns = at.selectbox(key=state.COLUMN).options
    assert columns[0] == "All" and len(columns) > 1
    at.selectbox(key=state.COLUMN).set_value("discovery").run()
    assert not at.exception
    assert [m.value for m in at.metric] != everything
    assert all(str(m.delta) == "0" for m in at.metric)


def test_changes_are_taken_back_and_made_again(open_page: OpenPage):
    at = open_page("fusion")
    assert at.button(key="weights_back").disabled and at.button(key="weights_forth").disabled
    at.selectbox(key=state.PRESET).set_value("Looks first").run()
    first = query(at, state.WEIGHTS)
    at.selectbox(key=state.PRESET).set_value("Best sellers").run()
    second = query(at, state.WEIGHTS)
    at.button(key="weights_back").click().run()
    assert not at.exception and query(at, state.WEIGHTS) == first
    at.button(key="weights_back").click().run()
    assert query(at, state.WEIGHTS) is None and at.button(key="weights_back").disabled
    at.button(key="weights_forth").click().run()
    at.button(key="weights_forth").click().run()
    assert query(at, state.WEIGHTS) == second and at.button(key="weights_forth").disabled
    at.button(key="back_to_live").click().run()
    assert query(at, state.WEIGHTS) is None
    at.button(key="weights_back").click().run()
    assert query(at, state.WEIGHTS) == second


def test_published_weights_are_live_until_they_are_withdrawn(open_page: OpenPage, copy_demo_shop):
    shop = copy_demo_shop("published")
    at = open_page("fusion", shop=shop, weights="fresh:1")
    at.radio(key="preset_purpose").set_value("every").run()
    at.text_input(key="preset_name").set_value("Latest first")
    next(b for b in at.button if b.label == "Publish").click().run()
    assert not at.exception and not at.error
    (saved,) = list_own_presets(shop)
    assert saved.scope == Scope(everyone=True)
    at = open_page("fusion", shop=shop)
    assert any("Live are the weights of Latest first" in m.value for m in at.markdown)
    assert all(str(m.delta) == "0" for m in at.metric)
    said = [m.value for m in open_page("recommendations", shop=shop).markdown]
    assert any("weights of preset Latest first" in text.replace("\\", "") for text in said)
    at.button(key="withdraw").click().run()
    assert not at.exception and not any("Published" in m.value for m in at.markdown)
    assert not list_own_presets(shop)[0].scope
