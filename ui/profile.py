"""Who a shopper is, on screen: tastes as chips in one line, everything with its figures in a drawer."""

from collections.abc import Sequence
from html import escape

import pandas as pd
import streamlit as st

from recsys.data.interactions import Histories
from recsys.ranking.model import Model
from recsys.vocabulary import EventType
from recsys.workflows.audiences import AudienceKind
from recsys.workflows.shopper_profile import Facets, PriceRange, ShopperProfile, Taste, history_frame, profile_history
from ui import shelf
from ui.board import draw_board
from ui.components import export_button, heading
from ui.shelf_cards import DEEDS
from ui.text import cell_text, money, percent, plain_text
from ui.wording import t, tn

SWATCHES = {
    "black": "#16181d", "white": "#ffffff", "grey": "#8d939c", "silver": "#c3c8cf", "beige": "#e3d5b8",
    "brown": "#7b5233", "red": "#cf3b3b", "maroon": "#7d1f33", "pink": "#ef9ab4", "orange": "#ee8a2e",
    "yellow": "#f2cf3c", "gold": "#cda43a", "green": "#3f9a5b", "olive": "#7d8038", "teal": "#2a8f8f",
    "blue": "#3f74d1", "navy blue": "#1f2f5c", "purple": "#7c4fb3",
    "multicoloured": "conic-gradient(#cf3b3b,#f2cf3c,#3f9a5b,#3f74d1,#7c4fb3,#cf3b3b)",
}  # fmt: skip
"""Colour words of `encoders.tags` to what stands for them on screen; other words have no swatch."""
_CHIP = (
    "display:inline-flex;align-items:center;gap:5px;border:1px solid rgba(128,138,155,.35);border-radius:999px;"
    "padding:1px 9px;white-space:nowrap;max-width:100%;overflow:hidden;text-overflow:ellipsis"
)
_DOT = "width:11px;height:11px;border-radius:50%;border:1px solid rgba(128,138,155,.5);forced-color-adjust:none"


def shopper_card(board: shelf.Board, found: shelf.Shelf, facets: Facets) -> None:
    """Draw what stands for the audience, its tastes in one line; or say which terms stand in for a history."""
    kind, model = board.audience.kind, board.model
    profile = profile_history(model, found.request.history, board.at, facets)
    if profile is None:
        empty = t("Search a product above. Until then this is the list of somebody unknown.")
        note = found.note if kind in (AudienceKind.SHOPPER, AudienceKind.SEGMENT) else empty
        if note:
            st.info(note, icon=":material/person_off:")
        return
    if not found.history:
        return
    touches = tn("{n} interaction", "{n} interactions", profile.n_touches)
    name, told = t("Her history"), [touches, tell_rhythm(profile), t("newest first")]
    if not board.audience.is_somebody:
        name, told = t("What a sample of them did lately"), [touches, t("taken as one history"), t("newest first")]
    with st.container(border=True, gap="xsmall", key="history"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading(name, " · ".join(told))
            if st.button(t("Profile"), icon=":material/account_circle:", type="tertiary", key="open_profile"):
                profile_drawer(model, found.request.history, profile)
        st.html(taste_line(profile))
        draw_board(found.history, key="history_strip", label=name, layout="strip")


def taste_line(profile: ShopperProfile) -> str:
    """Return her tastes as HTML chips; every word of the shop is escaped."""
    chips = [_chip(f"{plain_text(c.name, 30)} {percent(c.share, 0)}") for c in profile.categories[:3]]
    chips += [_chip(plain_text(b.name, 30)) for b in profile.brands[:2]]
    chips += [_chip(plain_text(c.name, 20), SWATCHES.get(c.name.casefold(), "")) for c in profile.colours[:3]]
    chips += [_chip(plain_text(w.name.partition(": ")[2] or w.name, 24)) for w in profile.words[:2]]
    if profile.price is not None:
        chips.append(_chip(tell_prices(profile.price, profile.currency)))
    return f'<div style="display:flex;flex-wrap:wrap;gap:5px;font-size:.85rem">{"".join(chips)}</div>'


def _chip(text: str, swatch: str = "") -> str:
    """One chip; the swatch is one of ours."""
    dot = f'<i style="{_DOT};background:{swatch}"></i>' if swatch else ""
    return f'<span style="{_CHIP}">{dot}{escape(text)}</span>'


def tell_prices(price: PriceRange, currency: str | None) -> str:
    """Return the middle half of prices: "€18 to €45"."""
    return t("{low} to {high}", low=money(price.low, currency, 0), high=money(price.high, currency, 0))


def tell_rhythm(profile: ShopperProfile) -> str:
    """Return when she was last here and how often she comes."""
    days = int(profile.days_since)
    last = tn("last seen {n} day ago", "last seen {n} days ago", days) if days else t("last seen today")
    if profile.gap_days is None:
        return last
    gap = max(round(profile.gap_days), 1)
    return f"{last}, {tn('usually every day', 'usually every {n} days', gap)}"


def profile_drawer(model: Model, history: Histories, profile: ShopperProfile) -> None:
    """Open the drawer; its title is in the visitor's language."""
    st.dialog(t("Shopper profile"), position="right", width="medium")(_draw_profile)(model, history, profile)


def _draw_profile(model: Model, history: Histories, profile: ShopperProfile) -> None:
    """Show tastes with their figures, prices against the shop, and everything she did."""
    visits = tn("{n} visit", "{n} visits", profile.n_visits)
    products = tn("{n} product", "{n} products", profile.n_products)
    st.markdown(f"{products} · {visits} · {tell_rhythm(profile)}")
    st.markdown(" ".join(f":gray-badge[{_name_deed(kind)} {n:,}]" for kind, n in profile.deeds))
    _draw_prices(profile)
    frame = tastes_frame(profile)
    _heading_with_export(t("Tastes"), t("share of what she did, beside the whole shop"), frame, "tastes.csv")
    column = st.column_config
    shares = {
        name: column.ProgressColumn(format="percent", min_value=0, max_value=1, help=said)
        for name, said in (
            (t("Hers"), t("Of what she did, a purchase counting more than a view.")),
            (t("Shop"), t("Of what everybody did.")),
        )
    }
    alt = t("Leans to {names}.", names=", ".join(plain_text(c.name, 30) for c in profile.categories[:3]))
    st.dataframe(frame, hide_index=True, column_config=shares, key="profile_tastes", alt=alt)
    touches = history_frame(history, model.catalogue)
    _heading_with_export(t("Everything she did"), t("newest first, UTC"), touches, "history.csv")
    alt = tn("{n} interaction.", "{n} interactions.", len(touches))
    named = {
        "occurred_at": column.DatetimeColumn(t("When"), format="D MMM YYYY, HH:mm"),
        "price": column.NumberColumn(t("Price"), format="%.2f"),
    } | _columns()
    st.dataframe(
        shown_history(touches), hide_index=True, column_config=named, key="profile_history", height=320, alt=alt,
        column_order=["occurred_at", "event_type", "title", "category", "price", "item_id"],
    )  # fmt: skip


def _columns() -> dict[str, str]:
    """Headings of the history's text columns."""
    return {"event_type": t("What"), "title": t("Product"), "category": t("Category"), "item_id": t("Id")}


def shown_history(touches: pd.DataFrame) -> pd.DataFrame:
    """Return a history for the screen: texts made harmless, deeds in words."""
    shown = touches.assign(event_type=[_name_deed(kind) for kind in touches["event_type"]])
    return shown.assign(**{name: [cell_text(v, 80) for v in shown[name]] for name in ("title", "category", "item_id")})


def _heading_with_export(text: str, note: str, frame: pd.DataFrame, name: str) -> None:
    """A heading with the export of its table."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        heading(text, note)
        export_button(lambda: frame, name)


def _draw_prices(profile: ShopperProfile) -> None:
    """Her prices beside the shop's."""
    if profile.price is None or profile.shop_price is None or profile.cheaper is None:
        return
    hers, shop = tell_prices(profile.price, profile.currency), tell_prices(profile.shop_price, profile.currency)
    said = t("Middle half of her prices **{hers}**, of the shop's {shop}.", hers=hers, shop=shop).replace("$", "\\$")
    st.markdown(
        f"{said} {t('{share} of all products cost less than her middle one.', share=percent(profile.cheaper, 0))}"
    )


def _name_deed(kind: str) -> str:
    """What was done, in a word."""
    deed = DEEDS.get(EventType(kind))
    return t("touched") if deed is None else t(deed)


def tastes_frame(profile: ShopperProfile) -> pd.DataFrame:
    """Return one row per taste: what it is of, its name, her share and the shop's."""
    groups: Sequence[tuple[str, Sequence[Taste]]] = (
        (t("Category"), profile.categories),
        (t("Brand"), profile.brands),
        (t("Colour"), profile.colours),
        (t("Word"), profile.words),
    )
    rows = [
        (kind, cell_text(taste.name, 60), round(taste.share, 3), round(taste.shop_share, 3))
        for kind, own in groups
        for taste in own
    ]
    return pd.DataFrame(rows, columns=[t("Of"), t("Name"), t("Hers"), t("Shop")])
