"""The root command, the registry of commands, and the one place where an error becomes a sentence and an exit code."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from recsys import __version__
from recsys.cli import benchmark, data, doctor, failures, lists, rules, runs, serve, training, tune
from recsys.cli.context import Group
from recsys.settings import DEFAULT_SHOP, Settings, ShopPaths

COMMANDS: tuple[click.Command, ...] = (
    serve.demo,
    data.import_group,
    data.imports,
    doctor.doctor,
    training.train,
    runs.runs,
    tune.tune,
    lists.recommend,
    lists.explain,
    lists.evaluate,
    rules.rules,
    benchmark.benchmark,
    serve.run,
)
"""Every command; the README must name each of them (a test checks)."""


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--shop",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_SHOP,
    envvar="VITRINE_SHOP",
    show_default=True,
    show_envvar=True,
    help="The shop folder; it is made by the first import.",
)
@click.option("--threads", type=click.IntRange(0, 256), default=0, help="Threads for numeric work; 0: as many as fit.")
@click.option(
    "--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True, help="Where models run."
)
@click.version_option(__version__, prog_name="vitrine")
@click.pass_context
def vitrine(context: click.Context, shop: Path, threads: int, device: str) -> None:
    """Explained, tunable product recommendations from a shop's own files.

    A shop is a folder. Import a catalogue and events into it, train, then ask for lists or open the dashboard.

    Example:
      vitrine --shop my_shop import catalogue products.csv
      vitrine --shop my_shop import events events.csv
      vitrine --shop my_shop train
      vitrine --shop my_shop recommend --user all --n 20 --out lists.csv

    Exit codes: 0 done · 1 failed, with one sentence on stderr · 2 wrong usage · 130 stopped by you.
    With --json the answer, or {"error": {…}}, is the only thing on stdout.
    """
    if threads:
        for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ.setdefault(variable, str(threads))
    context.obj = Settings(shop=ShopPaths(shop), threads=threads, device=device)


for _command in COMMANDS:
    vitrine.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code.

    Parameters
    ----------
    arguments
        Without the program's name; None takes `sys.argv`.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = vitrine.main(args=words, prog_name="vitrine", standalone_mode=False)
    except BaseException as error:  # noqa: BLE001 (the border of the process: every error leaves as a sentence and a code)
        return failures.report(error, words)
    return code if isinstance(code, int) else 0


def command_paths(root: click.Command = vitrine, prefix: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return every command as the words a person types, such as `("runs", "list")`, in the order of the help."""
    if not isinstance(root, click.Group):
        return [prefix]
    return [path for name, child in root.commands.items() for path in command_paths(child, (*prefix, name))]
