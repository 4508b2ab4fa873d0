"""What else the lists are good at, and the front of trade-offs to pick weights from."""

from collections.abc import Mapping

import streamlit as st

from recsys.fusion.goals import OBJECTIVES
from recsys.fusion.pareto import Front, FrontPoint
from recsys.ranking.model import Model
from ui import data, fusion_data, shelf, state, tuning_charts
from ui.components import empty_state, heading
from ui.text import number, percent, plural, points, signed
from ui.tuning_maps import use_weights

_SHARES = ("new_items", "margin")
_DIGITS = {"recall": 3}


def show_value(name: str, value: float) -> str:
    """Return an objective's value in its own format."""
    if name in _SHARES:
        return percent(value)
    return f"{number(value, 1)} ms" if name == "latency" else number(value, _DIGITS.get(name, 2))


def show_change(name: str, change: float, half_width: float) -> str:
    """Return a change with half of its 95 % interval, in the objective's own format."""
    if name in _SHARES:
        return f"{points(change)} ± {100 * half_width:.1f}"
    digits = _DIGITS.get(name, 2)
    return f"{signed(change, digits)} ± {half_width:.{digits}f}"


def lists_table(model: Model, weights: dict[str, float]) -> None:
    """Everything the lists of the weights on screen are good at, beside the live ones, with intervals."""
    point = fusion_data.lists_compared(model, weights)
    if point is None:
        return
    rows = [
        {
            "Goal": OBJECTIVES[name].label,
            "Now": show_value(name, value),
            "Against live": show_change(name, point.change[name], point.half_width[name]),
            "Reading": _reading(name, point),
        }
        for name, value in point.values.items()
    ]
    with st.container(border=True, gap="xsmall", key="lists_table"):
        heading("Lists of the first 20", "95% interval, paired by shopper")
        st.dataframe(rows, hide_index=True, alt="What the lists are good at, now and against live.")


def _reading(name: str, point: FrontPoint) -> str:
    """Say in words what the interval of a change allows to say."""
    change = point.change[name]
    if change == 0 and point.half_width[name] == 0:
        return "Same"
    if abs(change) <= point.half_width[name]:
        return "Undecided"
    return "More" if change > 0 else "Less"


def front_card(model: Model, weights: dict[str, float]) -> None:
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
        heading("Trade-offs", "click a point to use its weights")
        chosen = st.segmented_control(
            "Recall against",
            goals,
            format_func=lambda name: OBJECTIVES[name].label,
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
                unit=lambda value: 100 * value if goal in _SHARES else value,
            ),
            key="front_chart",
            on_select=lambda: _use_point(front, goal, weights),
            height=330,
            alt=f"Recall against {OBJECTIVES[goal].label}: {_say_front(front, goal)}",
        )
        st.markdown(f":gray[:small[{OBJECTIVES[goal].summary} {_say_front(front, goal)}]]")
        _say_choice(front, weights)


def _say_how_to_find(model: Model) -> None:
    """Empty state: why there is no front and the command that finds one."""
    with st.container(key="front_card"):
        if model.holdout is None or model.holdout.items is None:
            empty_state(
                "No trade-offs for this run", "It kept no facts of its held-out candidates. Train again to keep them."
            )
        else:
            empty_state(
                "Trade-offs were not searched yet",
                "A search of about half a minute finds weights of which none is better than another in everything: "
                "recall, diversity, novelty, new products, margin, time.",
                icon=":material/balance:",
                command=data.shop_command("tune pareto"),
            )


def _say_front(front: Front, goal: str) -> str:
    """The ends of the front and where live stands, in words."""
    along = [front.points[n].values for n in front.along(goal, tuning_charts.LEAST)]
    first, last, live = along[0], along[-1], front.live.values
    ends = " to ".join(
        f"{show_value(goal, p[goal])} at recall {show_value('recall', p['recall'])}" for p in (first, last)
    )
    return f"From {ends}; live has {show_value(goal, live[goal])} at {show_value('recall', live['recall'])}."


def _say_choice(front: Front, weights: Mapping[str, float]) -> None:
    """When the sliders stand on a point of the front, say what it brings against live."""
    chosen = [p for p in front.points if shelf.same_weights(p.weights, weights)]
    if chosen:
        said = "; ".join(
            f"{OBJECTIVES[n].label} {show_change(n, chosen[0].change[n], chosen[0].half_width[n])}"
            for n in front.objectives
        )
        st.markdown(f":blue-badge[on the front] :gray[:small[Against live: {said}.]]")
    else:
        st.markdown(
            f":gray[:small[{plural(len(front.points), 'point')} kept of {front.n_tried:,} weights tried by NSGA-II on "
            f"{plural(front.n_users, 'held-out shopper')}.]]"
        )


def _use_point(front: Front, goal: str, weights: Mapping[str, float]) -> None:
    """Callback of the front: put every slider where the point has it."""
    for group in st.session_state["front_chart"].selection.selected:
        if group["series_name"] == "front" and group["data_indices"]:
            point = front.points[front.along(goal, tuning_charts.LEAST)[group["data_indices"][0]]]
            use_weights({name: point.weights.get(name, 0.0) for name in weights})
