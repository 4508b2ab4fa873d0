"""Move the weights of the sum: the list follows while dragging, quality on held-out shoppers follows on release."""

import streamlit as st

from ui import charts, data, frame, lab, shelf, state, tuning, tuning_front, tuning_maps, tuning_parts
from ui.components import filter_bar, page_header
from ui.text import plain_text, plural

page_header(
    "Fusion", "Drag a weight and the list re-ranks at once; quality on held-out shoppers follows when you let go."
)
model = frame.require_model()
live = tuning.slider_positions(model.weights, model.names)

with filter_bar():
    shopper = st.selectbox(
        "Shopper",
        data.shoppers(),
        format_func=plain_text,
        accept_new_options=True,
        key=state.SHOPPER,
        bind="query-params",
        width=210,
        help="Type any shopper id. Somebody unknown gets the list for people without history.",
    )
    tuning_parts.preset_picker(model)
    tuning_parts.preset_saver(model, live)
    column = tuning_maps.column_picker(model)
    st.button("Back to live", icon=":material/restart_alt:", on_click=tuning_parts.go_back_to_live, key="back_to_live")


@st.fragment(key="lab_fragment")
def draw() -> None:
    weights = state.draft_weights(live)
    left, right = st.columns([5, 3], gap="medium")
    with right:  # first, since quality is what a person waits for
        tuning_parts.quality_tiles(tuning.judge(model, weights, column), shelf.same_weights(weights, live))
    with left.container(border=True):
        bench = data.bench(model, shopper or "", weights)
        lab.draw_lab(
            bench.data,
            weights,
            key=state.LAB,
            colors=charts.component_colors(model.names),
            track=charts.palette()["line"],
            on_release=lambda: tuning_parts.take_release(model.names, live),
        )
        tuning_parts.exactness_note(bench)
    with right:
        tuning_maps.curve_card(model, weights, live, column)
        tuning_maps.surface_card(model, weights, column)
    with left:
        tuning_front.front_card(model, weights)
        tuning_front.lists_table(model, weights)
    with right:
        tuning_parts.weight_table(weights, live)


draw()
st.markdown(
    f":gray[:small[Every list here holds products on sale only: {plural(len(model.catalogue), 'product')} in the run.]]"
)
