"""Which pages a kind of work needs: what "View as" shows in the navigation and where it begins.

This is display only. Every page still opens by its address; nothing here allows or forbids.
"""

from dataclasses import dataclass

import streamlit as st

from ui import address, state
from ui.wording import mark, t


@dataclass(frozen=True)
class Role:
    """One kind of work.

    Parameters
    ----------
    label
        Its name on screen, in English.
    landing
        The page it begins with.
    pages
        What the navigation shows; empty for every page.
    """

    label: str
    landing: str
    pages: tuple[str, ...] = ()


ROLES = {
    "everything": Role(mark("Everything"), "today"),
    "merchandiser": Role(
        mark("Merchandiser"),
        "recommendations",
        ("today", "recommendations", "new_items", "rules", "explain", "catalogue", "doctor"),
    ),
    "analyst": Role(
        mark("Analyst"),
        "fusion",
        ("recommendations", "fusion", "training", "models", "explain", "events", "performance"),
    ),
    "manager": Role(mark("Manager"), "today", ("today", "new_items", "performance", "models")),
}
"""Code in the address -> role."""
EVERYTHING = "everything"
_LAND = f"{address.OWN}land"  # session: how the role came about, until the run that follows
_BY_LINK, _BY_HAND = "link", "hand"


def current() -> Role:
    """Return the role of this visitor."""
    return ROLES.get(str(st.session_state.get(state.ROLE)), ROLES[EVERYTHING])


def shows(page: str) -> bool:
    """Tell whether the navigation shows a page to this visitor."""
    return page in current().pages or not current().pages


def follow_address() -> None:
    """Take the role from the address; call before the navigation is drawn."""
    _, is_new, by_hand = address.follow_in_frame(state.ROLE, ROLES, EVERYTHING)
    if is_new:
        st.session_state[_LAND] = _BY_HAND if by_hand else _BY_LINK


def take_landing(*, at_start: bool) -> str | None:
    """Return the page to go to because the role is new in this run; None to stay.

    Parameters
    ----------
    at_start
        Whether this run draws the start page: a link to any other page opens that page, whatever its role.
    """
    how = st.session_state.pop(_LAND, None)
    return current().landing if how == _BY_HAND or (how == _BY_LINK and at_start) else None


def role_control() -> None:
    """Draw "View as"."""
    address.choose(
        t("View as"),
        {code: t(role.label) for code, role in ROLES.items()},
        key=state.ROLE,
        default=EVERYTHING,
        help=t("Which pages the navigation shows. Display only: it gives no rights and takes none away."),
        width="stretch",
        stays=True,
    )
