"""How far the response term can be trusted: its figures on days later than everything it was fitted on."""

import streamlit as st

from recsys.evaluation.response_quality import FIGURES, tabulate_responses
from recsys.ranking.model import Model
from recsys.training.runs import show_run
from ui import data
from ui.components import export_button, heading
from ui.errors import shown
from ui.wording import t


def response_quality(model: Model) -> None:
    """Draw AUC, gAUC, log loss and calibration error of a run's response term; nothing where they were not measured."""
    with shown():
        report = show_run(data.shop_paths(), model.run_id).metrics.get("response")
        if report is None:
            return
        with st.container(border=True, key="response_quality"):
            table = tabulate_responses(report)
            with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
                heading(t("How good Response is"), t("on held-out days, later than all it learned from"))
                export_button(lambda: table, "response_quality.csv")
            told = [f"{t(name)} {report[key]:.3g}" for key, (name, _) in FIGURES.items() if report[key] is not None]
            st.dataframe(
                table,
                hide_index=True,
                placeholder="–",
                key="response_figures",
                column_config={
                    name: st.column_config.NumberColumn(
                        t(name), format="localized" if key == "n_rows" else "%.3f", help=t(text)
                    )
                    for key, (name, text) in FIGURES.items()
                }
                | {"What": st.column_config.TextColumn(t("Category"))},
                alt="; ".join(told),
            )
