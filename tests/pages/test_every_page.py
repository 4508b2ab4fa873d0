"""Every page of the navigation literal: first render, settling, an empty shop, a shop without a run."""

import json
import shutil
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from recsys.settings import ShopPaths
from tests.pages.conftest import PAGES, REPOSITORY, OpenPage


def texts(at: AppTest) -> list[str]:
    return [m.value for m in at.markdown] + [t.value for t in at.title] + [m.label for m in at.metric]


def test_literal_and_folder_agree():
    assert sorted(PAGES) == sorted(p.stem for p in (REPOSITORY / "pages").glob("*.py"))


@pytest.mark.parametrize("name", PAGES)
def test_page_draws_and_settles(open_page: OpenPage, name: str):
    at = open_page(name)
    assert not at.exception, at.exception
    assert not at.error, [e.value for e in at.error]
    assert len(at.title) == 1
    first = texts(at)
    at.run()
    assert not at.exception
    assert texts(at) == first


@pytest.mark.parametrize("name", PAGES)
def test_page_of_an_empty_shop_says_what_to_do(open_page: OpenPage, empty_shop: ShopPaths, name: str):
    at = open_page(name, shop=empty_shop)
    assert not at.exception, at.exception
    assert len(at.title) == 1
    assert not empty_shop.snapshots.exists()


@pytest.fixture(scope="module")
def untrained(copy_demo_shop: Callable[[str], ShopPaths]) -> ShopPaths:
    paths = copy_demo_shop("untrained")
    shutil.rmtree(paths.runs)
    return paths


@pytest.mark.parametrize("name", PAGES)
def test_page_of_a_shop_without_a_run_draws(open_page: OpenPage, untrained: ShopPaths, name: str):
    at = open_page(name, shop=untrained)
    assert not at.exception, at.exception
    assert not at.error


@pytest.mark.parametrize("name", ["recommendations", "fusion"])
def test_page_without_a_run_names_the_command(open_page: OpenPage, untrained: ShopPaths, name: str):
    at = open_page(name, shop=untrained)
    assert any("train" in code.value for code in at.code)


def test_damaged_pointer_is_a_message_not_a_crash(open_page: OpenPage, copy_demo_shop: Callable[[str], ShopPaths]):
    paths = copy_demo_shop("pointer")
    said = json.loads((paths.runs / "live.json").read_text())
    (paths.runs / "live.json").write_text(json.dumps({**said, "run_id": "no-such-run"}))
    at = open_page("recommendations", shop=paths)
    assert not at.exception
    assert len(at.error) == 1 and "no finished run" in at.error[0].value
