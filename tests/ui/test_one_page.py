"""The sheet of Today, read back: one page, the figures of the page, product text harmless, Chinese in Chinese."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from pypdf import PdfReader

from recsys.evaluation.live import OUTCOME_COLUMNS
from recsys.evaluation.rates import Change, Estimate
from recsys.ranking.model import Model
from recsys.workflows.findings import Finding, FindingKind
from recsys.workflows.outcomes import mark_category
from recsys.workflows.performance import view_performance
from recsys.workflows.periods import find_period
from recsys.workflows.today import Freshness, count_new
from ui.figure_words import change_interval, change_text, figure_text, interval_text
from ui.one_page import MOST_ALERTS, draw_one_page
from ui.overview import Overview, build_overview
from ui.overview_parts import TILES, alerts_frame

CLOCK = pd.Timestamp("2026-03-01 12:00", tz="UTC")
FALL = Finding(
    FindingKind.CATEGORY,
    Estimate(1240.4, 310.2, 2170.0, 900),
    900,
    name="<b>Mugs</b> & 杯子 😀",
    change=Change(-0.02, -0.03, -0.01),
)


def build(model: Model, findings: list[Finding], n_lists: int = 60) -> Overview:
    rng, rows, catalogue = np.random.default_rng(0), [], model.catalogue
    for number in range(n_lists):
        day = CLOCK.normalize() - pd.Timedelta(days=int(rng.integers(0, 14)))
        for item in rng.choice(60, 8, replace=False):
            clicked = int(rng.random() < 0.2)
            bought = int(clicked and rng.random() < 0.4)
            rows.append((f"r{number}", day, "home", f"i{item:02d}", 1, clicked, 0, bought, 9.5 * bought))
    frame = pd.DataFrame(rows, columns=list(OUTCOME_COLUMNS)).astype({"impressions": int})
    marked = mark_category(frame.assign(warmth="hot", segment="new"), catalogue)
    shown = frozenset(frame["item_id"])
    return build_overview(
        shop="Ana's & Bo's",
        days=7,
        catalogue=catalogue,
        performance=view_performance(marked, catalogue, find_period(CLOCK, 7)),
        new=count_new(catalogue, CLOCK, catalogue.item_ids[:-3], shown),
        fresh=Freshness(CLOCK, 3.0, CLOCK, 0.0, 4),
        findings=findings,
        shown_ids=shown,
    )


def read(pdf: bytes) -> str:
    """Text of the only page, spaces as one."""
    (page,) = PdfReader(BytesIO(pdf)).pages
    return " ".join(page.extract_text().split())


def test_the_figures_are_those_of_the_page(small_model: Model):
    view = build(small_model, [FALL])
    said = read(draw_one_page(view, simulated=False))
    performance = view.performance
    assert performance is not None
    for name in TILES:
        estimate, change = getattr(performance.figures, name), getattr(performance.changes, name)
        assert figure_text(name, estimate.value, "EUR") in said
        assert interval_text(name, estimate, "EUR") in said
        assert str(change_text(name, change, "EUR")) in said and change_interval(name, change, "EUR") in said
    assert f"{view.new.unseen} of {view.new.launched}" in said
    assert "about €1,240" in said and "€310 to €2,170" in said
    assert "Ana's & Bo's: Today" in said and "Simulated" not in said
    assert "rules version 4" in said and "1 Mar 2026 (3 days ago)" in said


def test_product_text_is_text(small_model: Model):
    said = read(draw_one_page(build(small_model, [FALL]), simulated=True))
    assert "<b>Mugs</b> & 杯子" in said and "😀" not in said
    assert "made up" in said


def test_a_long_list_stays_on_one_page_and_says_so(small_model: Model):
    many = [replace(FALL, name=f"Category {n} " + "with a long name " * 9) for n in range(40)]
    said = read(draw_one_page(build(small_model, many), simulated=False))
    assert f"{40 - MOST_ALERTS} more on the page" in said
    assert f"Category {MOST_ALERTS - 1}" in said and f"Category {MOST_ALERTS} " not in said


@pytest.mark.parametrize("n_lists", [1, 0])
def test_little_or_nothing_shown_is_a_sheet_too(small_model: Model, n_lists: int):
    view = build(small_model, [], n_lists)
    said = read(draw_one_page(view, simulated=False))
    assert "Nothing needs you right now." in said
    assert ("No list was shown in this period" in said) == (not view.has_figures)


def test_what_needs_a_person_is_worded_and_priced(small_model: Model):
    unpriced = Finding(FindingKind.RULES, count=2, total=5)
    counted = Finding(FindingKind.UNKNOWN_ITEMS, Estimate(30.0, 30.0, 30.0, 2), 1, 2)
    view = build(small_model, [FALL, counted, unpriced])
    assert [a.amount for a in view.alerts] == ["about €1,240", "€30", ""]
    assert [a.interval for a in view.alerts] == ["€310 to €2,170", "", ""]
    assert view.alerts[2].text == "2 rules end within a week" and "cannot be priced" in view.alerts[2].basis
    assert view.alerts[0].query == {"by": "category", "period": "7"}
    assert len(alerts_frame(view.alerts)) == 3
    every = build(small_model, [Finding(kind, count=1, total=2, name="x") for kind in FindingKind]).alerts
    assert len({alert.text for alert in every}) == len(FindingKind)
