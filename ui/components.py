"""The kit: page header, filter bar, metric tile, empty state, badges, export. Words and layout only, no arithmetic."""

import re
from collections.abc import Callable, Sequence
from typing import Literal

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui.text import safe_frame, safe_text
from ui.wording import t

_HASH = re.compile(r"[0-9a-f]{64}")


def page_header(title: str, sentence: str, actions: Callable[[], None] | None = None) -> None:
    """Draw the title, one sentence on what the page does, and optional actions at the right."""
    with st.container(
        horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute", gap="small", key="page_header"
    ):
        with st.container(gap=None, width="stretch"):
            st.title(title, anchor=False)
            st.markdown(f":gray[{sentence}]")
        if actions:
            with st.container(horizontal=True, width="content", gap="xsmall"):
                actions()


def filter_bar(key: str = "filters") -> DeltaGenerator:
    """Return the row that holds a page's filters; at most five controls, all bound to the address."""
    return st.container(horizontal=True, vertical_alignment="bottom", gap="small", key=key)


def heading(text: str, note: str = "") -> None:
    """Draw a card's heading with a grey note on how to read it."""
    st.markdown(f"**{text}**" + (f" :gray[:small[{note}]]" if note else ""))


def metric_tile(
    label: str,
    value: str,
    *,
    interval: str = "",
    change: str | float | None = None,
    change_note: str = "",
    decided: bool = True,
    better: Literal["up", "down"] = "up",
    series: Sequence[float] | None = None,
    help: str | None = None,  # the name Streamlit gives it
    icon: str | None = None,
) -> None:
    """Draw one figure with its interval in words, its change, and a sparkline.

    Parameters
    ----------
    label, value
        What it is, and the figure in its own format.
    interval
        The 95 % interval of the figure, e.g. "4.5% to 5.1%"; stands beside the change, or alone.
    change
        Signed change with its unit; the number 0 for none; None leaves it out.
    change_note
        What the change is against, or its interval; at most about 22 letters.
    decided
        False when the interval of the change includes zero: drawn grey with the words "not decided".
    better
        Which direction is good.
    series
        Sparkline values, oldest first.
    """
    moved = change not in (None, 0)
    note = interval if change is None else change_note if decided or not moved else t("not decided")
    if moved and interval:
        help = " ".join((help or label, t("95% interval: {interval}.", interval=interval)))
        if not decided and change_note:
            help += " " + t("Change {interval}: the interval includes zero.", interval=change_note)
    down = str(change).startswith(("-", "−"))
    colour: Literal["gray", "green", "red"] = (
        "gray" if not (moved and decided) else "green" if down == (better == "down") else "red"
    )
    st.metric(
        label,
        value,
        change,
        delta_color=colour,
        delta_arrow="off" if not moved or str(change)[:1] not in "+-−" else "down" if down else "up",
        delta_description=note or None,
        help=help,
        icon=icon,
        border=True,
        height="stretch",
        chart_data=list(series) if series is not None and len(series) > 1 else None,
        chart_type="area",
    )


def empty_state(
    title: str,
    body: str,
    *,
    icon: str = ":material/search_off:",
    command: str | None = None,
    action: Callable[[], None] | None = None,
) -> None:
    """Say what is missing, what to do, the exact command, and offer a button where one helps."""
    with st.container(border=True, horizontal_alignment="center", gap="small"):
        st.space("small")
        st.markdown(f"{icon} **{title}**", text_alignment="center")
        st.markdown(f":gray[{body}]", text_alignment="center")
        if command:
            st.code(command, language=None, width="content")
        if action:
            action()
        st.space("small")


def move_badge(move: int | None) -> str:
    """Return the badge of a move against the live list: ↑ up, ↓ down, = unmoved, "new" when it was not there."""
    if move is None:
        return f":blue-badge[{t('new')}]"
    if move == 0:
        return ":gray-badge[=]"
    return f":green-badge[↑ {move}]" if move > 0 else f":orange-badge[↓ {-move}]"


def export_button(
    frame: Callable[[], pd.DataFrame], file_name: str, *, label: str | None = None, key: str | None = None
) -> None:
    """Offer a CSV that is built when clicked and whose cells no spreadsheet will compute."""
    st.download_button(
        label or t("Export"),
        lambda: safe_frame(frame()).to_csv(index=False).encode("utf-8-sig"),
        file_name,
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
        key=key or f"export_{file_name}",
    )


def picture_url(content_hash: str | None, size: Literal[96, 320] = 96) -> str:
    """Return the address of a stored picture; empty text when there is none or the hash is not one."""
    return f"/pictures/{content_hash}-{size}.webp" if content_hash and _HASH.fullmatch(content_hash) else ""


def initials(title: str) -> str:
    """Return up to two letters for the tile of a product without a picture."""
    words = [w for w in re.split(r"\W+", title) if w]
    return "".join(w[0] for w in words[:2]).upper() or "?"


def thumbnail(content_hash: str | None, title: str, *, size: Literal[96, 320] = 96, width: int = 96) -> None:
    """Draw one picture, or a neutral tile with initials."""
    url = picture_url(content_hash, size)
    if url:
        # st.image refuses addresses outside its own media folder; the hash was checked, the title is not inside.
        look = "border-radius:.5rem;object-fit:cover;display:block"
        st.html(f'<img src="{url}" width="{width}" height="{width}" alt="" style="{look}">', width=width)
    else:
        with st.container(
            border=True, width=width, height=width, horizontal_alignment="center", vertical_alignment="center"
        ):
            st.markdown(f":gray[**{safe_text(initials(title))}**]")
