"""The four views of Explain, each from one question."""

from collections.abc import Mapping

import streamlit as st

from recsys.explanation import explain_pair
from recsys.explanation.report import write_report
from ui import explain_data, explain_panel, explain_parts, explain_response, response_panel
from ui.components import empty_state
from ui.explain_absence import draw_absence
from ui.explain_question import Question
from ui.wording import t


def one_product(question: Question) -> None:
    """Draw why one product stands where it stands: sum, evidence, picture and words, response term, second opinion."""
    if question.item_id is None:
        _say_nothing_to_explain()
        return
    model, item = question.model, question.model.catalogue.number(question.item_id)
    found = explain_pair(model, question.request, item, question.world.rules)
    opinion = explain_data.second_opinion(model, question.shopper, item, question.request.at)
    explain_panel.verdict(model, found)
    parts = explain_parts.known_parts(question, item)
    told = explain_parts.tell_parts(parts)
    explain_panel.the_sum(found, facts_of(question), lambda facts: write_report(found, facts, opinion, told))
    explain_parts.picture_and_words(question, item, parts)
    explain_panel.evidence(model, found)
    left, right = st.columns(2, gap="medium")
    with left:
        explain_response.response_waterfall(found)
    with right:
        explain_response.draw_second_opinion(opinion)
    response_panel.response_quality(model)


def not_here(question: Question) -> None:
    """Draw why one product is not in the list."""
    if question.unknown:
        empty_state(
            t("The live run does not know this product"),
            t("It may have been imported after the run's data: train again. Or the link names no product of the shop."),
        )
    elif question.item_id is None:
        _say_nothing_to_explain()
    else:
        draw_absence(question, question.model.catalogue.number(question.item_id))


def facts_of(question: Question) -> Mapping[str, str]:
    """Return what a file of evidence says of how its numbers came about."""
    request, rules = question.request, question.world.rules
    filters = ", ".join(f"{name}={value}" for name, value in vars(request.filters).items())
    return {
        "Asked at (UTC)": str(request.at),
        "Data to": str(question.model.data_to),
        "Rules version": str(0 if rules is None else rules.version),
        "Weights": ", ".join(f"{name}={weight:.6f}" for name, weight in question.world.weights.items()),
        "Weights from": request.weights_from or "the request",
        "Filters": filters,
        "Variety": f"{request.diversity.method}, strength {request.diversity.strength:g}",
    }


def _say_nothing_to_explain() -> None:
    """Draw the state without a product."""
    empty_state(
        t("No product to explain"),
        t("Nothing passes the filters, or nothing matches the search. Clear the search or loosen the filters."),
    )
