"""What one product lacks against the last one shown, as a chart and as a table."""

import pandas as pd
import streamlit as st

from recsys.explanation.absence import Absence
from ui import charts
from ui.shelf_cards import label_of
from ui.text import signed
from ui.wording import t


def gap_chart(found: Absence) -> None:
    """Draw the gap term by term, largest first."""
    gaps = sorted((g for g in found.gaps if abs(g.gap) >= 0.0005), key=lambda g: -abs(g.gap))
    if not gaps:
        return
    spec = charts.term_bars(
        [label_of(g.name) for g in gaps],
        [-g.gap for g in gaps],
        charts.component_colors([g.name for g in gaps]),
        digits=2,
    )
    told = ", ".join(f"{label_of(g.name)} {signed(-g.gap, 2)}" for g in gaps)
    st.echarts_chart(spec, height=30 + 28 * len(gaps), key="missing_gap", alt=t("Gap by term: {terms}", terms=told))


def gap_frame(found: Absence) -> pd.DataFrame:
    """Return one row per term: what this product has of it, what the last one shown has, the difference."""
    return pd.DataFrame(
        [(label_of(g.name), g.own, g.shown, g.gap) for g in found.gaps],
        columns=[t("Term"), t("This product"), t("Last one shown"), t("Gap")],
    )
