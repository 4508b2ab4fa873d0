"""The README names every page, component, source, encoder, command and setting; public names say what they do."""

import ast

import pytest

from recsys.cli.app import command_paths, vitrine
from recsys.components import COMPONENTS
from recsys.encoders import IMAGE_ENCODERS, TEXT_ENCODERS
from recsys.ingest.sources import SOURCES
from tests.architecture.tree import REPOSITORY, named, page_registry, parse, python_files

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("title", page_registry().values())
def test_the_readme_names_every_page(title):
    assert f"**{title}**" in README


@pytest.mark.parametrize("name", page_registry())
def test_every_page_is_shown_in_light_and_dark(name):
    text = (REPOSITORY / "docs" / "screens.md").read_text(encoding="utf-8")
    for scheme in ("light", "dark"):
        assert f"(images/{name}-{scheme}.webp)" in text
        assert (REPOSITORY / "docs" / "images" / f"{name}-{scheme}.webp").stat().st_size > 10_000


@pytest.mark.parametrize("name", [*COMPONENTS, *SOURCES, *TEXT_ENCODERS, *IMAGE_ENCODERS])
def test_the_readme_names_every_component_source_and_encoder(name):
    assert f"`{name}`" in README


@pytest.mark.parametrize("path", command_paths(), ids=" ".join)
def test_the_readme_names_every_command(path):
    assert f"`vitrine {' '.join(path)}" in README


@pytest.mark.parametrize("option", [option.opts[0] for option in vitrine.params], ids=str)
def test_the_readme_names_every_setting_of_the_command_line(option):
    assert f"`{option}`" in README or f"`{option} " in README


@pytest.mark.parametrize("word", ["page", "component", "metric", "source", "encoder", "peer", "tracker", "command"])
def test_contributing_says_how_to_add_a(word):
    text = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert f"## Add a{'n' if word[0] in 'aeiou' else ''} {word}" in text


def test_the_readme_opens_with_a_picture_and_links_to_files_that_exist():
    first = README.lstrip().splitlines()
    assert first[0].startswith("# ")
    assert "docs/images/recommendations-light.png" in "\n".join(first[:4])
    links = {part.split(")")[0] for part in README.split("](")[1:]}
    local = {link for link in links if not link.startswith(("http", "#"))}
    assert {link for link in local if not (REPOSITORY / link).exists()} == set()


def test_the_changelog_has_an_unreleased_section():
    text = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## [Unreleased]" in text


def public_definitions(module: ast.Module):
    """Yield public classes and functions, and public methods of public classes."""
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                methods = (child for child in node.body if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef))
                yield from (method for method in methods if not method.name.startswith("_"))


@pytest.mark.parametrize("path", python_files("recsys", "ui"), ids=named)
def test_every_module_and_public_name_says_what_it_is(path):
    module = parse(path)
    assert ast.get_docstring(module), f"{named(path)} does not say what belongs there"
    silent = [node.name for node in public_definitions(module) if not ast.get_docstring(node)]
    assert silent == []
