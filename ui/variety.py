"""Variety on screen: the control, and what the step did to a list."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from recsys.data.catalogue import Catalogue
from recsys.data.ranking import Diversity, Ranking
from recsys.vocabulary import DiversityMethod
from ui import state
from ui.components import heading
from ui.text import number, plain_text, safe_text

VARIETIES: Mapping[str, Diversity] = {
    "Off": Diversity(),
    "Mild": Diversity(DiversityMethod.MMR, 0.1),
    "Strong": Diversity(DiversityMethod.MMR, 0.3),
    "Her mix": Diversity(DiversityMethod.CALIBRATED, 0.1),
}
"""What the control offers; the words stand in the address. On the demo shop Mild costs nothing one can measure."""
HELP = (
    "Off: by score alone. Mild and Strong put products apart that look and read alike. "
    "Her mix spreads categories as in her history. No score changes, only the order of the first 24."
)


def variety_control() -> Diversity:
    """Draw the control; return what was chosen."""
    chosen = st.segmented_control(
        "Variety", list(VARIETIES), default="Off", required=True, key=state.VARIETY, bind="query-params", help=HELP
    )
    return VARIETIES[chosen]


def trace_popover(ranking: Ranking, catalogue: Catalogue) -> None:
    """Offer every step that made a list, and each product that variety moved with the reason."""
    with st.popover("How this list was made", icon=":material/footprint:", type="tertiary"):
        heading("Step by step", "what each step looked at and how many products it left")
        for step in ranking.trace:
            st.markdown(f"**{safe_text(step.name)}** {safe_text(step.detail)} :gray[· {number(step.remaining)} left]")
        moves = moves_frame(ranking, catalogue)
        if len(moves):
            heading("Moved by variety", "places by score and on the list")
            st.dataframe(moves, hide_index=True, key="variety_moves", alt=f"{len(moves)} products moved by variety.")


def moves_frame(ranking: Ranking, catalogue: Catalogue) -> pd.DataFrame:
    """Return one row per product that variety moved: title, place by score, place on the list, reason."""
    moves = [move for step in ranking.trace for move in step.moves]
    return pd.DataFrame(
        {
            "Product": [plain_text(catalogue.titles[m.item_num], 80) for m in moves],
            "By score": [m.place_from for m in moves],
            "On the list": [m.place_to for m in moves],
            "Why": [plain_text(m.reason, 200) for m in moves],
        }
    )
