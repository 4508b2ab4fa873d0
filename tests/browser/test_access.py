"""axe-core on every page, light and dark: nothing of ours stands in the way of a screen reader or a weak eye."""

from collections.abc import Callable, Iterator
from pathlib import Path

import axe_core_python
import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import PAGES, PATIENCE_MS, Server, Visit

AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
STREAMLITS_OWN = (
    ("list", "stSidebarNavItems", "grouped navigation puts a <div> per group into its <ul>"),
    ("listitem", '<li class="st-emotion-cache', "the same: the <li> of a group stand in that <div>"),
    ("svg-img-alt", "metric_chart_", "the sparkline of st.metric has no title; its tile says the figure"),
    ("duplicate-id-active", "glide-cell-", "the hidden copies of two tables number their cells alike"),
    ("scrollable-region-focusable", "<pre class=", "st.code of a given height scrolls without a place for the focus"),
    ("presentation-role-conflict", "stFileUploaderDropzone", "the drop zone is presentational and focusable at once"),
    ("color-contrast", "foreground color: #5e6ae0", "one colour carries white text and is text itself, then 3.6:1"),
)
"""Rule, what its markup or the finding holds, why it is not ours; the colour is the primary one of dark pages."""
RUN = """() => axe.run({exclude: ['label[disabled]']}, {resultTypes: ['violations']})"""
"""Streamlit's label of a disabled control is pale on purpose, which the guidelines allow; axe cannot know."""


@pytest.fixture
def audit(browser: Browser, server: Server) -> Iterator[Callable[..., list[str]]]:
    """Open a page and return what axe-core finds, without what is Streamlit's own.

    axe is put into the page from outside, which the content security policy forbids everybody else.
    """
    contexts = []

    def look(path: str, *, dark: bool, phone: bool = False) -> list[str]:
        context = browser.new_context(
            color_scheme="dark" if dark else "light",
            bypass_csp=True,
            reduced_motion="reduce",
            viewport={"width": 412, "height": 915} if phone else {"width": 1440, "height": 1600},
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        Visit(page, server.url).open(path)
        page.add_script_tag(content=AXE)
        found = page.evaluate(RUN)
        return [line for rule in found["violations"] for line in _ours(rule)]

    yield look
    for context in contexts:
        context.close()


def _ours(rule: dict) -> list[str]:
    """One line per element that breaks a rule, those of Streamlit left out."""
    known = [mark for name, mark, _ in STREAMLITS_OWN if name == rule["id"]]
    return [
        f"{rule['id']}: {node['html'][:200]} ({(node.get('failureSummary') or '').splitlines()[-1].strip()})"
        for node in rule["nodes"]
        if not any(mark in f"{node['html']} {node['target']} {node.get('failureSummary')}" for mark in known)
    ]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_open_to_everybody(audit, name: str, dark: bool):
    assert audit("" if name == PAGES[0] else name, dark=dark) == []


def test_a_page_on_a_phone_is_open_to_everybody(audit):
    assert audit("recommendations", dark=False, phone=True) == []


def test_the_audit_sees_what_is_wrong(audit, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tests.browser.test_access.STREAMLITS_OWN", ())
    assert any(line.startswith("listitem") for line in audit("", dark=False))
