"""Entry of the dashboard: page frame, navigation, one place for errors, then the page. Start it with `vitrine run`."""

import sys
from pathlib import Path

import streamlit as st

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

from ui import address, errors, frame, roles, state  # noqa: E402 (tests start this file from elsewhere)
from ui.wording import mark, t  # noqa: E402

st.set_page_config(page_title="Vitrine", page_icon=frame.FAVICON, layout="wide")
frame.follow_address()


def _page(name: str, title: str, icon: str, help: str, *, default: bool = False) -> st.Page:
    """One line of the navigation: `pages/<name>.py`, its title, Material icon and tooltip."""
    return st.Page(
        HERE / "pages" / f"{name}.py",
        title=t(title),
        icon=f":material/{icon}:",
        help=t(help),
        url_path=None if default else name,
        default=default,
        visibility="visible" if roles.shows(name) else "hidden",
    )


PAGES = {
    mark("Overview"): [
        _page("today", "Today", "space_dashboard", "What matters now, in ten seconds.", default=True),
    ],
    mark("Merchandise"): [
        _page("recommendations", "Recommendations", "grid_view", "What one shopper is shown, and why."),
        _page("new_items", "New items", "fiber_new", "Everything launched lately: who would want it, and why."),
        _page("rules", "Rules", "rule", "Pin, boost, bury, block: with dates, owners and undo."),
    ],
    mark("Analyse"): [
        _page("fusion", "Fusion", "tune", "Move the weights, watch list and quality change."),
        _page("training", "Training", "model_training", "Learn from the newest data, queue trainings, schedule them."),
        _page("explain", "Explain", "account_tree", "One shopper and one product: the sum, term by term."),
    ],
    mark("Data"): [
        _page("catalogue", "Catalogue", "inventory_2", "Products and pictures: upload, check, import, undo."),
        _page("doctor", "Doctor", "stethoscope", "What is wrong with products and pictures, worst first."),
        _page("events", "Events", "timeline", "What shoppers did: upload, counts, funnel."),
    ],
    mark("Manage"): [
        _page("performance", "Performance", "monitoring", "Clicks, conversion and revenue of shown lists."),
        _page("models", "Models", "deployed_code", "Whom each run serves, how good it is; promote, roll back."),
    ],
}

page = st.navigation({t(group): pages for group, pages in PAGES.items()}, expanded=True)
state.drop_empty_parameters()
address.note_page(page.url_path)
frame.go_where_a_choice_leads(page)
st.set_page_config(page_title=f"{page.title} · Vitrine")
frame.draw_logo()
with errors.shown():
    frame.draw_sidebar()
    frame.draw_scope()
    page.run()
