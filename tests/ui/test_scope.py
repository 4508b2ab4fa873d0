"""Scope, shop, role and language in the address: codes that mean the same in every language; nonsense does nothing."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import PAGES
from ui import roles, scope, shops

CONTROLS = """
import streamlit as st
from ui import address, scope
address.note_page(st.query_params.get("on", "one"))
days, segment, against = scope.period_control(), scope.segment_control(), scope.compare_control()
st.write(f"{days}|{segment}|{against}")
"""
FRAME = """
import streamlit as st
from ui import address, frame, roles, shops, state
frame.follow_address()
address.note_page("one")
landing = roles.take_landing(at_start="on" not in st.query_params)
left = shops.take_left()
frame.draw_sidebar()
st.text_input("Shopper", key="shopper", bind="query-params")
st.write(f"{shops.chosen().root.name}|{roles.current().label}|{landing}|{left}")
"""


def start(script: str, **query: str) -> AppTest:
    at = AppTest.from_string(script, default_timeout=60)
    for key, value in query.items():
        at.query_params[key] = value
    at.run()
    assert not at.exception, at.exception
    return at


def said(at: AppTest) -> str:
    assert not at.exception, at.exception
    return next(m.value for m in at.main.markdown if "|" in m.value)


def test_defaults_leave_the_address_plain():
    at = start(CONTROLS)
    assert said(at) == "28|None|previous"
    assert not at.query_params


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_link_means_the_same_in_every_language(language: str):
    at = start(CONTROLS, lang=language, period="7", segment="loyal", compare="year")
    assert said(at) == "7|loyal|year"


def test_nonsense_in_a_link_falls_back():
    assert said(start(CONTROLS, period="banana", segment="<script>", compare="")) == "28|None|previous"


def test_a_choice_is_written_and_its_default_taken_out_again():
    at = start(CONTROLS, period="7")
    at.button_group(key="period").set_value("90").run()
    assert said(at).startswith("90|") and at.query_params["period"] == "90"
    at.button_group(key="period").set_value("28").run()
    assert said(at).startswith("28|") and "period" not in at.query_params


def test_a_choice_outlives_a_page_but_not_the_way_back():
    at = start(CONTROLS, period="7")
    at.query_params = {"on": "two"}
    assert said(at.run()).startswith("7|")
    assert at.query_params["period"] == "7"
    del at.query_params["period"]
    assert said(at.run()).startswith("28|")


def test_every_segment_and_comparison_has_a_name():
    from recsys.fusion.scopes import SEGMENTS

    assert set(scope.SEGMENT_NAMES) == set(SEGMENTS)
    assert scope.PERIOD in scope.PERIODS


# ------------------------------------------------------------- shops


@pytest.fixture
def street(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three shops side by side, a folder that is none, and a shop further away."""
    for name in ("b", "a", "c"):
        (tmp_path / "street" / name).mkdir(parents=True)
        (tmp_path / "street" / name / "store.duckdb").touch()
    (tmp_path / "street" / "empty").mkdir()
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "store.duckdb").touch()
    monkeypatch.setenv("VITRINE_SHOP", str(tmp_path / "street" / "b"))
    return tmp_path / "street"


def test_shops_beside_the_first_are_offered(street: Path):
    assert list(shops.offered()) == ["b", "a", "c"]
    assert all(paths.root.parent == street for paths in shops.offered().values())


@pytest.mark.parametrize("asked", ["../far", "/far", "empty", "", ".", "..", "c/../../far"])
def test_an_address_reaches_no_other_place(street: Path, asked: str):
    assert said(start(FRAME, shop=asked)).startswith("b|")


def test_another_shop_by_link_and_by_hand(street: Path):
    at = start(FRAME, shop="c", shopper="S1")
    assert said(at).startswith("c|") and at.text_input(key="shopper").value == "S1"
    at.selectbox(key="shop").set_value("a").run()
    assert said(at).startswith("a|") and at.query_params["shop"] == "a"
    assert said(at).endswith("|True") and said(at.run()).endswith("|False")


def test_another_shop_by_hand_from_a_plain_address(street: Path):
    at = start(FRAME)
    at.selectbox(key="shop").set_value("a").run()
    assert said(at).startswith("a|") and said(at).endswith("|True")


def test_another_language_is_no_other_role(street: Path):
    at = start(FRAME, view_as="manager", lang="zh")
    at.button_group(key="lang").set_value("en").run()
    assert said(at).endswith("|Manager|None|False")
    at.button_group(key="lang").set_value("zh").run()
    assert said(at).endswith("|Manager|None|False")


def test_a_shop_alone_draws_no_switch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VITRINE_SHOP", str(tmp_path / "none"))
    assert "shop" not in [s.key for s in start(FRAME).selectbox]


# ------------------------------------------------------------- roles and language


def test_roles_name_pages_that_exist_and_leave_none_out():
    named = {page for role in roles.ROLES.values() for page in role.pages}
    assert named == set(PAGES)
    assert all(r.landing in PAGES and (not r.pages or r.landing in r.pages) for r in roles.ROLES.values())
    assert roles.ROLES[roles.EVERYTHING].pages == ()


def test_a_role_by_link_begins_on_its_page_only_from_the_start_page(street: Path):
    at = start(FRAME, view_as="analyst")
    assert said(at).endswith("|Analyst|fusion|False")
    assert said(at.run()).endswith("|Analyst|None|False")
    assert said(start(FRAME, view_as="analyst", on="performance")).endswith("|Analyst|None|False")


def test_a_role_by_hand_begins_on_its_page_and_stays_in_the_address(street: Path):
    at = start(FRAME, on="performance")
    at.selectbox(key="view_as").set_value("merchandiser").run()
    assert said(at).endswith("|Merchandiser|recommendations|False")
    assert at.query_params["view_as"] == "merchandiser"
    at.query_params = {"on": "x"}  # another page: the front end drops the rest
    assert said(at.run()).endswith("|Merchandiser|None|False")


def test_language_from_the_address_stays_across_pages(street: Path):
    at = start(FRAME, lang="zh")
    at.query_params = {"on": "x"}
    at.run()
    assert at.session_state["lang"] == "zh" and at.query_params["lang"] == "zh"
    at.button_group(key="lang").set_value("en").run()
    assert "lang" not in at.query_params


@pytest.mark.parametrize("asked", ["xx", "", "ZH", "../zh"])
def test_a_language_that_is_not_there_is_english(street: Path, asked: str):
    assert start(FRAME, lang=asked).session_state["lang"] == "en"
