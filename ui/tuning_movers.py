"""The products that move most between live and the weights on screen, over a sample of shoppers."""

import pandas as pd
import streamlit as st

from recsys.fusion.movers import Mover, Movers
from recsys.ranking.model import Model
from ui import fusion_data
from ui.board import Card, draw_board
from ui.components import export_button, heading, initials, picture_url
from ui.shelf import first_picture
from ui.text import percent, plain_text, points
from ui.tuning_parts import show_half
from ui.wording import t, tn


def movers_card(model: Model, weights: dict[str, float]) -> None:
    """Draw the products that enter or leave most lists, with their share of the lists before and after."""
    found = fusion_data.movers(model, weights)
    if found is None:
        return
    with st.container(border=True, gap="xsmall", key="movers"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading(
                t("What moves most"),
                tn("first 20 of {n} held-out shopper", "first 20 of {n} held-out shoppers", found.n_users),
            )
            if found.movers:
                export_button(lambda: movers_frame(model, found), "movers.csv")
        if not found.movers:
            st.markdown(f":gray[{t('Nothing moves: every list keeps its 20 products.')}]")
            return
        said = t(
            "{kept} of the live places keep their product; {products} come into or leave some list.",
            kept=percent(found.kept, 0),
            products=tn("{n} product", "{n} products", found.n_moving),
        )
        st.markdown(f":gray[:small[{said}]]")
        cards = [_card(model, mover) for mover in found.movers]
        draw_board(cards, key="movers_strip", label=t("Products that move most"), layout="strip")


def _card(model: Model, mover: Mover) -> Card:
    """One product: share of the lists before and after, and whether that is more than chance."""
    catalogue, number = model.catalogue, mover.item_num
    title = plain_text(catalogue.titles[number], 120)
    before, after = percent(mover.live_share, 0), percent(mover.share, 0)
    spoken = t(
        "{title}: on {before} of the lists live, {after} now, {change} ± {half}",
        title=title,
        before=before,
        after=after,
        change=points(mover.change),
        half=show_half("new_items", mover.half_width),
    )
    return Card(
        id=str(catalogue.item_ids[number]),
        title=title,
        sub=f"{'↑' if mover.change > 0 else '↓'} {before} → {after}",
        picture=picture_url(first_picture(catalogue, number), 96),
        initials=initials(title),
        spoken=spoken if mover.decided else t("{said}, not decided", said=spoken),
    )


def movers_frame(model: Model, found: Movers) -> pd.DataFrame:
    """Return the movers as a table for export, shares as fractions with the interval of the change."""
    rows = [
        {
            "item_id": str(model.catalogue.item_ids[m.item_num]),
            "title": str(model.catalogue.titles[m.item_num]),
            "live_share": m.live_share,
            "share": m.share,
            "change": m.change,
            "low": m.change - m.half_width,
            "high": m.change + m.half_width,
        }
        for m in found.movers
    ]
    return pd.DataFrame(rows)
