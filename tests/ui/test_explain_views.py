"""Explain in words and pictures: product text is shown as text, findings are said, the file of evidence adds up."""

from dataclasses import replace

import numpy as np
import pytest

from recsys.data.ranking import Request
from recsys.explanation import explain_pair
from recsys.explanation.gates import Gate
from recsys.explanation.lime import ask_lime
from recsys.explanation.listing import explain_list
from recsys.explanation.occlusion import Carried, all_windows
from recsys.explanation.report import write_report
from recsys.ranking.model import Model
from recsys.workflows.occlusion import Parts
from ui.absence_words import GATE_NAMES, GATES
from ui.explain_absence import PATH, path_lines
from ui.explain_list import join_reasons, say_to_expert, say_to_shopper, terms_frame, touches_frame
from ui.explain_panel import say_deed, sum_frame
from ui.explain_parts import overlay, parts_frame, say_picture, say_words, shaded_text, tell_parts
from ui.explain_response import opinion_frame

HOSTILE = "<script>alert(1)</script> **bold** [x](http://evil)"


def _request(model: Model, user: int = 4) -> Request:
    return Request(model.interactions.histories.take(np.array([user])), model.data_to, n=12, user_id=HOSTILE)


def test_every_gate_has_words_and_a_place_on_the_path() -> None:
    assert set(GATES) == set(GATE_NAMES) == set(PATH) == set(Gate)
    lines = path_lines({Gate.PRICE})
    assert len(lines) == len(Gate)
    assert [line.count("cancel") for line in lines].index(1) == list(PATH).index(Gate.PRICE)
    assert "check" in lines[0] and "remove" in lines[-1]


def test_hostile_phrases_are_text() -> None:
    carried = Carried(1.0, (0.5, -0.4, 0.0))
    html = shaded_text((HOSTILE, "a b", "שלום 😀"), carried)
    assert "<script" not in html and "&lt;script&gt;" in html and 'dir="auto"' in html
    said = say_words((HOSTILE, "a", "b"), carried)
    assert "\\*\\*bold" in said and "](http://" not in said


def test_the_picture_is_framed_where_the_match_is() -> None:
    drops = [0.0] * 25
    drops[6] = 0.8
    found = Parts("a" * 64, all_windows(), Carried(1.2, tuple(drops)), (), None, {"text": "nothing"})
    html = overlay(found, 'says "so"')
    assert "left:16.67%;top:16.67%" in html and "&quot;so&quot;" in html
    assert f"/pictures/{'a' * 64}-320.webp" in html
    assert "−0.80" in say_picture(found.image) if found.image else False
    assert len(parts_frame(found)) == 25
    nowhere = replace(found, image=Carried(1.2, tuple([-0.1] * 25)))
    assert "border:3px" not in overlay(nowhere, "") and nowhere.image is not None
    assert "in the whole" in say_picture(nowhere.image)


def test_the_evidence_of_a_pair_is_one_file_without_anything_foreign(small_model: Model) -> None:
    request = _request(small_model)
    told = replace(explain_pair(small_model, request, 20), title=HOSTILE)
    html = write_report(
        told, {"Rules version": "3", "Weights": HOSTILE}, ask_lime(small_model, request, 20), (HOSTILE,)
    )
    assert "<script" not in html and "href" not in html and " src" not in html
    assert "Rules version" in html and f"{told.score:+.9f}" in html and "default-src" in html
    for term in told.terms:
        assert f"{term.contribution:+.9f}" in html
    with pytest.raises(ValueError, match="sum of its parts"):
        write_report(replace(told, score=told.score + 0.001), {})


def test_a_list_is_told_to_a_shopper_and_to_an_expert(small_model: Model) -> None:
    found = explain_list(small_model, _request(small_model))
    assert "these 12 products" in say_to_shopper(found)
    expert = say_to_expert(found)
    assert all(term.label in expert for term in found.terms if term.share > 0)
    assert terms_frame(found)["Share"].sum() == pytest.approx(1.0)
    assert len(touches_frame(found)) == len(found.touches)
    assert join_reasons(["a", "b", "c"]) == "a, b or c" and join_reasons(["a"]) == "a" and join_reasons([]) == ""


def test_tables_for_export_hold_numbers(small_model: Model) -> None:
    request = _request(small_model)
    told, opinion = explain_pair(small_model, request, 20), ask_lime(small_model, request, 20)
    table = sum_frame(told, plain=True)
    assert table["Contribution"].iloc[:-1].sum() == pytest.approx(table["Contribution"].iloc[-1], abs=1e-6)
    assert opinion is not None and len(opinion_frame(opinion)) == len(opinion.effects)


def test_a_deed_is_said_with_its_day() -> None:
    assert say_deed("purchase", "2026-11-03T10:00:00Z") == "bought 3 Nov 2026"
    assert say_deed("something new", "2026-11-03T10:00:00Z") == "touched 3 Nov 2026"


def test_the_findings_stand_in_the_file_as_plain_text() -> None:
    found = Parts("a" * 64, all_windows(), Carried(1.2, (0.8, *[0.0] * 24)), (HOSTILE,), Carried(1.0, (0.5,)), {})
    picture, words = tell_parts(found)
    assert "framed region" in picture and "**bold**" in words and "\\" not in words
    assert tell_parts(None) == []
