"""How fast the dashboard answers in a real Chromium, and how much memory its process holds; prints JSON.

    python benchmarks/browser_latency.py --shop data/var/demo

Page switch: click in the navigation until the script has run and nothing in the page has changed for a while; the quiet
time itself is not counted. Filter: choosing another category on Recommendations, measured alike; pin: P on a card.
Release: pointer up on a weight until the confirmed quality is painted. Redraw: script time of one animation frame while
a weight moves. Messages: what the server sends for a filter or a pin. First load: an empty browser cache to the settled
page. Visitors: `VISITORS` more pages are opened on Recommendations; what the server's memory grows by, and the
milliseconds to the last message of a filter that all of them choose at one moment. The browser shares the machine and
its cores. The budgets stand in `BUDGETS`; medians are held against them.
"""

import argparse
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

REPOSITORY = Path(__file__).resolve().parents[1]
BUDGETS = {
    "page_switch_ms": 900,
    "filter_ms": 400,
    "pin_ms": 250,
    "release_to_quality_ms": 300,
    "drag_redraw_ms": 50,
    "first_load_ms": 4000,
    "messages_per_interaction": 80,
    "visitors_at_once_ms": 1000,
    "memory_per_visitor_mb": 4,
    "app_memory_mb": 1500,
}
VISITORS = 10
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars"]
READY = '[data-testid="stApp"][data-test-script-state="notRunning"]'
WATCH = """
window.probe = { changed: 0, frames: [], messages: 0, said: 0 }
window.WebSocket = new Proxy(window.WebSocket, { construct(Socket, given) {
  const socket = new Socket(...given)
  socket.addEventListener('message', () => { window.probe.messages += 1; window.probe.said = performance.now() })
  return socket } })
const asked = window.requestAnimationFrame.bind(window)
window.requestAnimationFrame = work => asked(at => {
  const start = performance.now(); work(at); window.probe.frames.push([start, performance.now() - start]) })
const watcher = new MutationObserver(() => { window.probe.changed = performance.now() })
document.addEventListener('DOMContentLoaded', () =>
  watcher.observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true }))
"""
SETTLED = """([title, start, quiet]) => {
  const ready = document.querySelector('[data-testid="stApp"][data-test-script-state="notRunning"]')
  const busy = document.querySelector('[data-testid="stSkeleton"], [data-testid="stSpinner"]')
  const last = Math.max(window.probe.changed, start)
  return ready && !busy && document.title.startsWith(title) && performance.now() - last > quiet ? last - start : false
}"""
BUSY_OR_CHANGING = """() => !document.querySelector('[data-testid="stSkeleton"], [data-testid="stSpinner"]')
  && performance.now() - window.probe.changed > 700"""
QUIET_MS = 400


@contextmanager
def served(shop: Path) -> Iterator[tuple[str, psutil.Process]]:
    """Run the dashboard in its own process group; stop it by its id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(REPOSITORY / "asgi.py"), f"--server.port={port}"]
    process = subprocess.Popen(
        command,
        cwd=REPOSITORY,
        env={**os.environ, "VITRINE_SHOP": str(shop.resolve())},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
                    break
            except OSError:
                time.sleep(0.2)
        yield url, psutil.Process(process.pid)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def settle(page: Page) -> None:
    page.wait_for_selector(READY)
    page.wait_for_function(BUSY_OR_CHANGING)


def measure_switches(page: Page, rounds: int) -> dict[str, list[float]]:
    """Milliseconds from the click to the settled page, per page, warm caches."""
    links = page.locator('[data-testid="stSidebarNavLink"]')
    titles = [t.strip().split("\n")[-1] for t in links.all_inner_texts()]
    found: dict[str, list[float]] = {title: [] for title in titles}
    for turn in range(rounds + 1):  # the first round fills the caches
        for number, title in enumerate(titles):
            start = page.evaluate("performance.now()")
            links.nth(number).click()
            took = page.wait_for_function(SETTLED, arg=[title, start, QUIET_MS], polling="raf").json_value()
            if turn:
                found[title].append(float(took))
    return found


def measure_choices(page: Page, rounds: int) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds of choosing a category and of pinning a card, and the messages of either."""
    box = page.locator('.st-key-category [role="combobox"], .st-key-category input').first
    filters, pins, messages = [], [], []
    for turn in range(rounds + 1):
        box.click()
        page.get_by_role("option").nth(1 + turn % 4).hover()
        start = page.evaluate("window.probe.messages = 0, performance.now()")
        page.get_by_role("option").nth(1 + turn % 4).click()
        took = page.wait_for_function(SETTLED, arg=["Recommendations", start, QUIET_MS], polling="raf").json_value()
        if turn:
            filters.append(float(took))
            messages.append(float(page.evaluate("window.probe.messages")))
    for turn in range(rounds + 1):
        page.locator(".st-key-board [data-id]").nth(turn % 8).focus()
        start = page.evaluate("window.probe.messages = 0, performance.now()")
        page.keyboard.press("p")
        took = page.wait_for_function(SETTLED, arg=["Recommendations", start, QUIET_MS], polling="raf").json_value()
        if turn:
            pins.append(float(took))
            messages.append(float(page.evaluate("window.probe.messages")))
    return filters, pins, messages


def measure_first_load(browser: Browser, url: str) -> float:
    """Milliseconds from an empty cache to the settled page."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(url)
    took = page.wait_for_function(SETTLED, arg=["Recommendations", 0, QUIET_MS], polling="raf").json_value()
    context.close()
    return float(took)


def measure_visitors(
    browser: Browser, url: str, process: psutil.Process, rounds: int
) -> tuple[list[float], list[float]]:
    """Megabytes that one more visitor takes, and milliseconds when all of them filter at once."""
    pages, before = [], process.memory_info().rss
    for _ in range(VISITORS):
        page = browser.new_context(viewport={"width": 1440, "height": 1000}).new_page()
        page.set_default_timeout(120_000)
        page.add_init_script(WATCH)
        page.goto(url)
        settle(page)
        pages.append(page)
    each = (process.memory_info().rss - before) / VISITORS / 2**20
    took = []
    for turn in range(rounds):
        for page in pages:
            page.locator('.st-key-category [role="combobox"], .st-key-category input').first.click()
            page.get_by_role("option").nth(1 + turn % 4).wait_for()
        moment = max(float(page.evaluate("Date.now()")) for page in pages) + 1_500
        for page in pages:
            page.evaluate(
                """([at, nth]) => { setTimeout(() => { window.probe.start = performance.now()
                  document.querySelectorAll('[role=option]')[nth].click() }, at - Date.now()) }""",
                [moment, 1 + turn % 4],
            )
        for page in pages:
            page.wait_for_function("() => window.probe.start && window.probe.said > window.probe.start")
            settle(page)
            took.append(float(page.evaluate("window.probe.said - window.probe.start")))
            page.evaluate("window.probe.start = 0")
    for page in pages:
        page.context.close()
    return [each], took


def measure_releases(page: Page, rounds: int) -> tuple[list[float], list[float]]:
    """Milliseconds from letting go to painted quality, and script time per redraw while dragging."""
    slider = page.get_by_label("Weight of Image")
    releases, redraws = [], []
    for turn in range(rounds):
        box = slider.bounding_box()
        assert box is not None
        y, aim = box["y"] + box["height"] / 2, 0.15 + 0.7 * ((turn * 0.37) % 1)
        page.mouse.move(box["x"] + box["width"] * float(slider.input_value()), y)
        page.mouse.down()
        page.evaluate("window.probe.frames = []")
        page.mouse.move(box["x"] + box["width"] * aim, y, steps=12)
        page.wait_for_timeout(60)
        redraws += [ms for _, ms in page.evaluate("window.probe.frames") if ms > 0.3]
        page.evaluate("""() => { window.probe.done = null
          const tile = () => document.querySelector('[data-testid="stMetric"]')?.innerText
          addEventListener('pointerup', () => { const start = performance.now(), before = tile()
            const look = () => tile() !== before
              ? setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => {
                  window.probe.done = performance.now() - start })))
              : setTimeout(look, 4)
            look() }, { once: true, capture: true }) }""")
        page.mouse.up()
        releases.append(float(page.wait_for_function("() => window.probe.done", polling=20).json_value()))
        settle(page)
    return releases, redraws


def summarise(values: Sequence[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "median": round(statistics.median(ordered), 1),
        "p95": round(ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))], 1),
        "n": len(ordered),
    }


def measure(shop: Path, rounds: int) -> dict[str, object]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with served(shop) as (url, process), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.set_default_timeout(60_000)
        page.add_init_script(WATCH)
        page.goto(url)
        settle(page)
        switches = measure_switches(page, rounds)
        page.goto(f"{url}/fusion")
        settle(page)
        releases, redraws = measure_releases(page, 3 * rounds)
        page.goto(f"{url}/recommendations")
        settle(page)
        filters, pins, messages = measure_choices(page, 2 * rounds)
        loads = [measure_first_load(browser, f"{url}/recommendations") for _ in range(rounds)]
        each, at_once = measure_visitors(browser, f"{url}/recommendations", process, rounds)
        memory = process.memory_info().rss / 2**20
        torch = any(re.search(r"libtorch", region.path) for region in process.memory_maps())
        browser.close()
    figures = {
        "page_switch_ms": summarise([ms for values in switches.values() for ms in values]),
        "page_switch_ms_by_page": {title: summarise(values) for title, values in switches.items()},
        "release_to_quality_ms": summarise(releases),
        "drag_redraw_ms": summarise(redraws),
        "filter_ms": summarise(filters),
        "pin_ms": summarise(pins),
        "messages_per_interaction": summarise(messages),
        "first_load_ms": summarise(loads),
        "memory_per_visitor_mb": summarise(each),
        "visitors_at_once_ms": summarise(at_once),
        "app_memory_mb": {"median": round(memory), "p95": round(memory), "n": 1},
        "torch_in_app_process": torch,
    }
    within = {name: figures[name]["median"] <= limit for name, limit in BUDGETS.items()}  # type: ignore[index]
    machine = {"cpus": os.cpu_count(), "load_1_min": round(os.getloadavg()[0], 2)}
    return {"figures": figures, "budgets": BUDGETS, "within_budget": within, "machine": machine}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shop", type=Path, default=REPOSITORY / "data" / "var" / "demo")
    parser.add_argument("--rounds", type=int, default=5, help="visits of each page; drags are three times as many")
    parser.add_argument("--out", type=Path, help="write the JSON here as well")
    given = parser.parse_args()
    report = json.dumps(measure(given.shop, given.rounds), indent=2)
    if given.out is not None:
        given.out.write_text(report + "\n", encoding="utf-8")
    print(report)


if __name__ == "__main__":
    main()
