"""What commands share: how their help looks, the `--json` option, and the settings of the shop they work on."""

import inspect
from typing import Any

import click

from recsys.errors import InputError
from recsys.settings import ShopPaths

json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON on stdout, and nothing else there.")


class Command(click.Command):
    """A command whose examples keep their line breaks."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.help = _keep_example(self.help)


class Group(click.Group):
    """A group that lists its commands in the order of a day's work, not of the alphabet."""

    command_class = Command

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.help = _keep_example(self.help)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return names as they were added."""
        return list(self.commands)


def _keep_example(text: str | None) -> str | None:
    """Mark the example's paragraph as one that click must not wrap."""
    return None if text is None else inspect.cleandoc(text).replace("Example:\n", "\b\nExample:\n")


def require_shop(paths: ShopPaths) -> None:
    """Refuse a folder that is no shop, before a question about it makes it look like one.

    Raises
    ------
    InputError
        The folder does not exist.
    """
    if not paths.root.is_dir():
        raise InputError(f"There is no shop in {paths.root}; import a catalogue first, or check --shop.")
