"""Every page in Chinese: nothing it looks up is without a translation, and nothing it does depends on the words."""

from collections.abc import Iterator
from typing import Any

import pytest
from babel.messages.catalog import Catalog

from tests.pages.conftest import PAGES, OpenPage
from ui import wording


class Listening:
    """A catalogue of translations that remembers what it could not say."""

    def __init__(self, catalog: Catalog, unsaid: set[str]) -> None:
        self.catalog, self.unsaid = catalog, unsaid

    def get(self, text: str) -> Any:
        message = self.catalog.get(text)
        if message is None or not message.string:
            self.unsaid.add(text)
        return message

    def __getattr__(self, name: str) -> Any:
        return getattr(self.catalog, name)


@pytest.fixture
def unsaid(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """What was looked up in Chinese without success."""
    missing: set[str] = set()
    find = wording._catalog
    monkeypatch.setattr(
        wording, "_catalog", lambda code: Listening(find(code), missing) if code == "zh" else find(code)
    )
    yield missing


@pytest.mark.parametrize("name", PAGES)
def test_a_page_speaks_chinese_throughout(open_page: OpenPage, unsaid: set[str], name: str):
    at = open_page(name, lang="zh")
    assert not at.exception, at.exception
    assert not at.error, [e.value for e in at.error]
    assert at.session_state["lang"] == "zh"
    assert any("\u4e00" <= letter <= "\u9fff" for letter in at.title[0].value)
    assert unsaid == set(), "run `make wording`, or name the registry these words come from in scripts/wording.py"


def test_a_shop_without_data_says_so_in_chinese(open_page: OpenPage, empty_shop, unsaid: set[str]):
    at = open_page("recommendations", shop=empty_shop, lang="zh")
    assert not at.exception
    assert any("还没有数据" in m.value for m in at.markdown)
