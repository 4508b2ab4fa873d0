"""A box of uploaded files on disk: filled piece by piece, taken up again after a lost connection, read by an import.

Names are only written down and compared, never used as paths. Who may fill a box: `upload_tokens`.
"""

import json
import os
import re
import secrets
import shutil
import threading
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import IO, Any

from recsys.errors import InputError
from recsys.ingest.media import PICTURE_ENDINGS
from recsys.ingest.tables import TABLE_FORMATS

MAX_FILE_BYTES = 1_500_000_000
MAX_BOX_BYTES = 6_000_000_000
MAX_BOX_FILES = 20_000
MAX_PIECE_BYTES = 8 * 1024**2
MAX_SPOOL_BYTES = 20_000_000_000
FREE_BYTES = 1_000_000_000
"""Room that an upload leaves on the disk."""
CHUNK_BYTES = 1 << 20
_UNSAFE = re.compile(r"[^\w.\- ]+")
FILE_ID = re.compile(r"[0-9a-f]{28}")
_LIST = "files.jsonl"


class RefusedUpload(InputError):
    """An upload that is not taken; `status` is the HTTP status that says so, `received` where to go on."""

    def __init__(self, message: str, status: int, received: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.received = received


@dataclass(frozen=True)
class BoxFile:
    """One file of a box.

    Parameters
    ----------
    file_id
        28 hex digits, made by the browser from name, size and time of change.
    name
        As the person's file is called, with `/` between folders.
    size, received
        Bytes in all, and those that have arrived.
    """

    file_id: str
    name: str
    size: int
    received: int

    @property
    def whole(self) -> bool:
        """Whether everything has arrived."""
        return self.received == self.size

    @property
    def is_table(self) -> bool:
        """Whether it is a file of rows."""
        return _ending(self.name) in TABLE_FORMATS


class UploadBox:
    """The files of one upload, in a folder of their own.

    Parameters
    ----------
    folder
        `spool/uploads/<nonce>`; made with the first piece.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._listed: dict[str, tuple[str, int]] = {}
        self._read_to = 0
        self._lock = threading.Lock()

    def files(self) -> list[BoxFile]:
        """Return the files in the order in which they began to arrive."""
        with self._lock:
            listed = dict(self._index())
        sizes = _sizes(self.folder)
        return [BoxFile(i, name, size, sizes.get(i, 0)) for i, (name, size) in listed.items()]

    def _index(self) -> dict[str, tuple[str, int]]:
        """Name and size by file id; of the list on disk only what was added since the last look is read."""
        path = self.folder / _LIST
        end = path.stat().st_size if path.is_file() else 0
        if end < self._read_to:  # cleared, and begun again
            self._listed, self._read_to = {}, 0
        if end > self._read_to:
            with path.open("rb") as file:
                file.seek(self._read_to)
                added = file.read(end - self._read_to)
            for line in added.splitlines():
                said = json.loads(line)
                self._listed.pop(said["id"], None)
                if "name" in said:
                    self._listed[said["id"]] = (said["name"], said["size"])
            self._read_to = end
        return self._listed

    def begin(self, file_id: str, name: str, size: int, offset: int, length: int) -> Path:
        """Return the file to append a piece to, after every check that needs no reading.

        Parameters
        ----------
        file_id, name, size
            See `BoxFile`.
        offset, length
            Where the piece begins, and its bytes.

        Raises
        ------
        RefusedUpload
            When the file is of another kind or too large, the box or the disk is full, or the piece does not follow.
        """
        check_claim(file_id, name, size, length)
        path = self.folder / file_id
        with self._lock:
            if file_id not in self._index():
                self._admit(name, size)
                self._note({"id": file_id, "name": name[-400:], "size": size})
            received = path.stat().st_size if path.exists() else 0
        if offset != received or offset + length > size:
            raise RefusedUpload(f"{name}: {received:,} bytes have arrived; go on from there.", 409, received)
        path.touch()
        return path

    def _admit(self, name: str, size: int) -> None:
        """Refuse a new file for which there is no room."""
        sizes = [held for _, held in self._index().values()]
        if len(sizes) >= MAX_BOX_FILES or sum(sizes) + size > MAX_BOX_BYTES:
            raise RefusedUpload(
                f"{name}: one upload takes {MAX_BOX_FILES:,} files and {MAX_BOX_BYTES / 1e9:.0f} GB; import these "
                "first, or pack the pictures into one zip.",
                413,
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        if (
            _used(self.folder.parent) + size > MAX_SPOOL_BYTES
            or shutil.disk_usage(self.folder).free < size + FREE_BYTES
        ):
            raise RefusedUpload(f"{name}: the server has no room for it; ask whoever runs it to free some.", 507)

    def _note(self, line: dict[str, object]) -> None:
        """Append one line to the list of files."""
        with (self.folder / _LIST).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def add(self, name: str, content: IO[bytes], limit_bytes: int) -> BoxFile:
        """Keep a whole file at once, for small ones.

        Raises
        ------
        RefusedUpload
            As of `begin`, or when it is larger than `limit_bytes`; then nothing of it stays.
        """
        size = content.seek(0, os.SEEK_END)
        content.seek(0)
        if size > limit_bytes:
            raise RefusedUpload(f"{name} is larger than {limit_bytes / 1e6:.0f} MB, the most this box takes.", 413)
        file_id = secrets.token_hex(14)
        check_claim(file_id, name, size, 0)
        with self._lock:
            self._admit(name, size)
        with (self.folder / file_id).open("wb") as file:
            shutil.copyfileobj(content, file, CHUNK_BYTES)
        self._note({"id": file_id, "name": name[-400:], "size": size})
        return BoxFile(file_id, name, size, size)

    def remove(self, file_id: str) -> None:
        """Take one file out again."""
        if FILE_ID.fullmatch(file_id) and self.folder.is_dir():
            self._note({"id": file_id, "removed": True})
            (self.folder / file_id).unlink(missing_ok=True)
            shutil.rmtree(self.folder / "named" / file_id, ignore_errors=True)

    def clear(self) -> None:
        """Remove the box with everything in it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def named(self, file: BoxFile) -> Path:
        """Return a path of the file under a harmless form of its own name, which readers and messages use."""
        path = self.folder / "named" / file.file_id / safe_name(file.name)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            os.link(self.folder / file.file_id, path)
        return path

    def pictures(self) -> Path | None:
        """Return a list of the whole pictures and zips, as `ingest.picture_sources` reads it; None without any."""
        whole = [file for file in self.files() if file.whole and not file.is_table]
        if not whole:
            return None
        path = self.folder / "pictures.json"
        found: dict[str, object] = {
            "archives": [[f.name, f.file_id] for f in whole if _ending(f.name) == ".zip"],
            "pictures": [[f.name, f.file_id] for f in whole if _ending(f.name) != ".zip"],
        }
        _write_json(path, found)
        return path

    def read_draft(self, file_id: str) -> dict[str, Any]:
        """Return what a person had chosen for one file so far."""
        path = self.folder / f"draft-{file_id}.json"
        found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        return found if isinstance(found, dict) else {}

    def keep_draft(self, file_id: str, **changed: object) -> None:
        """Keep what a person has chosen for one file, so that a lost session loses nothing."""
        held = self.read_draft(file_id)
        if self.folder.is_dir() and FILE_ID.fullmatch(file_id) and held != {**held, **changed}:
            _write_json(self.folder / f"draft-{file_id}.json", {**held, **changed})


def drop_table(path: Path) -> None:
    """Take a table that `UploadBox.named` gave out of its box, and the whole box once it holds no other table."""
    box = UploadBox(path.parents[2])
    box.remove(path.parent.name)
    if not any(file.is_table for file in box.files()):
        box.clear()


def check_claim(file_id: str, name: str, size: int, length: int) -> None:
    """Refuse a file by what is said of it: kind, size, the size of a piece.

    Raises
    ------
    RefusedUpload
        See above.
    """
    if not FILE_ID.fullmatch(file_id) or not name.strip() or size < 0:
        raise RefusedUpload("The upload says neither what it is nor how large.", 400)
    if size > MAX_FILE_BYTES:
        raise RefusedUpload(
            f"{name[:80]} has {size / 1e9:.1f} GB, the most the page takes is {MAX_FILE_BYTES / 1e9:.1f}: split it, or "
            "use `vitrine import` on the command line, which has no such limit.",
            413,
        )
    if length > MAX_PIECE_BYTES:
        raise RefusedUpload(f"A piece has at most {MAX_PIECE_BYTES:,} bytes, this one {length:,}.", 413)
    if _ending(name) not in TABLE_FORMATS and _ending(name) != ".zip" and _ending(name) not in PICTURE_ENDINGS:
        raise RefusedUpload(f"{name[:80]} is neither a table nor a picture nor a zip of pictures.", 415)


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


def _ending(name: str) -> str:
    """Ending in small letters."""
    return PurePosixPath(name.replace("\\", "/").lower()).suffix


def _sizes(folder: Path) -> dict[str, int]:
    """Bytes on disk by file id."""
    if not folder.is_dir():
        return {}
    with os.scandir(folder) as entries:
        return {entry.name: entry.stat().st_size for entry in entries if FILE_ID.fullmatch(entry.name)}


def _used(folder: Path) -> int:
    """Bytes of all boxes, counted anew every few seconds."""
    return _count_bytes(folder, int(time.monotonic() / 5))


@lru_cache(maxsize=4)
def _count_bytes(folder: Path, moment: int) -> int:
    """Bytes of all boxes at a moment."""
    return sum(sum(_sizes(box).values()) for box in folder.glob("*") if box.is_dir())


def _write_json(path: Path, content: dict[str, object]) -> None:
    """Write beside and rename, so that nobody reads half of it."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    fresh.write_text(json.dumps(content), encoding="utf-8")
    os.replace(fresh, path)
