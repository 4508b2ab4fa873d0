"""AppTest on a trained demo shop: every page is started through the real entry script."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from recsys.settings import ShopPaths

REPOSITORY = Path(__file__).resolve().parents[2]
ENTRY = Path(__file__).with_name("entry.py")
PAGES = re.findall(r'^ +_page\("(\w+)"', (REPOSITORY / "app.py").read_text(encoding="utf-8"), flags=re.MULTILINE)
"""The pages of the navigation literal, the first one being the default."""

OpenPage = Callable[..., AppTest]


@pytest.fixture(scope="session", autouse=True)
def close_stores() -> Iterator[None]:
    """Close every store the pages opened."""
    yield
    st.cache_resource.clear()


@pytest.fixture(scope="session")
def page_shop(copy_demo_shop: Callable[[str], ShopPaths]) -> ShopPaths:
    """A copy of the demo shop whose store these tests own."""
    return copy_demo_shop("pages")


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> OpenPage:
    """Open a page as its address would: `open_page("fusion", shopper="S10001")`; `shop` overrides the demo shop."""

    def open_(name: str = PAGES[0], shop: ShopPaths | None = None, **query: str) -> AppTest:
        paths = shop or request.getfixturevalue("page_shop")
        monkeypatch.setenv("VITRINE_SHOP", str(paths.root))
        at = AppTest.from_file(str(ENTRY), default_timeout=90)
        if name != PAGES[0]:
            at.run()
            assert not at.exception, at.exception
            at.switch_page(f"../../pages/{name}.py")
        for key, value in query.items():
            at.query_params[key] = value
        return at.run()

    return open_
