"""Reading the tree for the architecture tests: files, their imports, the literals in them. Nothing is imported."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PRODUCT = ("recsys", "ui", "pages", "app.py", "asgi.py")
"""What ships; tests, benchmarks and scripts are held to less."""


def python_files(*roots: str) -> list[Path]:
    """Return the Python files under folders, and files, of the repository, sorted."""
    found: set[Path] = set()
    for root in roots:
        path = REPOSITORY / root
        found |= {path} if path.suffix == ".py" else set(path.rglob("*.py"))
    return sorted(found)


def named(path: Path) -> str:
    """Return a path as a test's name."""
    return str(path.relative_to(REPOSITORY))


@cache
def parse(path: Path) -> ast.Module:
    """Parse a file once."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(path: Path) -> Iterator[str]:
    """Yield every module a file imports, at any depth of it, `from a import b` as both a and a.b."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imports_package(path: Path, package: str) -> bool:
    """Whether a file imports a package or anything in it."""
    return any(name == package or name.startswith(f"{package}.") for name in imports_of(path))


def page_registry() -> dict[str, str]:
    """Return the navigation literal of app.py: file name without ending → title."""
    calls = [node for node in ast.walk(parse(REPOSITORY / "app.py")) if isinstance(node, ast.Call)]
    pages = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "_page"]
    return {ast.literal_eval(page.args[0]): ast.literal_eval(page.args[1]) for page in pages}
