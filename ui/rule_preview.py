"""What a draft would change, before anything is live: counts, one list side by side, products that come and go."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from recsys.ranking.model import Model
from recsys.rules.scope import RuleScope
from recsys.workflows.rule_drafts import RuleDraft
from recsys.workflows.rules import Preview, PreviewedList
from ui import charts, rule_data, rule_words
from ui.board import draw_board
from ui.components import empty_state, export_button, heading, metric_tile
from ui.rule_table import day_of
from ui.shelf_cards import make_cards
from ui.text import cell_text, number, percent, plain_text, safe_text
from ui.wording import t, tn


def draw_preview(model: Model, draft: RuleDraft) -> None:
    """Draw what the draft changes on the lists of a sample of shoppers."""
    found = rule_data.preview(model, draft)
    _figures(found)
    if not found.n_changed:
        empty_state(
            t("No list of the sample changes"),
            t("The changed rules act elsewhere, later, or want what is so already."),
            icon=":material/check:",
        )
        return
    _side_by_side(model, found)
    left, right = st.columns(2)
    with left:
        _products(t("Newly shown"), "rules-newly-shown.csv", found.came, found, model)
    with right:
        _products(t("Not shown any more"), "rules-not-shown.csv", found.gone, found, model)


def _figures(found: Preview) -> None:
    """How many lists change, where and when that was looked at."""
    n = len(found.lists)
    where = safe_text(rule_words.describe_scope(found.scope)) if found.scope != RuleScope() else t("every page")
    with st.grid(3, min_column_width=160, gap="small"):
        metric_tile(
            t("Lists that change"),
            f"{number(found.n_changed)} / {number(n)}",
            help=t("Of a sample of shoppers, spread evenly; another product stands at one of the first 24 places."),
        )
        metric_tile(t("Newly shown"), number(found.n_came), help=t("Products that enter a list of the sample."))
        metric_tile(
            t("Not shown any more"),
            number(found.n_gone),
            help=t("Products that leave at least one list of the sample."),
        )
    st.markdown(f":gray[:small[{t('Looked at: {where}, {day}', where=where, day=day_of(found.at))}]]")


def _side_by_side(model: Model, found: Preview) -> None:
    """One shopper's list before and after, with moves."""
    changed = [one for one in found.lists if one.n_changed]
    names = [one.user_id for one in changed]
    chosen = st.selectbox(
        t("Shopper"), names, format_func=lambda name: plain_text(name, 60), key="preview_shopper", width=260,
        help=t("Shoppers whose list changes, the most changed first."),
    )  # fmt: skip
    one = changed[names.index(chosen)] if chosen in names else changed[0]
    before, after = st.columns(2)
    places = {str(item): place for place, item in enumerate(one.before.item_ids, start=1)}
    colors = charts.component_colors(one.after.components)
    with before, st.container(border=True, gap="xsmall"):
        heading(t("Now"), t("live rules"))
        cards = make_cards(one.before, model.catalogue, None)
        draw_board(cards, key="rules_before", label=t("List now"), colors=colors, layout="compact")
    with after, st.container(border=True, gap="xsmall"):
        heading(t("With the draft"), tn("{n} place changes", "{n} places change", one.n_changed))
        cards = make_cards(one.after, model.catalogue, places)
        draw_board(cards, key="rules_after", label=t("List with the draft"), colors=colors, layout="compact")
    _steps(one)


def _steps(one: PreviewedList) -> None:
    """What each rule did to this list, in the words of the trace."""
    steps = [step for step in one.after.trace if step.rule_id]
    with st.expander(t("What each rule did to this list"), icon=":material/rule:"):
        for step in steps:
            badge = f":green-badge[{t('acted')}]" if step.acted else f":gray-badge[{t('did nothing')}]"
            st.markdown(f"{badge} **{safe_text(step.name)}** {safe_text(step.detail, 300)}")
        if not steps:
            st.markdown(f":gray[{t('No rule is in scope for this list.')}]")


def _products(title: str, file_name: str, counted: Sequence[tuple[int, int]], found: Preview, model: Model) -> None:
    """Products with the share of the sample's lists."""
    ids, titles, total = model.catalogue.item_ids, model.catalogue.titles, len(found.lists)
    with st.container(border=True, gap="xsmall", height="stretch"):
        heading(title, t("share of the sample's lists"))
        if not counted:
            st.markdown(f":gray[{t('None')}]")
            return
        rows = [(cell_text(ids[item]), cell_text(titles[item], 80), percent(n / total, 0)) for item, n in counted]
        frame = pd.DataFrame(rows, columns=["item_id", "title", "lists"])
        shown = {"title": st.column_config.TextColumn(t("Product")), "lists": st.column_config.TextColumn(t("Lists"))}
        st.dataframe(frame, hide_index=True, column_order=["title", "lists"], column_config=shown, alt=title)
        export_button(lambda: frame, file_name)
