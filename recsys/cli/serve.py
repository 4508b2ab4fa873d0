"""`demo` prepares the demo shop; `run` becomes the dashboard's server."""

import os
import socket
import sys
from pathlib import Path

import click

from recsys.cli.bar import Bar
from recsys.cli.context import Command, json_option
from recsys.cli.output import print_json
from recsys.errors import InputError
from recsys.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[2]
ENTRY = REPOSITORY / "asgi.py"
ADDRESS = "127.0.0.1"


@click.command(cls=Command)
@json_option
@click.pass_obj
def demo(settings: Settings, as_json: bool) -> None:
    """Prepare the demo shop: draw, import, train, promote.

    The shop is simulated and labelled so. What is there already is kept, so a second call is quick.

    Example:
      vitrine demo
      vitrine --shop data/var/another demo
    """
    from recsys.workflows.demo import prepare_demo

    with Bar() as bar:
        prepare_demo(settings, progress=bar)
    if as_json:
        print_json({"shop": settings.shop.root, "ready": True})
    else:
        click.echo(f"The demo shop is ready in {settings.shop.root}.", err=True)


@click.command(cls=Command)
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True, help="Port on this machine.")
@click.option("--headless", is_flag=True, help="Do not open a browser.")
@click.pass_obj
def run(settings: Settings, port: int, headless: bool) -> None:
    """Start the dashboard; Ctrl-C stops it.

    It listens on this machine only. While it runs it owns the shop's store: import through its pages then. Training,
    lists and promotion from the command line go on working.

    Example:
      vitrine --shop my_shop run --port 8600 --headless
    """
    if not ENTRY.exists():
        raise InputError(f"The dashboard's pages ({ENTRY.name}) are not beside the package; run from a clone of it.")
    _require_free(port)
    click.echo(f"Vitrine shows {settings.shop.root} on http://localhost:{port} (Ctrl-C stops it)", err=True)
    environment = {**os.environ, "VITRINE_SHOP": str(settings.shop.root.resolve())}
    os.chdir(REPOSITORY)  # where .streamlit/config.toml stands
    os.execve(sys.executable, _command(port, headless or not _has_screen()), environment)


def _command(port: int, headless: bool) -> list[str]:
    """Return the server's command line."""
    options = {
        "server.port": str(port),
        "server.address": ADDRESS,
        "server.headless": str(headless).lower(),
        "server.showEmailPrompt": "false",
        "browser.serverAddress": "localhost",
        "browser.gatherUsageStats": "false",
    }
    words = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "streamlit", "run", str(ENTRY), *words]


def _require_free(port: int) -> None:
    """Raise unless the port can be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError as error:
            raise InputError(
                f"Port {port} cannot be used ({error.strerror}); stop what listens there or choose another with --port."
            ) from error


def _has_screen() -> bool:
    """Whether a browser could open here."""
    return sys.platform in {"darwin", "win32"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
