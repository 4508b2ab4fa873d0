"""The server: the dashboard, the pictures' route and the headers every answer carries. `streamlit run asgi.py`."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

import streamlit as st  # noqa: E402 (after the path, so that `ui` and `recsys` are importable from any folder)
from starlette.middleware import Middleware  # noqa: E402
from starlette.routing import Route  # noqa: E402
from streamlit.runtime.pages_manager import PagesManager  # noqa: E402

from ui import errors, schedule, shops  # noqa: E402
from ui.headers import SecurityHeaders  # noqa: E402
from ui.media import media_route  # noqa: E402
from ui.upload_route import upload_routes  # noqa: E402

# A folder named `pages` starts Streamlit's older navigation until the entry script has run once, so a deep link opened
# first on a fresh server would show a page without its frame. This is what `st.navigation` itself sets.
PagesManager.uses_pages_directory = False

app = st.App(
    HERE / "app.py",
    routes=[Route("/pictures/{name}", media_route(shops.offered)), *upload_routes(shops.offered)],
    middleware=[Middleware(SecurityHeaders)],
    on_script_error=errors.report,
    lifespan=schedule.conducting,
)
