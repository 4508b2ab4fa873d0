"""Variety on screen: the control, and what every step did to a list."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from recsys.data.catalogue import Catalogue
from recsys.data.ranking import Diversity, Ranking
from recsys.vocabulary import DiversityMethod
from ui import address, state
from ui.components import export_button, heading
from ui.text import cell_text, number, plain_text, safe_text
from ui.wording import mark, t, tn

VARIETIES: Mapping[str, Diversity] = {
    "Off": Diversity(),
    "Mild": Diversity(DiversityMethod.MMR, 0.1),
    "Strong": Diversity(DiversityMethod.MMR, 0.3),
    "Her mix": Diversity(DiversityMethod.CALIBRATED, 0.1),
}
"""What the control offers; the words stand in the address. On the demo shop Mild costs nothing one can measure."""
NAMES = {
    "Off": mark("Off"),
    "Mild": mark("Mild"),
    "Strong": mark("Strong"),
    "Her mix": mark("Her mix"),
}
HELP = mark(
    "Off: by score alone. Mild and Strong put products apart that look and read alike. "
    "Her mix spreads categories as in her history. No score changes, only the order of the first 24."
)


def variety_control() -> Diversity:
    """Draw the control; return what was chosen."""
    options = {name: t(NAMES[name]) for name in VARIETIES}
    return VARIETIES[address.choose(t("Variety"), options, key=state.VARIETY, default="Off", help=t(HELP))]


def trace_popover(ranking: Ranking, catalogue: Catalogue) -> None:
    """Offer every step that made a list, and each product that a rule or variety moved with the reason."""
    with st.popover(t("How this list was made"), icon=":material/footprint:", type="tertiary"):
        heading(t("Step by step"), t("what each step looked at and how many products it left"))
        for step in ranking.trace:
            left = t("{n} left", n=number(step.remaining))
            st.markdown(f"**{safe_text(step.name)}** {safe_text(step.detail)} :gray[· {left}]")
        moves = moves_frame(ranking, catalogue)
        if len(moves):
            with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
                heading(t("Moved"), t("places before and after the step"))
                export_button(lambda: moves, "moves.csv")
            alt = tn("{n} product moved.", "{n} products moved.", len(moves))
            st.dataframe(moves, hide_index=True, key="variety_moves", alt=alt)


def moves_frame(ranking: Ranking, catalogue: Catalogue) -> pd.DataFrame:
    """Return one row per move: the step, the title, places before and after, the reason."""
    moves = [(step.name, move) for step in ranking.trace for move in step.moves]
    return pd.DataFrame(
        {
            t("Step"): [plain_text(name, 40) for name, _ in moves],
            t("Product"): [cell_text(catalogue.titles[m.item_num], 80) for _, m in moves],
            t("From"): [m.place_from for _, m in moves],
            t("To"): [m.place_to for _, m in moves],
            t("Why"): [cell_text(m.reason, 200) for _, m in moves],
        }
    )
