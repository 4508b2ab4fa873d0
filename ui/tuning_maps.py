"""Where quality is highest: the exact curve of one weight and the α/β map, and the callbacks that move the sliders."""

from collections.abc import Mapping

import streamlit as st

from recsys.fusion.curve import Curve
from recsys.fusion.surface import GRID
from recsys.ranking.model import Model
from recsys.workflows.run_history import COLUMN_LABELS
from ui import charts, fusion_data, shelf, state, tuning, tuning_charts
from ui.components import heading
from ui.text import plural


def use_weights(moved: Mapping[str, float]) -> None:
    """Put the sliders where something was chosen; all at 0 is no choice. Inside a callback only."""
    if any(moved.values()):
        state.forget_preset()
        state.keep_draft(moved)


def column_picker(model: Model) -> str:
    """Choose what quality is judged by; everything that was chosen where there is no choice."""
    columns = fusion_data.judged_columns(model)
    if len(columns) < 2:
        return "all"
    chosen = st.selectbox(
        "Judge by",
        columns,
        format_func=lambda column: COLUMN_LABELS[column][0],
        key=state.COLUMN,
        width=160,
        help="  \n".join(f"**{name}**: {meaning}" for name, meaning in (COLUMN_LABELS[c] for c in columns)),
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
            heading("One weight, exactly")
            name = st.selectbox(
                "Weight",
                model.names,
                format_func=shelf.label_of,
                key=state.CURVE,
                label_visibility="collapsed",
                width=160,
            )
        curve = fusion_data.curve(model, weights, name, column)
        best = tuning.best_position(curve)
        st.echarts_chart(
            tuning_charts.curve_line(
                curve,
                now=weights[name],
                live=live[name],
                color=charts.component_colors([name])[0],
                x_name=f"{shelf.label_of(name)}, slider",
            ),
            key="curve_chart",
            height=210,
            alt=f"NDCG at 20 as {shelf.label_of(name)} goes from 0 to 1; {_say_best(curve)}",
        )
        _curve_words(curve, weights[name])
        st.button(
            f"Move {shelf.label_of(name)} to {best:g}",
            icon=":material/my_location:",
            key="curve_best",
            disabled=best == round(weights[name], 2),
            on_click=use_weights,
            args=(weights | {name: best},),
        )


def _say_best(curve: Curve) -> str:
    """The optimum and its plateau in words."""
    low, high = curve.plateau
    best = curve.ndcg[curve.best]
    return f"highest {best:.3f} at {curve.optimum:.2f}; from {low:.2f} to {high:.2f} the difference is within the noise"


def _curve_words(curve: Curve, position: float) -> None:
    """Say what the curve shows and whether the slider stands on the plateau."""
    step = curve.step_at(position)
    loss, half = curve.ndcg[curve.best] - curve.ndcg[step], curve.half_width[step]
    badge = ":green-badge[on the plateau]" if curve.holds(position) else ":orange-badge[off the plateau]"
    st.markdown(
        f"{badge} :gray[:small[{curve.ndcg[step]:.3f} now, {loss:.3f} ± {half:.3f} below the best. "
        f"{_say_best(curve).capitalize()} ({plural(curve.n_users, 'shopper')}).]]"
    )


def surface_card(model: Model, weights: dict[str, float], column: str) -> None:
    """The α/β map: NDCG for every pair of the two sliders, a ring where they stand, a click to go there."""
    if model.holdout is None or not set(tuning.SYMBOLS) <= set(model.names):
        return
    with st.container(border=True, gap="xsmall", key="surface_card"):
        heading("Text and image together", "click a cell to use it")
        found = fusion_data.surface(model, weights, column)
        row, column = found.best
        x, y = (weights[name] for name in tuning.SYMBOLS)
        said = f"highest {found.ndcg[row, column]:.3f} at α {GRID[column]:g}, β {GRID[row]:g}"
        st.echarts_chart(
            charts.heat_map(
                GRID,
                found.ndcg,
                ring=(x, y),
                dots=found.as_good,
                best=found.best,
                x_name="Text α, slider",
                y_name="Image β, slider",
                label="NDCG@20",
            ),
            key="surface",
            on_select=lambda: _use_cell(weights),
            height=270,
            alt=f"NDCG at 20 over text and image weight; {said}; {plural(int(found.as_good.sum()), 'cell')} of "
            f"{found.as_good.size} cannot be told from it",
        )
        st.markdown(
            f":gray[:small[◆ {said}. Dots: as good within the 95% interval, "
            f"{found.as_good.mean():.0%} of the map. ○ now.]]"
        )


def _use_cell(weights: Mapping[str, float]) -> None:
    """Callback of the map: put both sliders where the click was."""
    for group in st.session_state["surface"].selection.selected:
        if group["data_indices"]:
            row, column = divmod(group["data_indices"][0], len(GRID))
            use_weights(dict(weights) | dict(zip(tuning.SYMBOLS, (GRID[column], GRID[row]), strict=True)))
