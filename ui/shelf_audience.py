"""Who a list is for, on screen: a shopper, a segment, a basket or one product; all of it in the address."""

from collections.abc import Callable

import streamlit as st

from recsys.data.catalogue import Catalogue
from recsys.workflows.audiences import Audience, AudienceKind
from ui import address, scope, state
from ui.picker import draw_picker, read_pick
from ui.wording import mark, t

KINDS = {
    AudienceKind.SHOPPER: mark("Shopper"),
    AudienceKind.SEGMENT: mark("Segment"),
    AudienceKind.BASKET: mark("Basket"),
    AudienceKind.LIKE: mark("Like this"),
}
HELP = mark(
    "**Shopper**: somebody of the log, by id.  \n**Segment**: what a sample of 60 of its shoppers did lately, taken as "
    "one history.  \n**Basket**: somebody unknown with these products in the cart.  \n**Like this**: somebody unknown "
    "who looked at one product."
)
BASKET_SIZE = 12
PICKER = "who_picker"


def seeds() -> list[str]:
    """Return the products in the address; those of this session where the address names none."""
    asked = [i for i in st.query_params.get_all(state.SEEDS) if i]
    held = asked or list(st.session_state.get(state.SEEDS, []))
    if held != asked:
        st.query_params[state.SEEDS] = held
    st.session_state[state.SEEDS] = held
    return held


def keep_seeds(item_ids: list[str]) -> None:
    """Remember the products of a basket in session and address."""
    st.session_state[state.SEEDS] = item_ids
    if item_ids:
        st.query_params[state.SEEDS] = item_ids
    else:
        st.query_params.pop(state.SEEDS, None)


def audience_control(catalogue: Catalogue) -> Audience:
    """Draw the choice of an audience inside the filter bar and return what it says."""
    options = {str(kind): t(text) for kind, text in KINDS.items()}
    default = str(AudienceKind.SHOPPER)
    kind = AudienceKind(address.choose(t("List for"), options, key=state.WHO, default=default, help=t(HELP)))
    if kind == AudienceKind.SHOPPER:
        return Audience(kind, shopper=scope.shopper_control(width=160))
    if kind == AudienceKind.SEGMENT:
        return Audience(kind, segment=scope.segment_control() or "")
    limit = BASKET_SIZE if kind == AudienceKind.BASKET else 1
    chosen = seeds()[:limit]
    with st.container(width=280):
        _pick_seeds(catalogue, chosen, limit)
    return Audience(kind, item_ids=tuple(chosen))


@st.fragment(key="who")
def _pick_seeds(catalogue: Catalogue, chosen: list[str], limit: int) -> None:
    """Draw the search; typing redraws it alone, a choice redraws the page."""
    label = t("Products in the basket") if limit > 1 else t("Product")
    draw_picker(catalogue, chosen, key=PICKER, label=label, limit=limit, on_pick=_remember_pick(chosen, limit))
    if st.session_state.pop(f"{PICKER}_done", False):
        st.rerun()


def _remember_pick(chosen: list[str], limit: int) -> Callable[[], None]:
    """Make the callback of the picker."""

    def remember() -> None:
        pick = read_pick(PICKER)
        if pick is None:
            return
        others = [i for i in chosen if i != pick.id]
        keep_seeds(others if pick.type == "remove" else [*others, pick.id][-limit:])
        st.session_state[f"{PICKER}_done"] = True

    return remember
