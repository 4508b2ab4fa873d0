"""Why a product is not in a list: the gates in their order, the gap, and changes that would show it, each tried."""

from collections.abc import Collection

import streamlit as st

from recsys.explanation.absence import Absence, Remedy, explain_absence
from recsys.explanation.changes import ChangeKind
from recsys.explanation.gates import Finding, Gate
from ui import frame, shelf, state
from ui.absence_words import GATES, name_gate, say_change
from ui.components import export_button, heading, thumbnail
from ui.explain_question import Question
from ui.shelf_cards import currency_of, describe, first_picture
from ui.shelf_gap import gap_chart, gap_frame
from ui.text import number, safe_text, signed
from ui.wording import mark, t

PATH = {
    Gate.CATALOGUE: mark("Known to the run"),
    Gate.LAUNCH: mark("Launched"),
    Gate.STOCK: mark("In stock"),
    Gate.SCOPE: mark("Passes the filter on new and warm products"),
    Gate.CATEGORY: mark("Passes the category filter"),
    Gate.PRICE: mark("Passes the price filter"),
    Gate.SEEN: mark("Not hidden as part of her history"),
    Gate.BLOCKED: mark("Blocked by no rule"),
    Gate.RULE_FILTER: mark("Let through by every filter rule"),
    Gate.BURIED: mark("Not buried by a rule"),
    Gate.CANDIDATES: mark("Among the candidates for the last step"),
    Gate.LOWER_SUM: mark("Score high enough"),
    Gate.VARIETY: mark("Kept by variety"),
    Gate.CAPPED: mark("Not over a cap"),
    Gate.PUSHED: mark("Not pushed out by what rules put in"),
}
"""Every gate in the order in which a list is made, as it reads when it is passed."""


def draw_absence(question: Question, item_num: int) -> None:
    """Say why the product is not among the first places, and what would change that."""
    with st.spinner(t("Trying changes…")):
        found = explain_absence(question.model, question.request, item_num, question.world.rules, shelf.LIST_LENGTH)
    _draw_verdict(question, found)
    if found.place is not None:
        return
    left, right = st.columns([3, 2], gap="medium")
    with left.container(border=True, height="stretch"):
        _draw_remedies(question, found)
    with right.container(border=True, height="stretch"):
        _draw_path(found)
    if found.last_id:
        with st.container(border=True, key="absence_gap"):
            _draw_gap(found)


def _draw_verdict(question: Question, found: Absence) -> None:
    """The product, the gate it fails, and the smallest change."""
    catalogue = question.model.catalogue
    with (
        st.container(border=True, key="absence_verdict"),
        st.container(horizontal=True, gap="medium", vertical_alignment="center"),
    ):
        with st.container(width=130):
            thumbnail(first_picture(catalogue, found.item_num), found.title, size=320, width=130)
        with st.container(gap="xsmall", width="stretch"):
            st.markdown(
                f"**{safe_text(found.title)}** :gray[:small[{safe_text(found.item_id)} · "
                f"{safe_text(describe(catalogue, found.item_num))}]]"
            )
            if found.place is not None:
                said = t("It is here, at place {place}.", place=found.place)
                st.markdown(f":green-badge[:material/check: {t('On her list')}] {said}")
                query = {state.EXPLAIN: "product", state.ITEM: found.item_id, state.SHOPPER: question.shopper}
                frame.link("explain", t("Why it is here"), icon=":material/account_tree:", query=query)
                return
            for finding in found.findings[:4]:
                _draw_finding(finding)
            smallest = found.smallest
            if smallest is not None:
                change = "; ".join(say_change(c, currency_of(catalogue, found.item_num)) for c in smallest.changes)
                said = t(
                    "Smallest change that shows it: {change} → place {place}.", change=change, place=smallest.place
                )
                st.markdown(f":material/lightbulb: {said}")


def _draw_finding(finding: Finding) -> None:
    """One gate it fails, and whose rule that is."""
    st.markdown(f":orange-badge[:material/block: {name_gate(finding.gate)}] {t(GATES[finding.gate])}")
    if finding.rule_id:
        rule, reason = safe_text(finding.rule_id, 40), safe_text(finding.reason, 200)
        st.markdown(f":gray[:small[{t('Rule {rule}: {reason}', rule=rule, reason=reason)}]]")


def _draw_remedies(question: Question, found: Absence) -> None:
    """Every way that was found, with the place it gives."""
    heading(t("What would show it"), t("each was tried and the list made again; the smallest first"))
    if not found.remedies:
        st.markdown(f":gray[{t('No single change tried here shows it.')}]")
    currency = currency_of(question.model.catalogue, found.item_num)
    for remedy in found.remedies:
        said = "; ".join(say_change(change, currency) for change in remedy.changes)
        effect = _say_effect(remedy)
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(f"{said} :gray[→ {t('place {place}', place=remedy.place)}{effect}]", width="stretch")
    query = {state.SHOPPER: question.shopper}
    frame.link("recommendations", t("Apply it on Recommendations"), icon=":material/grid_view:", query=query)


def _say_effect(remedy: Remedy) -> str:
    """How far a boost or a weight moves something."""
    change = remedy.changes[-1]
    if change.kind == ChangeKind.BOOST and change.delta is not None:
        return f" · {t('score {delta}', delta=signed(change.delta, 4))}"
    if change.kind == ChangeKind.WEIGHT and isinstance(change.after, float) and isinstance(change.before, float):
        return f" · {t('moves by {delta}', delta=signed(change.after - change.before, 4))}"
    return ""


def _draw_path(found: Absence) -> None:
    """Every gate in the order in which a list is made; those it fails are marked."""
    heading(t("The path into the list"), t("in this order"))
    st.markdown("\n".join(path_lines({finding.gate for finding in found.findings})))


def path_lines(failed: Collection[Gate]) -> list[str]:
    """Return one Markdown line per gate: passed, failed, or after the first failed one not reached."""
    lines, reached = [], True
    for gate, name in PATH.items():
        if gate in failed:
            lines.append(f":orange[:material/cancel:] **{t(name)}**  ")
            reached = False
        else:
            icon = ":green[:material/check:]" if reached else ":gray[:material/remove:]"
            lines.append(f"{icon} :gray[{t(name)}]  ")
    return lines


def _draw_gap(found: Absence) -> None:
    """Its score against the last product shown, term by term."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        last = safe_text(found.last_title, 50)
        heading(t("Gap to the last product shown"), t("against {title}: what it lacks, term by term", title=last))
        export_button(lambda: gap_frame(found), "gap.csv")
    place = "–" if found.sum_place is None else number(found.sum_place)
    st.markdown(
        t(
            "Place {place} of {n} by the sum · score {score} against {bar}",
            place=place,
            n=number(found.n_candidates),
            score=signed(found.score, 3),
            bar=signed(found.bar, 3),
        )
    )
    gap_chart(found)
