"""Where quality is highest: the exact curve of one weight and the α/β map; a click moves the sliders there."""

from collections.abc import Mapping

import streamlit as st

from recsys.fusion.curve import Curve
from recsys.fusion.surface import GRID
from recsys.ranking.model import Model
from recsys.workflows.run_history import COLUMN_LABELS
from ui import charts, fusion_data, shelf, state, tuning, tuning_charts
from ui.components import heading
from ui.text import percent
from ui.tuning_moves import use_weights
from ui.wording import t, tn


def column_picker(model: Model) -> str:
    """Choose what quality is judged by; everything that was chosen where there is no choice."""
    columns = fusion_data.judged_columns(model)
    if len(columns) < 2:
        return "all"
    chosen = st.selectbox(
        t("Judge by"),
        columns,
        format_func=lambda column: t(COLUMN_LABELS[column][0]),
        key=state.COLUMN,
        width=160,
        help="  \n".join(f"**{t(name)}**: {t(meaning)}" for name, meaning in (COLUMN_LABELS[c] for c in columns)),
    )
    return chosen or "all"


def curve_card(model: Model, weights: dict[str, float], live: Mapping[str, float], column: str) -> None:
    """The exact curve of one weight, with the stretch that is as good as the best and a button to go there."""
    if model.holdout is None:
        return
    if st.session_state.get(state.CURVE) not in model.names:
        st.session_state[state.CURVE] = model.names[0]
    with st.container(border=True, gap="xsmall", key="curve_card"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            heading(t("One weight, exactly"))
            name = st.selectbox(
                t("Weight"),
                model.names,
                format_func=shelf.label_of,
                key=state.CURVE,
                label_visibility="collapsed",
                width=160,
            )
        curve, label = fusion_data.curve(model, weights, name, column), shelf.label_of(name)
        best = tuning.best_position(curve)
        st.echarts_chart(
            tuning_charts.curve_line(
                curve,
                now=weights[name],
                live=live[name],
                color=charts.component_colors([name])[0],
                x_name=t("{term}, slider", term=label),
            ),
            key="curve_chart",
            height=210,
            alt=t("NDCG at 20 as {term} goes from 0 to 1: {best}", term=label, best=_say_best(curve)),
        )
        _curve_words(curve, weights[name])
        st.button(
            t("Move {term} to {position}", term=label, position=f"{best:g}"),
            icon=":material/my_location:",
            key="curve_best",
            disabled=best == round(weights[name], 2),
            on_click=use_weights,
            args=(weights | {name: best}, dict(live)),
        )


def _say_best(curve: Curve) -> str:
    """The optimum and its plateau in words."""
    low, high = curve.plateau
    return t(
        "highest {best} at {position}; from {low} to {high} the difference is within the noise",
        best=f"{curve.ndcg[curve.best]:.3f}",
        position=f"{curve.optimum:.2f}",
        low=f"{low:.2f}",
        high=f"{high:.2f}",
    )


def _curve_words(curve: Curve, position: float) -> None:
    """Say what the curve shows and whether the slider stands on the plateau."""
    step = curve.step_at(position)
    loss, half = curve.ndcg[curve.best] - curve.ndcg[step], curve.half_width[step]
    if curve.holds(position):
        badge = f":green-badge[{t('on the plateau')}]"
    elif loss <= half:
        badge = f":gray-badge[{t('as good within the noise')}]"
    else:
        badge = f":orange-badge[{t('off the plateau')}]"
    said = t(
        "{now} now, {loss} ± {half} below the best: {best} ({people}).",
        now=f"{curve.ndcg[step]:.3f}",
        loss=f"{loss:.3f}",
        half=f"{half:.3f}",
        best=_say_best(curve),
        people=tn("{n} shopper", "{n} shoppers", curve.n_users),
    )
    st.markdown(f"{badge} :gray[:small[{said}]]")


def surface_card(model: Model, weights: dict[str, float], live: Mapping[str, float], column: str) -> None:
    """The α/β map: NDCG for every pair of the two sliders, a ring where they stand, a click to go there."""
    if model.holdout is None or not set(tuning.SYMBOLS) <= set(model.names):
        return
    with st.container(border=True, gap="xsmall", key="surface_card"):
        heading(t("Text and image together"), t("click a cell to use it"))
        found = fusion_data.surface(model, weights, column)
        best_row, best_column = found.best
        x, y = (weights[name] for name in tuning.SYMBOLS)
        said = t(
            "highest {best} at α {x}, β {y}",
            best=f"{found.ndcg[best_row, best_column]:.3f}",
            x=f"{GRID[best_column]:g}",
            y=f"{GRID[best_row]:g}",
        )
        st.echarts_chart(
            charts.heat_map(
                GRID,
                found.ndcg,
                ring=(x, y),
                dots=found.as_good,
                best=found.best,
                x_name=t("{term}, slider", term=f"{shelf.label_of('text')} α"),
                y_name=t("{term}, slider", term=f"{shelf.label_of('image')} β"),
                label="NDCG@20",
            ),
            key="surface",
            on_select=lambda: _use_cell(weights, live),
            height=270,
            alt=t(
                "NDCG at 20 over text and image weight: {said}; {share} of the map cannot be told from it",
                said=said,
                share=percent(float(found.as_good.mean()), 0),
            ),
        )
        as_good = percent(float(found.as_good.mean()), 0)
        more = t("Dots: as good within the 95% interval, {share} of the map. ○ now.", share=as_good)
        st.markdown(f":gray[:small[◆ {said}. {more}]]")


def _use_cell(weights: Mapping[str, float], live: Mapping[str, float]) -> None:
    """Callback of the map: put both sliders where the click was."""
    for group in st.session_state["surface"].selection.selected:
        if group["data_indices"]:
            row, column = divmod(group["data_indices"][0], len(GRID))
            use_weights(dict(weights) | dict(zip(tuning.SYMBOLS, (GRID[column], GRID[row]), strict=True)), live)
