"""The action of New items: put a product into lists, and see where it stands then."""

import streamlit as st

from recsys.discovery.new_items import NewItem
from recsys.fusion.scopes import SEGMENTS
from recsys.rules.book import read_rules
from recsys.workflows.launches import LONGEST_DAYS, pin_product, pinned_places
from ui import data, errors, frame, state
from ui.scope import SEGMENT_NAMES
from ui.text import safe_text
from ui.wording import t

PLACES = 24
DAYS = 14


def launch_actions(item: NewItem) -> None:
    """Pin the product into lists, and links to its best shopper's list and its explanation."""
    place = pinned_places(read_rules(data.shop_paths())).get(item.item_id)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="launch_actions"):
        if place is not None:
            st.markdown(f":green-badge[:material/keep: {t('Pinned at place {place}', place=place)}]", width="content")
        with st.popover(t("Pin into lists"), icon=":material/keep:", disabled=not item.on_sale):
            _form(item)
        if item.shoppers:
            best = item.shoppers[0][0]
            query = {state.SHOPPER: best}
            frame.link("recommendations", t("List of its best shopper"), icon=":material/grid_view:", query=query)
            query = {state.SHOPPER: best, state.ITEM: item.item_id}
            frame.link("explain", t("Why it suits her"), icon=":material/account_tree:", query=query)


def _form(item: NewItem) -> None:
    """Where, for whom, how long, whose and why."""
    st.markdown(t("The pin is live at once and ends by itself. Rules lists it and can undo it."))
    with st.form("pin_form", border=False):
        names = {"": t("Everybody")} | {name: t(SEGMENT_NAMES[name]) for name in SEGMENTS}
        st.number_input(t("Place"), 1, PLACES, 6, key="pin_place")
        st.number_input(t("Days"), 1, LONGEST_DAYS, DAYS, key="pin_days")
        st.selectbox(t("For whom"), list(names), format_func=names.__getitem__, key="pin_segment")
        st.text_input(t("Your name"), max_chars=80, key="pin_owner", persist_state="session")
        st.text_input(t("Reason"), max_chars=300, placeholder=t("Launch week"), key="pin_reason")
        label = t("Pin it")
        st.form_submit_button(label, type="primary", icon=":material/keep:", on_click=_pin, args=(item,), key="pin_now")


def _pin(item: NewItem) -> None:
    """Callback of the form."""
    said = st.session_state
    with errors.shown():
        rules = pin_product(
            data.shop_paths(),
            item.item_id,
            place=int(said["pin_place"]),
            days=int(said["pin_days"]),
            owner=str(said.get("pin_owner") or ""),
            reason=str(said.get("pin_reason") or ""),
            segment=str(said.get("pin_segment") or ""),
        )
        told = t("Pinned {title}, rules version {version}.", title=safe_text(item.title, 60), version=rules.version)
        st.toast(told, icon=":material/keep:")
