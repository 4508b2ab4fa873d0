"""Fill a table of a document: what stands between `<!-- NAME -->` and `<!-- /NAME -->` is replaced."""

import re
from pathlib import Path


def write_table(document: Path, name: str, table: str) -> None:
    """Replace one marked part of a document.

    Parameters
    ----------
    document
        A Markdown file with both markers.
    name
        Of the markers.
    table
        New content.
    """
    text = document.read_text(encoding="utf-8")
    marked = re.compile(rf"(<!-- {re.escape(name)} -->\n).*?(<!-- /{re.escape(name)} -->)", re.DOTALL)
    if not marked.search(text):
        raise SystemExit(f"{document} has no part <!-- {name} --> … <!-- /{name} -->.")
    document.write_text(marked.sub(lambda m: f"{m[1]}{table}\n{m[2]}", text), encoding="utf-8")
