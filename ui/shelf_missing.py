"""The question "why is my product not here?": which gate a product fails, and the smallest change that shows it."""

from pathlib import Path

import streamlit as st

from recsys.explanation.absence import Absence, Remedy, explain_absence
from recsys.explanation.changes import Change, ChangeKind, World
from recsys.explanation.gates import Finding, Gate
from recsys.workflows.edits import Edit, EditKind
from recsys.workflows.expressible import express
from ui import address, data, frame, shelf, state
from ui.absence_words import GATES, name_gate, say_change
from ui.components import empty_state, export_button, heading, thumbnail
from ui.picker import draw_picker, read_pick
from ui.shelf_cards import currency_of, describe, first_picture
from ui.shelf_draft import do
from ui.shelf_gap import gap_chart, gap_frame
from ui.text import number, safe_text
from ui.wording import t

PICKER = "missing_picker"


def missing_drawer(board: shelf.Board, world: World, order: tuple[str, ...]) -> None:
    """Open the drawer; its title is in the visitor's language."""
    st.dialog(t("Why is my product not here?"), position="right", width="medium")(_draw_missing)(board, world, order)


def _draw_missing(board: shelf.Board, world: World, order: tuple[str, ...]) -> None:
    """Ask for a product and say why the list does not show it.

    Parameters
    ----------
    board
        What the list was asked with.
    world
        What the list on screen was made from, the draft's edits included.
    order
        Ids on the board, best first.
    """
    catalogue = board.model.catalogue
    chosen = st.session_state.get(state.MISSING)
    draw_picker(catalogue, [chosen] if chosen else [], key=PICKER, label=t("Product"), on_pick=_remember_pick)
    chosen = st.session_state.get(state.MISSING)
    if not chosen:
        empty_state(
            t("Which product do you miss?"),
            t("Search it by title or id. Every step of the list is then asked what it did to it."),
            icon=":material/help_center:",
        )
        return
    number_ = int(catalogue.numbers([chosen])[0])
    if number_ < 0:
        st.markdown(t(GATES[Gate.CATALOGUE]))
        return
    with st.spinner(t("Trying changes…")):
        found = explain_absence(board.model, world.request, number_, world.rules, shelf.LIST_LENGTH)
    _draw_product(board, found)
    if found.place is not None:
        st.success(t("It is here, at place {place}.", place=found.place), icon=":material/check_circle:")
        return
    for finding in found.findings[:4]:
        _draw_finding(finding)
    _draw_remedies(found, world, order)
    _draw_gap(found)


def _remember_pick() -> None:
    """Callback of the picker."""
    pick = read_pick(PICKER)
    if pick is not None:
        st.session_state[state.MISSING] = None if pick.type == "remove" else pick.id


def _draw_product(board: shelf.Board, found: Absence) -> None:
    """Picture, title and place by the sum."""
    catalogue = board.model.catalogue
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        thumbnail(first_picture(catalogue, found.item_num), found.title, size=96, width=72)
        with st.container(gap="xxsmall", width="stretch"):
            st.markdown(f"**{safe_text(found.title)}** :gray[{safe_text(describe(catalogue, found.item_num))}]")
            if found.sum_place is not None:
                place = t(
                    "Place {place} of {n} by the sum", place=number(found.sum_place), n=number(found.n_candidates)
                )
                st.markdown(f":gray[{place} · {t('score')} {number(found.score, 2)}]")


def _draw_finding(finding: Finding) -> None:
    """One gate it fails, and whose rule that is."""
    st.markdown(f":orange-badge[:material/block: {name_gate(finding.gate)}] {t(GATES[finding.gate])}")
    if finding.rule_id:
        reason = safe_text(finding.reason, 200)
        st.markdown(f":gray[:small[{t('Rule {rule}: {reason}', rule=safe_text(finding.rule_id, 40), reason=reason)}]]")


# ------------------------------------------------------------- what would show it


def _draw_remedies(found: Absence, world: World, order: tuple[str, ...]) -> None:
    """Each way to show it with the place it gets; a button where this page can do it."""
    heading(t("What would show it"), t("each was tried and the list made again; the smallest first"))
    if not found.remedies:
        st.markdown(t("No change tried here shows it."))
        return
    catalogue, item = world.model.catalogue, found.item_num
    for n, remedy in enumerate(found.remedies):
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"remedy_{n}"):
            said = "; ".join(say_change(change, currency_of(catalogue, item)) for change in remedy.changes)
            place = t("place {place}", place=remedy.place)
            st.markdown(f"{said} :gray[→ {place}]", width="stretch")
            _draw_action(remedy, found, world, order, n)


def _draw_action(remedy: Remedy, found: Absence, world: World, order: tuple[str, ...], n: int) -> None:
    """A button that applies it, or the page where it can be done."""
    able = express(world, remedy, found.item_num, found.places)
    if able is not None and all(_is_ours(change) for change in able.changes):
        if st.button(t("Apply"), key=f"apply_{n}", on_click=_apply, args=(able.changes, world, order)):
            st.rerun()
        return
    kinds = {change.kind for change in remedy.changes}
    if kinds & {ChangeKind.BOOST, ChangeKind.END_RULE}:
        if Path(frame.page_path("rules")).is_file():
            frame.link("rules", t("Open Rules"), icon=":material/rule:")
    elif kinds & {ChangeKind.LAUNCH, ChangeKind.STOCK, ChangeKind.PRICE}:
        frame.link("catalogue", t("Open Catalogue"), icon=":material/inventory_2:")


def _is_ours(change: Change) -> bool:
    """Whether this page has a control for a change."""
    if change.kind == ChangeKind.FILTER:
        return change.target in ("items", "categories", "exclude_seen")
    if change.kind == ChangeKind.END_RULE:
        return change.target.startswith("board-") and change.before in ("pin", "block") and _is_drafted(change)
    return change.kind in (ChangeKind.PIN, ChangeKind.WEIGHT, ChangeKind.VARIETY)


def _is_drafted(change: Change) -> bool:
    """Whether a rule is one of the draft on screen."""
    return change.target.startswith(f"board-{st.session_state.get(state.DRAFT_ID)}-")


def _apply(changes: tuple[Change, ...], world: World, order: tuple[str, ...]) -> None:
    """Set the page's controls, or edit the draft; inside a callback only."""
    for change in changes:
        if change.kind == ChangeKind.FILTER:
            _apply_filter(change)
        elif change.kind == ChangeKind.VARIETY:
            _set(state.VARIETY, "Off", "Off")
        elif change.kind == ChangeKind.WEIGHT:
            weights = world.weights | {change.target: float(str(change.after))}
            state.keep_draft(weights)
            st.session_state[state.WEIGHT_SET] = data.DRAFT
        elif change.kind == ChangeKind.PIN:
            do(Edit(EditKind.MOVE, change.target, int(float(str(change.after)))), order)
        elif change.kind == ChangeKind.END_RULE:
            for item in _items_of(change, world):
                do(Edit(EditKind.SHOW if change.before == "block" else EditKind.UNPIN, item), order)


def _items_of(change: Change, world: World) -> tuple[str, ...]:
    """Products a rule speaks of."""
    rule = None if world.rules is None else world.rules.get(change.target)
    return () if rule is None else rule.selection.item_ids


def _apply_filter(change: Change) -> None:
    """Set one filter of the page."""
    if change.target == "items":
        _set(state.ITEMS, str(change.after), "all")
    elif change.target == "exclude_seen":
        st.session_state[state.HIDE_SEEN] = bool(change.after)
    elif change.target == "categories":
        wanted = change.after if isinstance(change.after, tuple) else ()
        st.session_state[state.CATEGORY] = wanted[-1] if wanted else None


def _set(key: str, code: str, default: str) -> None:
    """Set a choice of `ui.address`, in session and address."""
    st.session_state[key] = code
    address.write(key, code, default)


def _draw_gap(found: Absence) -> None:
    """Its score against the last product shown, term by term."""
    if not found.gaps or not found.last_id:
        return
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        last = safe_text(found.last_title, 50)
        heading(t("Gap to the last product shown"), t("against {title}: what it lacks, term by term", title=last))
        export_button(lambda: gap_frame(found), "gap.csv")
    gap_chart(found)
