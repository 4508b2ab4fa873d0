"""Parts of the Recommendations page: the line above the board, legend, comparison of lists side by side."""

from collections.abc import Sequence

import streamlit as st

from ui import address, frame, shelf, state
from ui.board import Card, draw_board
from ui.components import empty_state, heading
from ui.shelf_cards import label_of
from ui.text import safe_text
from ui.wording import t, tn


def view_control() -> str:
    """Draw the choice between the board and lists side by side."""
    views = {"Grid": t("Grid"), "Compare": t("Compare")}
    address.follow(state.VIEW, views, "Grid")
    chosen = st.segmented_control(
        t("View"), list(views), format_func=views.__getitem__, required=True, key=state.VIEW,
        persist_state="session", label_visibility="collapsed",
    )  # fmt: skip
    address.write(state.VIEW, str(chosen), "Grid")
    return str(chosen)


def summary(found: shelf.Shelf) -> None:
    """Say how many products are eligible, how much of the live list stays, whose weights apply."""
    eligible = tn("{n} eligible product", "{n} eligible products", found.n_eligible)
    shown = t("{n} of {eligible}", n=len(found.cards), eligible=eligible)
    moved = t("{n} of the live top {top} stay", n=found.n_stay, top=len(found.live)) if found.differs else ""
    source = (
        t("weights of {source}", source=safe_text(found.request.weights_from)) if found.request.weights_from else ""
    )
    st.markdown(f":gray[{' · '.join(part for part in (shown, moved, source) if part)}]")


def legend(components: Sequence[str], colors: Sequence[str]) -> None:
    """Name the colours of the terms; the names are ours, never the shop's."""
    chips = "".join(
        f'<span style="white-space:nowrap"><i style="display:inline-block;width:10px;height:10px;border-radius:3px;'
        f'background:{color};margin-right:5px;forced-color-adjust:none"></i>{label_of(name)}</span>'
        for name, color in zip(components, colors, strict=True)
    )
    st.html(f'<div style="display:flex;gap:4px 14px;flex-wrap:wrap;font-size:.82rem">{chips}</div>', width="content")


def compare(found: shelf.Shelf, used: str, weighted: bool) -> None:
    """Draw the lists there are side by side: live, as asked with other weights, with the draft's edits; with moves.

    Parameters
    ----------
    found
        The lists.
    used
        Name of the weights asked for.
    weighted
        Whether weights or variety other than the live ones were asked for.
    """
    lists: list[tuple[str, str, str, tuple[Card, ...]]] = [
        ("board_live", t("Live"), t("weights of the live run, live rules"), found.live_cards)
    ]
    if weighted:
        plain = found.plain_cards or found.cards
        lists.append(("board_asked", safe_text(used, 60), t("as asked, places against live"), plain))
    if found.plain is not None:
        lists.append(("board_draft", t("With your edits"), t("as if published, places against live"), found.cards))
    if len(lists) == 1:
        empty_state(
            t("Nothing to compare yet"),
            t("Edit the board, choose a preset under Weights, or try your own weights in Fusion."),
            icon=":material/compare_arrows:",
            action=lambda: frame.link("fusion", t("Open Fusion"), icon=":material/tune:"),
        )
        return
    for column, (key, name, note, cards) in zip(st.columns(len(lists), gap="medium"), lists, strict=True):
        with column.container(border=True, gap="small"):
            heading(name, note)
            draw_board(cards, key=key, label=name, layout="compact")
