"""Which shop is on screen: the one the app was started with, or one of the shop folders beside it.

A link names a shop by its folder's name and nothing else; only names that were found beside the first shop count, so
an address can never reach another place of the disk.
"""

import os
from pathlib import Path

import streamlit as st

from recsys.settings import DEFAULT_SHOP, ShopPaths
from ui import address, state
from ui.text import plain_text
from ui.wording import t

MOST = 12
"""Shops offered at the most; each stays open once looked at."""
_LEFT = f"{address.OWN}left"  # session: until the run after a change by hand
ROOT = Path(__file__).resolve().parent.parent


def home() -> ShopPaths:
    """Return the shop the app was started with: `VITRINE_SHOP`, or the demo shop beside the code."""
    asked = os.environ.get("VITRINE_SHOP")
    return ShopPaths(Path(asked).expanduser().resolve() if asked else ROOT / DEFAULT_SHOP)


def offered() -> dict[str, ShopPaths]:
    """Return shops by folder name: the first shop, then the folders beside it that hold a store, by name."""
    first = home()
    beside = first.root.parent
    found = sorted(p for p in beside.iterdir() if (p / first.store.name).is_file()) if beside.is_dir() else []
    others = [p for p in found if p != first.root and not p.name.startswith(".")]
    return {p.name: ShopPaths(p) for p in [first.root, *others[: MOST - 1]]}


def chosen() -> ShopPaths:
    """Return the shop of this visitor; outside a visit the first one."""
    first, name = home(), st.session_state.get(state.SHOP)
    return first if name in (None, first.root.name) else offered().get(str(name), first)


def follow_address() -> None:
    """Take the shop from the address; call before anything of a shop is read."""
    if state.SHOP not in st.session_state and st.query_params.get(state.SHOP) is None:
        return
    begins = state.SHOP not in st.session_state
    _, is_new, by_hand = address.follow_in_frame(state.SHOP, offered(), home().root.name)
    if is_new and not begins:
        forget_what_was_chosen()
        st.session_state[_LEFT] = by_hand


def forget_what_was_chosen() -> None:
    """Drop what this visitor chose in another shop: its shoppers, products and drafts mean nothing here."""
    for key in set(st.session_state) - {state.SHOP, state.LANGUAGE, state.ROLE}:
        if not str(key).startswith(address.OWN):
            del st.session_state[key]


def shop_control() -> None:
    """Draw the switch between shops; nothing where there is only one."""
    shops = offered()
    if len(shops) > 1:
        address.choose(
            t("Shops"),
            {name: plain_text(name, 60) for name in shops},
            key=state.SHOP,
            default=home().root.name,
            help=t("Shop folders beside the one this dashboard was started with."),
            width="stretch",
            stays=True,
        )


def take_left() -> bool:
    """Tell, once, that the shop was changed by hand, so that the address still speaks of another shop's shoppers."""
    return bool(st.session_state.pop(_LEFT, False))
