"""The frame around every page: logo, and the sidebar's lines on the shop, its data and the live run."""

from pathlib import Path

import streamlit as st

from ui import charts, data
from ui.text import day, safe_text

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
