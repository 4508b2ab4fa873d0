"""Move the weights of the sum: the list follows while dragging, quality on held-out shoppers follows on release."""

import streamlit as st

from ui import charts, frame, fusion_data, lab, scope, state, tuning, tuning_front, tuning_maps, tuning_moves
from ui import tuning_movers as movers
from ui import tuning_parts as parts
from ui import tuning_save as save
from ui.components import filter_bar, heading, page_header
from ui.wording import t, tn

page_header(
    t("Fusion"), t("Drag a weight and the list re-ranks at once; quality on held-out shoppers follows when you let go.")
)
model = frame.require_model()
live = tuning.slider_positions(fusion_data.live_weights(model), model.names)

with filter_bar():
    shopper = scope.shopper_control()
    save.preset_picker(model, live)
    column = tuning_maps.column_picker(model)
    save.saver(live)
    st.button(
        t("Back to live"),
        icon=":material/restart_alt:",
        on_click=tuning_moves.go_back_to_live,
        args=(live,),
        key="back_to_live",
    )
save.say_live()


@st.fragment(key="lab_fragment")
def draw() -> None:
    weights = state.draft_weights(live)
    left, right = st.columns([5, 3], gap="medium")
    with right:  # first, since quality is what a person waits for
        goals = fusion_data.lists_compared(model, weights)
        parts.quality_tiles(fusion_data.judge(model, weights, column), goals, weights, live)
    with left.container(border=True, key="lab_card"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            heading(t("Weights"), t("share of the sum, as it is used"))
            with st.container(horizontal=True, width="content", gap="xsmall"):
                tuning_moves.step_buttons()
        bench = fusion_data.bench(model, shopper, weights)
        lab.draw_lab(
            bench.data,
            weights,
            key=state.LAB,
            colors=charts.component_colors(model.names),
            track=charts.palette()["line"],
            on_release=lambda: tuning_moves.take_release(model.names, live),
        )
        parts.exactness_note(bench)
    with left:
        movers.movers_card(model, weights)
        tuning_front.front_card(model, weights, live)
    with right:
        tuning_maps.curve_card(model, weights, live, column)
        tuning_maps.surface_card(model, weights, live, column)


draw()
count = tn("{n} product", "{n} products", len(model.catalogue))
st.markdown(f":gray[:small[{t('Every list here holds products on sale only: {count} in the run.', count=count)}]]")
