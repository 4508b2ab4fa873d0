"""Words on screen: escapes, one format for numbers, cells no spreadsheet computes."""

import pandas as pd
import pytest

from ui.text import day, money, number, percent, plain_text, points, safe_frame, safe_text, signed

JOINER = "\u2060"


@pytest.mark.parametrize(
    "text", ["[a](http://b.c)", "![a](http://b.c)", "<script>", "**b**", "`c`", "$x$", "| a |", "# h", "~~s~~"]
)
def test_markdown_signs_are_escaped(text: str):
    shown = safe_text(text)
    for sign in "[]()<>*`$|#~!":
        for place, letter in enumerate(shown):
            if letter == sign:
                assert shown[place - 1] == "\\"


@pytest.mark.parametrize(
    "text", ["http://evil.example", "www.evil.example", "me@evil.example", ":red[x]", ":material/home:"]
)
def test_what_is_recognised_after_escapes_is_broken_up(text: str):
    assert JOINER in safe_text(text)


def test_plain_words_stay_as_they_are():
    assert safe_text("Wool coat, size: M") == "Wool coat, size: M"
    assert plain_text("👩‍👩‍👧 café مرحبا") == "👩‍👩‍👧 café مرحبا"


def test_long_control_and_direction_marks():
    assert plain_text("a\u202eb\x00c\nd") == "a b c d"
    assert len(plain_text("A" * 10_000, 120)) == 120
    assert plain_text("A" * 10_000, 120).endswith("…")
    assert plain_text(None) == plain_text(float("nan")) == ""


def test_no_cell_or_heading_starts_a_formula():
    frame = pd.DataFrame({"=title": ["=1+1", "@x", "-2", "+3", "\tx", "fine"], "n": [-1, 2, 3, 4, 5, 6]})
    out = safe_frame(frame)
    assert out.columns.tolist() == ["'=title", "n"]
    assert out["'=title"].tolist() == ["'=1+1", "'@x", "'-2", "'+3", "'\tx", "fine"]
    assert out["n"].tolist() == [-1, 2, 3, 4, 5, 6]
    assert frame.columns.tolist() == ["=title", "n"]


def test_numbers_have_one_format():
    assert percent(0.1234) == "12.3%"
    assert percent(float("nan")) == "–"
    assert points(-0.004) == "−0.4 pts"
    assert signed(-0.5, 2) == "−0.50"
    assert money(1234.5, "EUR") == "€1,234.50"
    assert money(-2, "sek") == "−2.00 SEK"
    assert money(float("nan"), "EUR") == "–"
    assert day(pd.Timestamp("2026-11-03")) == "3 Nov 2026"
    assert day(None) == day(pd.NaT) == "–"


def test_dates_numbers_and_units_follow_the_language(monkeypatch):
    monkeypatch.setattr("ui.text.language", lambda: "zh")
    assert day(pd.Timestamp("2026-11-21")) == "2026年11月21日"
    assert day(pd.Timestamp("2026-11-21"), year=False) == "11月21日"
    assert number(1234567.5, 1) == "1,234,567.5"
    assert money(-1234.5, "eur") == "−€1,234.50"


def test_a_day_without_its_year_and_points_without_their_unit():
    assert day(pd.Timestamp("2026-11-21"), year=False) == "21 Nov"
    assert points(-0.0123, 2, unit=False) == "−1.23"
    assert points(0.0, 1) == "+0.0 pts"
