"""The frame around every page: logo, and the sidebar's lines on the shop, its data and the live run."""

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from ui import charts, data
from ui.components import empty_state
from ui.text import day, safe_text

if TYPE_CHECKING:
    from recsys.ranking.model import Model

_PAGES = Path(__file__).resolve().parent.parent / "pages"
_BRAND = Path(__file__).resolve().parent.parent / "static" / "brand"
FAVICON = str(_BRAND / "favicon.png")


def draw_logo() -> None:
    """Place the wordmark of the theme on screen."""
    wordmark = _BRAND / f"wordmark-{'dark' if charts.is_dark() else 'light'}.svg"
    st.logo(str(wordmark), size="large", icon_image=str(_BRAND / "icon.svg"))


def draw_footer() -> None:
    """Say in the sidebar which shop this is, up to when its data goes, and which run is live."""
    info, pointer = data.newest_snapshot(), data.live_pointer()
    with st.sidebar:
        if info is None:
            st.markdown(f"**{safe_text(data.shop_paths().root.name)}**  \n:gray[:small[No data yet]]")
            return
        badge = " :orange-badge[Simulated data]" if info.simulated else ""
        run = f"Live run {safe_text(pointer[0])}" if pointer else "No run is live"
        lines = f":gray[:small[Data to {day(info.data_to)}]]  \n:gray[:small[{run}]]"
        st.markdown(f"**{safe_text(info.name, 60)}**{badge}  \n{lines}")


def page_path(name: str) -> str:
    """Return what Streamlit calls the page `pages/<name>.py`, wherever the app was started from."""
    return str(_PAGES / f"{name}.py")


def link(name: str, label: str, *, icon: str | None = None, query: dict[str, str] | None = None) -> None:
    """Draw a link to another page, its filters filled in."""
    st.page_link(page_path(name), label=label, icon=icon, query_params=query)


def require_model() -> "Model":
    """Return the live model; without one, say what is missing and the exact next step, and end the page."""
    if data.newest_snapshot() is None and not data.shop_paths().store.exists():
        say_empty()
    elif data.live_pointer() is None:
        say_no_run()
    else:
        return data.live_model()
    st.stop()


def say_empty() -> None:
    """Draw the empty state of a shop without data."""
    commands = (data.shop_command("import catalogue FILE"), data.shop_command("import events FILE"), "vitrine demo")
    empty_state(
        "This shop has no data yet",
        "Upload a catalogue and events, or import them from the command line. No files at hand? Try the demo shop.",
        icon=":material/storefront:",
        command="\n".join(commands),
        action=lambda: link("catalogue", "Upload a catalogue", icon=":material/upload_file:"),
    )


def say_no_run() -> None:
    """Draw the empty state of a shop with data but without a live run."""
    empty_state(
        "No run is live yet",
        "Train the shop's data once and promote the run; then lists, weights and explanations appear.",
        icon=":material/model_training:",
        command=data.shop_command("train"),
        action=lambda: link("training", "Open Training", icon=":material/arrow_forward:"),
    )
