"""From references to stored pictures: find each item's pictures in a zip, a folder or a column, and keep them."""

import hashlib
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recsys.data.media import media_file
from recsys.errors import InputError
from recsys.ingest.isolation import Report, run_isolated
from recsys.ingest.picture_sources import NamesOnly, PictureIndex, PictureSource, open_pictures
from recsys.ingest.pictures import SIZES, StoredPicture, store_picture
from recsys.ingest.problems import Problem, ProblemLog, Severity
from recsys.ingest.readers import load_problem

Keep = Callable[[bytes], StoredPicture]

THREADS = 4
REPORT_EVERY = 50
"""Pictures between two words on progress."""
PICTURE_ENDINGS = frozenset({".jpg", ".jpeg", ".jpe", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"})
_JUNK = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._)")
_HASH = re.compile(r"^[0-9a-f]{64}$")

PICTURE_SCHEMA = pa.schema(
    [("picture", pa.string()), ("width", pa.int32()), ("height", pa.int32()), ("bytes", pa.int64())]
)


@dataclass(frozen=True)
class Media:
    """Pictures found for a catalogue.

    Parameters
    ----------
    images
        List of content hashes per item, Arrow list<str>, shape (n_items,).
    pictures
        `PICTURE_SCHEMA`, one row per distinct picture.
    problems
        Warnings: references without a picture, entries that are none, pictures that cannot be read.
    opened
        False when the pictures were only matched by name; then the hashes are made of names.
    """

    images: pa.Array
    pictures: pa.Table
    problems: tuple[Problem, ...]
    opened: bool = True


def find_media(
    item_ids: pa.Array,
    references: pa.Array,
    rows: NDArray[np.int64],
    media: Path,
    *,
    file: str,
    column: str | None,
    source: Path | None = None,
    content: pa.Array | None = None,
    write: bool = True,
    open_at_most: int | None = None,
    report: Report | None = None,
) -> Media:
    """Find and keep the pictures of items, in a process with limits.

    Parameters
    ----------
    item_ids
        Text, shape (n_items,).
    references
        list<str>, shape (n_items,).
    rows
        Row numbers for messages, shape (n_items,).
    media
        The shop's media folder.
    file, column
        Names for messages.
    source
        A zip or folder; items without references are matched by their id.
    content
        Picture files themselves, binary, shape (n_items,).
    write
        False checks every picture and keeps none, for a dry run.
    open_at_most
        With more pictures than this they are only matched by name; None opens all. With `write` all are opened.
    report
        Called with the fraction done.

    Raises
    ------
    InputError
        When the archive is refused.
    """
    wanted = pa.table({"item_id": item_ids, "references": references, "row": pa.array(rows, pa.int64())})
    if content is not None:
        wanted = wanted.append_column("content", content)

    def prepare(folder: Path) -> None:
        _save(wanted, folder / "wanted.arrow")

    job = {
        "media": str(media.resolve()),
        "write": write,
        "open_at_most": None if write else open_at_most,
        "file": file,
        "column": column,
        "source": None if source is None else str(source.resolve()),
    }
    subject = file if source is None else source.name
    with run_isolated("pictures", job, subject=subject, report=report, prepare=prepare) as folder:
        images = _load(folder / "images.arrow").column("images").combine_chunks()
        pictures = _load(folder / "pictures.arrow")
        said = json.loads((folder / "problems.json").read_text())
    return Media(images, pictures, tuple(load_problem(found) for found in said["problems"]), said["opened"])


def run_picture_job(job: dict[str, Any], folder: Path, report: Report) -> None:
    """Do what `find_media` asked for (in the limited process)."""
    wanted = _load(folder / "wanted.arrow")
    media = Path(job["media"])
    keep: Keep = partial(store_picture, media=media, write=job["write"])
    log = ProblemLog(job["file"])
    limit = job["open_at_most"]
    if "content" in wanted.column_names:
        opened = limit is None or wanted.num_rows <= limit
        found, stored, problems = _keep_column(wanted, keep if opened else _note_picture, log, job["column"], report)
    else:
        pictures = None if job["source"] is None else open_pictures(Path(job["source"]))
        opened = limit is None or pictures is None or len(pictures.names()) <= limit
        pictures = pictures if opened or pictures is None else NamesOnly(pictures)
        keep = keep if opened else _note_picture
        found, stored, problems = _keep_entries(wanted, pictures, media, keep, log, job["column"], report)
    _save(pa.table({"images": pa.array(found, pa.list_(pa.string()))}), folder / "images.arrow")
    distinct = {picture.picture: asdict(picture) for picture in stored}
    _save(pa.Table.from_pylist(list(distinct.values()), schema=PICTURE_SCHEMA), folder / "pictures.arrow")
    told = {"problems": [problem.to_dict() for problem in problems], "opened": opened}
    (folder / "problems.json").write_text(json.dumps(told))


def _note_picture(content: bytes) -> StoredPicture:
    """A picture that is not opened, known by what stands for its bytes."""
    return StoredPicture(hashlib.sha256(content).hexdigest(), 0, 0, 0)


def _keep_column(
    wanted: pa.Table, keep: Keep, log: ProblemLog, column: str | None, report: Report
) -> tuple[list[list[str]], list[StoredPicture], tuple[Problem, ...]]:
    """Keep pictures whose bytes stand in the table."""
    contents = wanted.column("content")
    filled = np.flatnonzero(contents.is_valid().to_numpy())
    results = _store_all(lambda number: contents[int(filled[number])].as_py(), len(filled), keep, report)
    found: list[list[str]] = [[] for _ in range(wanted.num_rows)]
    stored = []
    for number, result in zip(filled, results, strict=True):
        if isinstance(result, StoredPicture):
            stored.append(result)
            found[number] = [result.picture]
        else:
            row = wanted.column("row")[int(number)].as_py()
            message = f"The picture was left out because {result}. The item is imported without it."
            log.add("corrupt_picture", message, severity=Severity.WARNING, row=row, column=column)
    return found, stored, log.problems()


def _keep_entries(
    wanted: pa.Table,
    pictures: PictureSource | None,
    media: Path,
    keep: Keep,
    log: ProblemLog,
    column: str | None,
    report: Report,
) -> tuple[list[list[str]], list[StoredPicture], tuple[Problem, ...]]:
    """Keep pictures of an archive or folder that items refer to."""
    names = [] if pictures is None else [name for name in pictures.names() if not _JUNK.search(name)]
    inside = ProblemLog("" if pictures is None else pictures.name)
    usable = [name for name in names if PurePosixPath(name.lower()).suffix in PICTURE_ENDINGS]
    for name in sorted(set(names) - set(usable)):
        message = "The entry {value} is no picture and was left out; pictures are jpg, png, webp, gif, bmp or tiff."
        inside.add_rows("not_a_picture", message, [None], severity=Severity.WARNING, values=[name])
    matches, known = _match(wanted, PictureIndex(usable), media, log, column, with_source=pictures is not None)
    needed = sorted({name for several in matches for name in several if not _HASH.match(name)})
    results: dict[str, StoredPicture | str] = {}
    if pictures is not None:
        reader = pictures.read
        results = dict(zip(needed, _store_all(lambda n: reader(needed[n]), len(needed), keep, report), strict=True))
    for name, result in results.items():
        if isinstance(result, str):
            message = f"The picture {name} was left out because {result}. Its items are imported without it."
            inside.add_rows("corrupt_picture", message, [None], severity=Severity.WARNING, values=[name])
    if len(usable) > len(needed):
        spare = sorted(set(usable) - set(needed))
        message = "The picture {value} belongs to no item; name it like the item's id, or refer to it in the catalogue."
        inside.add_rows("unused_picture", message, [None] * len(spare), severity=Severity.WARNING, values=spare)
    stored = [result for result in results.values() if isinstance(result, StoredPicture)]
    hashes = {name: result.picture for name, result in results.items() if isinstance(result, StoredPicture)} | known
    found = [list(dict.fromkeys(hashes[name] for name in several if name in hashes)) for several in matches]
    return found, stored, log.problems() + inside.problems()


def _match(
    wanted: pa.Table, index: PictureIndex, media: Path, log: ProblemLog, column: str | None, *, with_source: bool
) -> tuple[list[list[str]], dict[str, str]]:
    """Return the entries of each item, and hashes that were given outright and are kept already."""
    matches: list[list[str]] = []
    known: dict[str, str] = {}
    missing: list[tuple[int, str]] = []
    for item_id, references, row in zip(
        *(wanted.column(n).to_pylist() for n in ("item_id", "references", "row")), strict=True
    ):
        several = []
        for reference in references:
            entry = index.by_reference(reference)
            if entry is not None:
                several.append(entry)
            elif _HASH.match(reference) and all(media_file(media, reference, size).exists() for size in SIZES):
                known[reference] = reference
                several.append(reference)
            else:
                missing.append((row, reference))
        matches.append(several if references else index.by_item(item_id))
    where = (
        "was not found among the pictures given"
        if with_source
        else "cannot be used, as no zip or folder of pictures was given"
    )
    log.add_rows(
        "missing_picture",
        f"The picture {{value}} {where}: the item is imported without it.",
        [row for row, _ in missing],
        severity=Severity.WARNING,
        column=column,
        values=[reference for _, reference in missing],
    )
    return matches, known


def _store_all(read: Callable[[int], bytes], count: int, keep: Keep, report: Report) -> list[StoredPicture | str]:
    """Keep pictures 0 … count − 1 on a few threads; a reason in words where one cannot be kept."""

    def attempt(number: int) -> StoredPicture | str:
        try:
            return keep(read(number))
        except InputError as error:
            return str(error)

    results: list[StoredPicture | str] = []
    with ThreadPoolExecutor(THREADS) as pool:
        for start in range(0, count, REPORT_EVERY):
            results.extend(pool.map(attempt, range(start, min(start + REPORT_EVERY, count))))
            report(len(results) / count)
    return results


def _save(table: pa.Table, path: Path) -> None:
    """Write an Arrow file."""
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def _load(path: Path) -> pa.Table:
    """Read an Arrow file."""
    with pa.OSFile(str(path), "rb") as source:
        return pa.ipc.open_file(source).read_all()
