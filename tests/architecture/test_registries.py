"""A registry literal equals its folder: one file and one line for each page, component, source, encoder, command."""

import importlib
import pkgutil
from pathlib import Path

import click
import pytest

from recsys.cli import app as cli
from recsys.components import COMPONENTS
from recsys.encoders import IMAGE_ENCODERS, TEXT_ENCODERS
from recsys.ingest.sources import SOURCES, Source
from recsys.training.trackers import TRACKERS
from tests.architecture.tree import REPOSITORY, page_registry

SUPPORT = {
    # the contract; the two collaborative filters behind `behaviour`; what is behind `response`; what terms that learn
    # weights between items share, and who lends to untouched items
    "recsys.components": {"contract", "als", "ease", "calibration", "dcn", "trees", "item_weights", "neighbours"},
    "recsys.encoders.text": set(),
    "recsys.encoders.image": set(),
    "recsys.training.trackers": {"contract"},
    "recsys.ingest.sources": {"tables"},  # what a source returns
}
"""Files of a registry's folder that are no entry of it. A new one is named here on purpose or belongs elsewhere."""

REGISTRIES = {
    "recsys.components": COMPONENTS,
    "recsys.encoders.text": TEXT_ENCODERS,
    "recsys.encoders.image": IMAGE_ENCODERS,
    "recsys.training.trackers": TRACKERS,
    "recsys.ingest.sources": SOURCES,
}


def module_of(entry: object) -> str:
    """Return the last part of the module an entry comes from; an entry may be a module's name."""
    if isinstance(entry, Source):
        entry = entry.build
    name = entry if isinstance(entry, str) else entry.__module__
    return name.rpartition(".")[2]


@pytest.mark.parametrize("package", REGISTRIES)
def test_a_registry_names_exactly_the_files_of_its_folder(package):
    folder = importlib.import_module(package).__path__
    files = {module.name for module in pkgutil.iter_modules(folder)}
    registered = {module_of(entry) for entry in REGISTRIES[package].values()}
    assert registered, f"the registry of {package} is empty"
    assert files - SUPPORT[package] == registered
    assert files >= SUPPORT[package]


@pytest.mark.parametrize("package", REGISTRIES)
def test_a_registered_name_is_a_word_for_a_command_line(package):
    assert all(name.isidentifier() and name.islower() for name in REGISTRIES[package])


def test_a_component_calls_itself_what_the_registry_calls_it():
    assert {name: component.name for name, component in COMPONENTS.items()} == {name: name for name in COMPONENTS}


def test_the_navigation_names_exactly_the_files_in_pages():
    files = {path.stem for path in (REPOSITORY / "pages").glob("*.py")}
    assert set(page_registry()) == files
    titles = list(page_registry().values())
    assert len(set(titles)) == len(titles)


def test_every_command_of_the_command_lines_files_is_registered():
    found: dict[str, str] = {}
    for module in pkgutil.iter_modules([str(Path(cli.__file__).parent)]):
        if module.name in {"__main__", "app"}:
            continue
        content = vars(importlib.import_module(f"recsys.cli.{module.name}"))
        found |= {entry.name: module.name for entry in content.values() if isinstance(entry, click.Command)}
    reachable = {word for path in cli.command_paths() for word in path} | {command.name for command in cli.COMMANDS}
    assert set(found) == reachable
