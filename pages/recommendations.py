"""What somebody is shown, in rank order, with the reasons; a board to edit, other lists beside it, what is missing."""

from dataclasses import replace

import streamlit as st

from recsys.explanation.changes import World
from recsys.rules.book import read_rules
from recsys.workflows.draft_rules import rules_with
from ui import board, charts, data, frame, profile, shelf, shelf_audience, shelf_data, shelf_draft, shelf_parts, state
from ui.components import empty_state, export_button, filter_bar, page_header
from ui.notices import canary_notice
from ui.shelf_filters import category_control, more_filters
from ui.shelf_missing import missing_drawer
from ui.shelf_why import why_drawer
from ui.text import plain_text
from ui.variety import trace_popover
from ui.wording import t

sentence = t("What somebody is shown, in rank order. Drag, pin or hide; open a product for why.")
page_header(t("Recommendations"), sentence)
model = frame.require_model()
weight_sets = data.weight_sets(model)

with filter_bar():
    audience = shelf_audience.audience_control(model.catalogue)
    categories = category_control()
    used = st.selectbox(
        t("Weights"),
        list(weight_sets),
        format_func=plain_text,
        key=state.WEIGHT_SET,
        bind="query-params",
        width=130,
        help=t("Live, a saved preset, or the draft you are trying in Fusion."),
    )
    filters, diversity = more_filters(categories)
if used == data.LIVE and audience.shopper:
    model = data.serving_model(audience.shopper)
    canary_notice(model)

asked = shelf.Board(
    model, audience, filters, weight_sets[used], shelf.now(), diversity, data.preset_book(model, used)
)  # fmt: skip


@st.fragment(key="list")
def draw_list() -> None:
    draft = shelf_draft.open_draft()
    rules = read_rules(data.shop_paths())
    now = replace(asked, rules=rules)
    found = shelf.build_shelf(now, draft)
    world = World(model, found.request, rules if draft is None else rules_with(rules, draft))
    colors = charts.component_colors(found.components)
    profile.shopper_card(now, found, shelf_data.facets(model))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        view = shelf_parts.view_control()
        shelf_draft.edit_bar(draft, found.hidden, rules.version)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        shelf_parts.summary(found)
        with st.container(horizontal=True, width="content", gap="medium", vertical_alignment="center"):
            trace_popover(found.ranking, model.catalogue)
            missing = st.button(t("Why is my product not here?"), icon=":material/help_center:", key="ask_missing")
            export_button(lambda: shelf.export_frame(found.ranking, model.catalogue), "recommendations.csv")
    if not found.cards:
        empty_state(
            t("Nothing passes these filters"), t("Choose all products, another category, or what is not on sale.")
        )
    elif view == "Compare":
        shelf_parts.compare(found, used, found.weighted)
    else:
        shelf_parts.legend(found.components, colors)
        said = st.session_state.pop(state.BOARD_SAID, "")
        board.draw_board(
            found.cards, key=shelf_draft.BOARD, label=t("Ranked products"), colors=colors, edits=True, said=said,
            on_action=shelf_draft.remember_click,
        )  # fmt: skip
    chosen = st.session_state.pop(state.WHY, None)
    if chosen:
        why_drawer(now, world, chosen)
    elif missing:
        missing_drawer(now, world, tuple(card.id for card in found.cards))


draw_list()
