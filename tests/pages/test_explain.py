"""Explain: the pair in the address, the sum that adds up, the search, the filter that keeps a product out."""

import pytest

from tests.pages.conftest import OpenPage


def _terms(at):
    return next(d.value for d in at.dataframe if "Contribution" in d.value.columns)


def _number(text: str) -> float:
    return float(text.replace("−", "-"))


def test_by_default_the_first_product_of_her_list(open_page: OpenPage):
    at = open_page("explain")
    assert not at.exception and not at.error
    assert at.selectbox(key="item").index == 0
    assert any("Place **1** of" in m.value for m in at.markdown)


def test_the_table_adds_up_to_the_score(open_page: OpenPage):
    table = _terms(open_page("explain"))
    parts = [_number(v) for v in table["Contribution"][:-1]]
    assert table["Term"].iloc[-1] == "Score"
    assert sum(parts) == pytest.approx(_number(table["Contribution"].iloc[-1]), abs=0.004)  # three decimals each


def test_a_pair_in_the_address_is_explained(open_page: OpenPage):
    first = open_page("explain")
    first.selectbox(key="item").select_index(3).run()
    assert any("Place **4** of" in m.value for m in first.markdown)
    wanted = first.query_params["item"]
    wanted = wanted[0] if isinstance(wanted, list) else wanted
    at = open_page("explain", shopper=first.selectbox(key="shopper").value, item=wanted)
    assert at.selectbox(key="item").value == wanted  # the address carries the id, not the title on screen
    assert any("Place **4** of" in m.value for m in at.markdown)


def test_search_reaches_every_product(open_page: OpenPage):
    at = open_page("explain")
    title = at.selectbox(key="item").options[-1].split(" · ")[-1]
    at.text_input(key="explain_query").set_value(title[:12]).run()
    assert any(title[:12].lower() in option.lower() for option in at.selectbox(key="item").options)
    assert not at.exception


def test_an_unknown_shopper_and_product_fall_back(open_page: OpenPage):
    at = open_page("explain", shopper="<b>nobody</b>", item="no-such-product")
    assert not at.exception and not at.error
    assert any("She has no history yet" in m.value for m in at.markdown)


def test_a_filter_that_bites_is_named(open_page: OpenPage):
    at = open_page("explain")
    chosen = at.selectbox(key="item").value
    assert not at.exception
    old = open_page("explain", item=chosen, products="new")
    fresh = open_page("explain", item=chosen, products="warm")
    said = [" ".join(m.value for m in page.markdown) for page in (old, fresh)]
    assert sum("Left out" in text for text in said) == 1  # a product is either new or has a history


def test_evidence_and_waterfall_are_there(open_page: OpenPage):
    said = " ".join(m.value for m in open_page("explain").markdown)
    for heading in ("Reads like", "Looks like", "Chosen together with", "Inside Response", "not a cause"):
        assert heading in said


def test_the_response_term_shows_how_good_it_is(open_page: OpenPage):
    at = open_page("explain")
    table = next(d.value for d in at.dataframe if "gAUC" in d.value.columns)
    assert table["What"].iloc[0] == "Everything"
    assert 0.5 < table["AUC"].iloc[0] < 1 and table["Rows"].iloc[0] > 100


def _said(at) -> str:
    return " ".join(m.value for m in at.markdown)


def test_the_views_are_reached_by_the_switch_and_by_a_link(open_page: OpenPage):
    at = open_page("explain")
    at.segmented_control(key="explain").set_value("list").run()
    assert not at.exception and at.query_params["explain"] in ("list", ["list"])
    assert "What hangs on her touches" in _said(at)
    at.segmented_control(key="explain").set_value("model").run()
    assert "What decides most in this shop" in _said(at) and not at.exception
    linked = open_page("explain", explain="missing")
    assert "The path into the list" in _said(linked) and not linked.exception
    assert not open_page("explain", explain="<nonsense>").exception


def test_the_whole_model_by_category_and_segment(open_page: OpenPage):
    at = open_page("explain", explain="model")
    for group in ("category", "segment"):
        at.segmented_control(key="group").set_value(group).run()
        assert not at.exception
        assert any("Group" in d.value.columns for d in at.dataframe)


def test_a_list_of_nobody_and_an_empty_list(open_page: OpenPage):
    nobody = open_page("explain", explain="list", shopper="<b>nobody</b>")
    assert not nobody.exception and "the same for everybody unknown" in _said(nobody)


def test_a_missing_product_gets_its_gate_and_a_change(open_page: OpenPage):
    at = open_page("explain", explain="missing")
    assert not at.exception and "Smallest change that shows it" in _said(at)
    unknown = open_page("explain", explain="missing", item="no-such-product")
    assert "does not know this product" in _said(unknown) and not unknown.exception
    first = open_page("explain").selectbox(key="item").value
    here = open_page("explain", explain="missing", item=first)
    assert "It is here, at place" in _said(here) and not here.exception


def test_the_picture_and_the_words_are_looked_at_when_asked(open_page: OpenPage):
    at = open_page("explain")
    assert not at.exception
    at.button(key="look_at_parts").click().run(timeout=240)
    assert not at.exception and not at.error
    said = _said(at)
    assert "the picture match" in said and "the text match" in said
    assert not [b for b in at.button if b.key == "look_at_parts"]  # kept: the next visitor sees it at once


def test_a_second_opinion_stands_beside_shap(open_page: OpenPage):
    at = open_page("explain")
    labels = [m.label for m in at.metric]
    assert {"Same order", "Same sign", "Line fits"} <= set(labels)
