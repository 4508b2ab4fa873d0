"""What the upload boxes of Catalogue and Events need besides the import itself: safe files, mappings, templates."""

import re
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import pandas as pd

from recsys.errors import InputError
from recsys.ingest.mapping import ColumnMapping, ImportOptions, Kind, guess_columns
from recsys.ingest.tables import RawTable
from recsys.settings import ShopPaths
from recsys.workflows.imports import ImportReport

KEEP_HOURS = 24
CHUNK_BYTES = 1 << 20
_UNSAFE = re.compile(r"[^\w.\- ]+")
_TOKEN = re.compile(r"^[\w\-]{1,80}$")

TEMPLATES: dict[Kind, tuple[dict[str, str], ...]] = {
    "catalogue": (
        {
            "item_id": "SKU-1001",
            "title": "Linen shirt, sage",
            "description": "Light summer shirt with a button-down collar.",
            "category": "Women > Shirts",
            "brand": "Ana",
            "price": "49.90",
            "currency": "EUR",
            "attr_colour": "sage",
            "launched_at": "2026-03-01",
            "stock": "25",
            "margin": "0.42",
            "images": "SKU-1001-front.jpg|SKU-1001-back.jpg",
        },
        {
            "item_id": "SKU-1002",
            "title": "Canvas bag",
            "description": "Roomy bag with an inner pocket.",
            "category": "Bags",
            "brand": "Bo",
            "price": "29.00",
            "currency": "EUR",
            "attr_colour": "black",
            "launched_at": "2026-02-14",
            "stock": "0",
            "margin": "0.5",
            "images": "SKU-1002.jpg",
        },
    ),
    "events": (
        {
            "event_id": "e-1",
            "event_type": "impression",
            "user_id": "u-17",
            "item_id": "SKU-1001",
            "occurred_at": "2026-03-02T10:15:00Z",
            "quantity": "",
            "value": "",
            "position": "1",
            "request_id": "r-9",
            "placement": "home",
        },
        {
            "event_id": "e-2",
            "event_type": "purchase",
            "user_id": "u-17",
            "item_id": "SKU-1001",
            "occurred_at": "2026-03-02T10:19:30Z",
            "quantity": "1",
            "value": "49.90",
            "position": "",
            "request_id": "r-9",
            "placement": "home",
        },
    ),
}
"""Rows of the files one can download to start from."""


def make_template(kind: Kind) -> str:
    """Return a small CSV file with the right headings and two rows of example."""
    return pd.DataFrame(list(TEMPLATES[kind])).to_csv(index=False)


def keep_upload(paths: ShopPaths, token: str, name: str, content: IO[bytes], limit_bytes: int) -> Path:
    """Copy an upload to disk, so that it need not stay in memory, and clear away those older than a day.

    Parameters
    ----------
    paths
        The shop; files go to `spool/uploads/<token>/`.
    token
        Unique name of the upload, letters, digits, `-` and `_`.
    name
        As the person's file is called; never becomes a path, but its ending is kept.
    content
        Read in pieces.
    limit_bytes
        Larger files are refused.

    Raises
    ------
    InputError
        When the file is too large or the token is strange.
    """
    if not _TOKEN.match(token):
        raise InputError(f"{token!r} is no upload token.")
    folder = paths.spool / "uploads" / token
    clear_uploads(paths)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / safe_name(name)
    copied = 0
    with target.open("wb") as file:
        while piece := content.read(CHUNK_BYTES):
            copied += len(piece)
            if copied > limit_bytes:
                file.close()
                shutil.rmtree(folder)
                raise InputError(
                    f"{name} is larger than {limit_bytes / 1e6:.0f} MB, the most the page takes; use "
                    "`vitrine import` on the command line, which has no such limit."
                )
            file.write(piece)
    return target


def clear_uploads(paths: ShopPaths, keep_hours: float = KEEP_HOURS) -> None:
    """Remove uploads that nobody finished."""
    oldest = time.time() - 3600 * keep_hours
    for folder in (paths.spool / "uploads").glob("*"):
        if folder.is_dir() and folder.stat().st_mtime < oldest:
            shutil.rmtree(folder, ignore_errors=True)


def drop_upload(path: Path) -> None:
    """Remove one upload with its folder."""
    shutil.rmtree(path.parent, ignore_errors=True)


def safe_name(name: str) -> str:
    """Return a file name without anything a path could be made of; the ending stays.

    Examples
    --------
    >>> safe_name("../../etc/pass wd;.CSV"), safe_name("..")
    ('pass wd_.csv', 'upload')
    """
    plain = Path(name.replace("\\", "/")).name
    suffix = _UNSAFE.sub("", Path(plain).suffix).lower()[:10]
    stem = _UNSAFE.sub("_", Path(plain).stem).strip(". ")[:60] or "upload"
    return stem + suffix


def suggest_columns(raw: RawTable, kind: Kind, given: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return canonical column -> columns of the file: what a template says where the file has it, else a guess."""
    names = list(raw.table.column_names)
    usable = {key: used for key, used in given.items() if used and all(name in names for name in used)}
    return guess_columns(names, kind, usable)


def make_mapping(chosen: Mapping[str, tuple[str, ...]], options: Mapping[str, object]) -> ColumnMapping:
    """Put together what was chosen on screen; a canonical column without a choice is said to be absent.

    Raises
    ------
    InputError
        When an option has a value that is not allowed.
    """
    known = {name: value for name, value in options.items() if value not in (None, "")}
    return ColumnMapping(dict(chosen), ImportOptions(**known))  # type: ignore[arg-type]


def tabulate_problems(report: ImportReport) -> pd.DataFrame:
    """Return every problem with its place and what to do, errors first."""
    columns = ["severity", "row", "column", "value", "message"]
    rows = [
        {
            "severity": "Stops the import" if p.severity == "error" else "Warning",
            "row": p.row,
            "column": p.column or "",
            "value": p.value or "",
            "message": p.message,
        }
        for p in report.problems
    ]
    return pd.DataFrame(rows, columns=columns).astype({"row": "Int64"})
