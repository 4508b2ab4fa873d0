"""Which language a visitor gets, and how a text is filled in."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ui import wording

SAY = """
import streamlit as st
from ui.wording import language
st.write(language())
"""
PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "{part} of {whole}"
msgstr "{whole} 中的 {part}"

msgid "{n} day"
msgid_plural "{n} days"
msgstr[0] "{n} 天"

msgid "empty"
msgstr ""
"""


@pytest.mark.parametrize(
    ("browser", "query", "expected"),
    [
        ("zh-CN", {}, "zh"),
        ("zh", {}, "zh"),
        ("de-DE", {}, "en"),
        ("zh-CN", {"shopper": "S1"}, "en"),
        ("zh-CN", {"lang": "en"}, "en"),
        ("en-GB", {"lang": "zh", "shopper": "S1"}, "zh"),
        ("en-GB", {"lang": "tlh"}, "en"),
    ],
)
def test_the_address_decides_then_the_browser_then_english(
    browser: str, query: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.locale", browser)
    at = AppTest.from_string(SAY, default_timeout=30)
    for key, value in query.items():
        at.query_params[key] = value
    assert at.run().markdown[0].value == expected


@pytest.fixture
def chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A small Chinese translation."""
    (tmp_path / "zh").mkdir()
    (tmp_path / "zh" / "vitrine.po").write_text(PO, encoding="utf-8")
    monkeypatch.setattr(wording, "_FOLDER", tmp_path)
    monkeypatch.setattr(wording, "language", lambda: "zh")
    wording._catalog.cache_clear()
    yield
    wording._catalog.cache_clear()


def test_a_translation_puts_values_in_its_own_order(chinese):
    assert wording.t("{part} of {whole}", part=3, whole=9) == "9 中的 3"


def test_a_text_without_translation_stays_english(chinese):
    assert wording.t("empty") == "empty"
    assert wording.t("never heard of {it}", it="this") == "never heard of this"


def test_values_are_never_read_as_texts(chinese):
    assert wording.t("{part} of {whole}", part="{whole}", whole="{0}") == "{0} 中的 {whole}"


def test_counts(chinese, monkeypatch: pytest.MonkeyPatch):
    assert wording.tn("{n} day", "{n} days", 1) == "1 天"
    assert wording.tn("{n} day", "{n} days", 12345) == "12,345 天"
    monkeypatch.setattr(wording, "language", lambda: "en")
    assert wording.tn("{n} day", "{n} days", 1) == "1 day"
    assert wording.tn("{n} day", "{n} days", 0) == "0 days"
