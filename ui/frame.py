"""The frame around every page: logo, what holds on every page, and the line on the shop, its data and the live run."""

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from ui import address, charts, data, errors, roles, shops, state
from ui.components import empty_state
from ui.text import day, safe_text
from ui.wording import LANGUAGES, language, mark, t

if TYPE_CHECKING:
    from recsys.ranking.model import Model

_PAGES = Path(__file__).resolve().parent.parent / "pages"
_BRAND = Path(__file__).resolve().parent.parent / "static" / "brand"
FAVICON = str(_BRAND / "favicon.png")
KEYBOARD = (
    mark("**Tab** and **Shift+Tab** go from control to control, **Enter** or **Space** presses one."),
    mark("**Arrow keys** move a slider, choose a segment, and walk over the products of a board."),
    mark("On a board: **Alt** with an arrow moves a product, **P** pins, **H** hides, a digit asks for its place."),
    mark("On a board: **Enter** says why a product is there, **Ctrl+Z** undoes, **Ctrl+Shift+Z** does again."),
    mark("**R** reads the page again, **Esc** closes a drawer."),
)
"""How to get about without a mouse, one line each."""


def draw_logo() -> None:
    """Place the wordmark of the theme on screen."""
    wordmark = _BRAND / f"wordmark-{'dark' if charts.is_dark() else 'light'}.svg"
    st.logo(str(wordmark), size="large", icon_image=str(_BRAND / "icon.svg"))


def follow_address() -> None:
    """Take shop, language and role from the address; call first, since everything depends on them."""
    address.follow(state.LANGUAGE, LANGUAGES, language(), stays=True)
    roles.follow_address()
    shops.follow_address()


def go_where_a_choice_leads(page: st.Page) -> None:
    """Leave for the page a new role begins with, or open this one afresh in another shop; else do nothing."""
    landing = roles.take_landing(at_start=not page.url_path)
    if shops.take_left():
        st.switch_page(page, query_params=_kept())
    if landing is not None:
        st.switch_page(page_path(landing), query_params=_kept())


def _kept() -> dict[str, str]:
    """What the address says of the frame: shop, role and language, where they are not what holds anyway."""
    usual = {state.SHOP: shops.home().root.name, state.ROLE: roles.EVERYTHING, state.LANGUAGE: "en"}
    held = {key: str(st.session_state.get(key, default)) for key, default in usual.items()}
    return {key: code for key, code in held.items() if code != usual[key]}


def draw_sidebar() -> None:
    """Draw what holds on every page: shop, role, language, and how to get about without a mouse."""
    with st.sidebar:
        shops.shop_control()
        roles.role_control()
        address.choose(
            t("Language"), LANGUAGES, key=state.LANGUAGE, default="en", stays=True, on_change=_write_links_anew
        )
        with st.popover(t("Keyboard"), icon=":material/keyboard:", type="tertiary"):
            st.markdown("\n".join(f"- {t(line)}" for line in KEYBOARD))


def _write_links_anew() -> None:
    """Callback: some parameters are words of the language just left; assigning the values has them written again."""
    for key in st.query_params:
        if key in st.session_state and key != state.LANGUAGE:
            st.session_state[key] = st.session_state[key]


def draw_scope() -> None:
    """Say above the page which shop this is, up to when its data goes, which run is live and which rules hold."""
    info, pointer = data.newest_snapshot(), data.live_pointer()
    with st.container(horizontal=True, gap="small", key="scope"), errors.shown():
        if info is None:
            parts = [safe_text(data.shop_paths().root.name, 60), t("no data yet")]
        else:
            parts = [safe_text(info.name, 60), t("data to {date}", date=day(info.data_to))]
            parts.append(t("run {name}", name=safe_text(pointer[0])) if pointer else t("no run is live"))
            version = data.rules_version()
            parts += [t("rules version {n}", n=version)] if version else []
        badge = f" :orange-badge[{t('Simulated data')}]" if info is not None and info.simulated else ""
        st.markdown(f":gray[:small[{' · '.join(parts)}]]{badge}")


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
        t("This shop has no data yet"),
        t("Upload a catalogue and events, or import them from the command line. No files at hand? Try the demo shop."),
        icon=":material/storefront:",
        command="\n".join(commands),
        action=lambda: link("catalogue", t("Upload a catalogue"), icon=":material/upload_file:"),
    )


def say_no_run() -> None:
    """Draw the empty state of a shop with data but without a live run."""
    empty_state(
        t("No run is live yet"),
        t("Train the shop's data once and promote the run; then lists, weights and explanations appear."),
        icon=":material/model_training:",
        command=data.shop_command("train"),
        action=lambda: link("training", t("Open Training"), icon=":material/arrow_forward:"),
    )
