"""Choices whose value in the address is a code, the same in every language, so that a link opens the same view for all.

A widget bound by Streamlit itself writes its *label* into the address, which changes with the language; what a person
chooses from a fixed list goes through `choose` instead. Free text, such as a shopper, is bound by Streamlit.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Literal

import streamlit as st

OWN = "address_"
"""How session keys of the frame begin; they outlive a change of the shop."""
_WRITTEN = f"{OWN}written"  # session: what this module last put into the address, by key
_PAGE = f"{OWN}page"  # session: the page of the run before
_LAST = f"{OWN}last_"  # session, with a key behind: the code of the run before
_SEGMENTS = 4  # more do not fit a phone


def note_page(name: str) -> bool:
    """Remember which page this run draws; tell whether it is another one than before (True in a session's first run).

    The front end drops the address's parameters when a person goes to another page; what they chose stays then.
    """
    moved = st.session_state.get(_PAGE) != name
    st.session_state[_PAGE] = name
    if moved:
        st.session_state[_WRITTEN] = {}
    return moved


def follow(key: str, codes: Collection[str], default: str, *, stays: bool = False) -> str:
    """Bring the session in line with the address and return the code that holds.

    Parameters
    ----------
    key
        Session key of the widget and query key of the address.
    codes
        What may be chosen; anything else in a link counts as nothing.
    default
        Holds when neither address nor session says anything usable.
    stays
        True for what the frame asks: a parameter that vanishes (back to an address without it) changes nothing.
    """
    asked, held = st.query_params.get(key), st.session_state.get(key)
    written = st.session_state.setdefault(_WRITTEN, {})
    changed = asked != written.get(key)
    if changed and asked in codes:
        held = asked
    elif (changed and asked is None and not stays) or held not in codes:
        held = default
    if key not in written or st.session_state.get(key) != held:  # a widget new on this page forgets what its key held
        st.session_state[key] = held
    written[key] = asked
    return str(held)


def follow_in_frame(key: str, codes: Collection[str], default: str) -> tuple[str, bool, bool]:
    """Follow the address in what the frame asks; tell the code, whether it is new in this run, and whether by hand.

    A callback could not tell: in another language the labels change, which Streamlit takes for a change of the value.
    The first run counts as a change by link when the code is not the default.
    """
    begins, before = key not in st.session_state, st.session_state.get(_LAST + key, default)
    asked = st.query_params.get(key)
    was_asked = st.session_state.get(_WRITTEN, {}).get(key)
    code = follow(key, codes, default, stays=True)
    st.session_state[_LAST + key] = code
    return code, code != before, not begins and (asked == was_asked or code != asked)


def write(key: str, code: str, default: str) -> None:
    """Put a code into the address; the default is left out, so that plain addresses stay plain."""
    wanted = None if code == default else code
    if st.query_params.get(key) != wanted:
        if wanted is None:
            st.query_params.pop(key, None)
        else:
            st.query_params[key] = wanted
    st.session_state.setdefault(_WRITTEN, {})[key] = wanted


def choose(
    label: str,
    options: Mapping[str, str],
    *,
    key: str,
    default: str,
    help: str | None = None,  # the name Streamlit gives it
    width: int | Literal["stretch"] | None = None,
    stays: bool = False,
    on_change: Callable[[], None] | None = None,
) -> str:
    """Draw a choice bound to the address and return its code: segments for up to four options, else a list.

    Parameters
    ----------
    label
        On screen, already in the visitor's language.
    options
        Code (in the address) to the text shown.
    key
        Session and query key, from `ui.state`.
    default
        Code chosen at first; it does not stand in the address.
    help
        Tooltip.
    width
        Draws a list of that width whatever the number of options.
    stays
        As for `follow`.
    on_change
        Called before the next run when a person chose something else.
    """
    follow(key, options, default, stays=stays)
    codes, named = list(options), options.__getitem__
    if width is None and len(codes) <= _SEGMENTS:
        chosen = st.segmented_control(
            label,
            codes,
            format_func=named,
            required=True,
            key=key,
            help=help,
            on_change=on_change,
            persist_state="session",
        )
    else:
        chosen = st.selectbox(
            label,
            codes,
            format_func=named,
            key=key,
            help=help,
            on_change=on_change,
            persist_state="session",
            width=width or "stretch",
        )
    code = str(chosen) if chosen in options else default
    write(key, code, default)
    return code
