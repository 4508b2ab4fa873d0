"""A real server and a real Chromium: the dashboard as a person meets it."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from recsys.settings import ShopPaths

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = re.findall(r'^ +_page\("(\w+)"', (REPOSITORY / "app.py").read_text(encoding="utf-8"), flags=re.MULTILINE)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
]
READY = '[data-testid="stApp"][data-test-script-state="notRunning"]'
BUSY = '[data-testid="stSkeleton"], [data-testid="stSpinner"]'
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)  # a busy machine is slow, not wrong
HARMLESS = (
    "Failed to load resource",
    "The page that you have requested does not seem to exist",
    "Download Button source error",
)
"""A 404 of the health probe below a page's address; the notice about an address without a page; a download button
probing its file while a newer run of the script has already replaced it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here; say why it is skipped where no Chromium is installed."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine; install it to run browser tests"))


@dataclass
class Server:
    """A running dashboard."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path


@pytest.fixture(scope="session")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[ShopPaths], Server]]:
    """Start dashboards in process groups of their own; each is stopped by its own id at the end."""
    servers: list[Server] = []

    def start(paths: ShopPaths) -> Server:
        port = _free_port()
        log = tmp_path_factory.mktemp("server") / "log.txt"
        command = [sys.executable, "-m", "streamlit", "run", str(REPOSITORY / "asgi.py"), f"--server.port={port}"]
        environment = {**os.environ, "VITRINE_SHOP": str(paths.root), "OMP_NUM_THREADS": "1"}
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=REPOSITORY,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        server = Server(f"http://127.0.0.1:{port}", process, log)
        servers.append(server)
        _wait_until_healthy(server)
        return server

    yield start
    for server in servers:
        os.killpg(server.process.pid, signal.SIGTERM)
        server.process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_healthy(server: Server) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"The dashboard did not start:\n{server.log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def server(start_server: Callable[[ShopPaths], Server], copy_demo_shop: Callable[[str], ShopPaths]) -> Server:
    """A dashboard on a copy of the demo shop."""
    return start_server(copy_demo_shop("browser"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for all tests."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield chromium
        chromium.close()


@dataclass
class Visit:
    """One browser page with what went wrong in it."""

    page: Page
    home: str
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def open(self, path: str = "") -> Page:
        """Go to a page of the dashboard and wait until it is drawn."""
        self.page.goto(f"{self.home}/{path}")
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until the script has run, nothing is loading and fonts are in place."""
        self.page.wait_for_timeout(150)
        self.page.wait_for_selector(READY, timeout=PATIENCE_MS)
        self.page.wait_for_function(
            f"() => !document.querySelector('{BUSY.replace(chr(39), chr(34))}')", timeout=PATIENCE_MS
        )
        self.page.wait_for_load_state("networkidle", timeout=PATIENCE_MS)
        self.page.wait_for_timeout(500)


@pytest.fixture
def visit(browser: Browser, server: Server, request: pytest.FixtureRequest) -> Iterator[Callable[..., Visit]]:
    """Open browser pages; the test fails on a page error or a request that leaves the host."""
    visits: list[Visit] = []

    def start(*, dark: bool = False, phone: bool = False, at: Server | None = None) -> Visit:
        context = browser.new_context(
            color_scheme="dark" if dark else "light",
            viewport={"width": 412, "height": 915} if phone else {"width": 1440, "height": 900},
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        visit = Visit(page, (at or server).url)
        page.on("pageerror", lambda error: visit.errors.append(str(error)))
        page.on("console", lambda said: _note_console(visit, said.type, said.text))
        page.on("request", lambda asked: _note_request(visit, asked.url))
        visits.append(visit)
        return visit

    yield start
    for visit in visits:
        visit.page.context.close()
        assert not visit.errors, visit.errors
        assert not visit.outside, visit.outside


def _note_console(visit: Visit, kind: str, text: str) -> None:
    """Errors of components and of the content security policy; what `HARMLESS` names is Streamlit's own."""
    if kind == "error" and not any(words in text for words in HARMLESS):
        visit.errors.append(text)


def _note_request(visit: Visit, url: str) -> None:
    own = (visit.home, visit.home.replace("http", "ws", 1), "data:", "blob:", "about:")
    if not url.startswith(own):
        visit.outside.append(url)
