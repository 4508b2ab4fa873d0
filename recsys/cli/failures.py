"""An error becomes one sentence on stderr, an exit code, and with `--json` an object on stdout."""

import os
import platform
import secrets
import sys
import tempfile
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from recsys import __version__
from recsys.cli.output import print_json
from recsys.errors import CancelledError, VitrineError
from recsys.settings import DEFAULT_SHOP, ShopPaths

FAILED = 1
WRONG_USAGE = 2
STOPPED = 130


def report(error: BaseException, words: Sequence[str]) -> int:
    """Tell a person (and with `--json` a program) what went wrong, and return the exit code.

    Parameters
    ----------
    error
        What ended the command.
    words
        The command line without the program's name.
    """
    if isinstance(error, BrokenPipeError):  # the reader of our output went away (`vitrine … | head`): nothing to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    if isinstance(error, SystemExit | click.exceptions.Exit):
        code = error.code if isinstance(error, SystemExit) else error.exit_code
        return code if isinstance(code, int) else FAILED
    code, kind, message, reference = _describe(error, words)
    click.echo(f"Error: {message}", err=True)
    if "--json" in words:
        print_json({"error": {"kind": kind, "message": message, "reference": reference}})
    return code


def _describe(error: BaseException, words: Sequence[str]) -> tuple[int, str, str, str | None]:
    """Exit code, kind, sentence, and the reference of the log where one was written."""
    if isinstance(error, KeyboardInterrupt | click.exceptions.Abort | CancelledError):
        sentence = str(error) if isinstance(error, CancelledError) else "Stopped; nothing half-done was kept."
        return STOPPED, "stopped", sentence, None
    if isinstance(error, click.UsageError):
        command = error.ctx.command_path if error.ctx else "vitrine"
        return WRONG_USAGE, "usage", f"{error.format_message()} See `{command} --help`.", None
    if isinstance(error, click.ClickException):
        return FAILED, "input", error.format_message(), None
    if isinstance(error, VitrineError):
        return FAILED, type(error).__name__, _one_line(str(error)), None
    reference, path = _write_log(error, words)
    where = f"reference {reference}, details in {path}"
    return FAILED, "unexpected", f"Unexpected {type(error).__name__}: {_one_line(str(error))} ({where}).", reference


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _write_log(error: BaseException, words: Sequence[str]) -> tuple[str, Path]:
    """Write the traceback where the shop keeps such things, or in the temporary folder while there is no shop."""
    reference = secrets.token_hex(4)
    name = f"vitrine-error-{datetime.now(UTC):%Y%m%d-%H%M%S}-{reference}.log"
    shop = _shop_of(words)
    folder = shop.spool / "errors" if shop.root.is_dir() else Path(tempfile.gettempdir())
    lines = [
        f"vitrine {__version__} · Python {platform.python_version()} · {platform.platform()}",
        f"command: vitrine {' '.join(words)}",
        "",
        *traceback.format_exception(error),
    ]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        path.write_text("\n".join(lines), encoding="utf-8")
    except OSError:  # a full or read-only disk: the details still reach the person
        click.echo("\n".join(lines), err=True)
        return reference, Path("the lines above")
    return reference, path


def _shop_of(words: Sequence[str]) -> ShopPaths:
    """Which shop the command line names; the parser may not have come so far."""
    for position, word in enumerate(words):
        if word == "--shop" and position + 1 < len(words):
            return ShopPaths(Path(words[position + 1]))
        if word.startswith("--shop="):
            return ShopPaths(Path(word.removeprefix("--shop=")))
    return ShopPaths(Path(os.environ.get("VITRINE_SHOP", DEFAULT_SHOP)))
