"""The front of trade-offs between recall and another goal, to pick weights from."""

from collections.abc import Mapping

import streamlit as st

from recsys.fusion.goals import OBJECTIVES
from recsys.fusion.pareto import Front
from recsys.ranking.model import Model
from ui import data, fusion_data, shelf, state, tuning_charts
from ui.components import empty_state, heading
from ui.text import number
from ui.tuning_moves import use_weights
from ui.tuning_parts import SHARES, show_change, show_half, show_value
from ui.wording import t, tn


def front_card(model: Model, weights: dict[str, float], live: Mapping[str, float]) -> None:
    """The front of recall against another goal; a click on a point moves the sliders there."""
    found = fusion_data.trade_offs(model)
    if found is None:
        _say_how_to_find(model)
        return
    front = found.front
    goals = front.objectives[1:]
    if st.session_state.get(state.GOAL) not in goals:
        st.session_state[state.GOAL] = goals[0]
    with st.container(border=True, gap="xsmall", key="front_card"):
        heading(t("Trade-offs"), t("click a point to use its weights"))
        chosen = st.segmented_control(
            t("Recall against"),
            goals,
            format_func=lambda name: t(OBJECTIVES[name].label),
            key=state.GOAL,
            required=True,
            label_visibility="collapsed",
        )
        goal = chosen or goals[0]
        now = fusion_data.lists_compared(model, weights)
        known = now is not None and goal in now.values
        st.echarts_chart(
            tuning_charts.front_chart(
                front,
                goal,
                now=(now.values["recall"], now.values[goal]) if now is not None and known else None,
                unit=lambda value: 100 * value if goal in SHARES else value,
            ),
            key="front_chart",
            on_select=lambda: _use_point(front, goal, weights, live),
            height=300,
            alt=t("Recall against {goal}: {front}", goal=t(OBJECTIVES[goal].label), front=_say_front(front, goal)),
        )
        st.markdown(f":gray[:small[{t(OBJECTIVES[goal].summary)} {_say_front(front, goal)}]]")
        _say_choice(front, weights)


def _say_how_to_find(model: Model) -> None:
    """Empty state: why there is no front and the command that finds one."""
    with st.container(key="front_card"):
        if model.holdout is None or model.holdout.items is None:
            empty_state(
                t("No trade-offs for this run"),
                t("It kept no facts of its held-out candidates. Train again to keep them."),
            )
        else:
            empty_state(
                t("Trade-offs were not searched yet"),
                t(
                    "A search of about half a minute finds weights of which none is better than another in everything: "
                    "recall, diversity, novelty, new products, margin, time."
                ),
                icon=":material/balance:",
                command=data.shop_command("tune pareto"),
            )


def _say_front(front: Front, goal: str) -> str:
    """The ends of the front and where live stands, in words."""
    along = [front.points[n].values for n in front.along(goal, tuning_charts.LEAST)]
    first, last, run = along[0], along[-1], front.live.values
    return t(
        "From {first} at recall {first_recall} to {last} at recall {last_recall}; the run has {own} at {own_recall}.",
        first=show_value(goal, first[goal]),
        first_recall=show_value("recall", first["recall"]),
        last=show_value(goal, last[goal]),
        last_recall=show_value("recall", last["recall"]),
        own=show_value(goal, run[goal]),
        own_recall=show_value("recall", run["recall"]),
    )


def _say_choice(front: Front, weights: Mapping[str, float]) -> None:
    """When the sliders stand on a point of the front, say what it brings against the run's weights."""
    chosen = [p for p in front.points if shelf.same_weights(p.weights, weights)]
    if chosen:
        point = chosen[0]
        told = "; ".join(
            f"{t(OBJECTIVES[n].label)} {show_change(n, point.change[n])} ± {show_half(n, point.half_width[n])}"
            for n in front.objectives
        )
        said = t("Against the run's weights: {changes}.", changes=told)
        st.markdown(f":blue-badge[{t('on the front')}] :gray[:small[{said}]]")
    else:
        said = t(
            "{points} kept of {tried} weights tried by NSGA-II on {people}.",
            points=tn("{n} point", "{n} points", len(front.points)),
            tried=number(front.n_tried),
            people=tn("{n} held-out shopper", "{n} held-out shoppers", front.n_users),
        )
        st.markdown(f":gray[:small[{said}]]")


def _use_point(front: Front, goal: str, weights: Mapping[str, float], live: Mapping[str, float]) -> None:
    """Callback of the front: put every slider where the point has it."""
    for group in st.session_state["front_chart"].selection.selected:
        if group["series_name"] == "front" and group["data_indices"]:
            point = front.points[front.along(goal, tuning_charts.LEAST)[group["data_indices"][0]]]
            use_weights({name: point.weights.get(name, 0.0) for name in weights}, live)
