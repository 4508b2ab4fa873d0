"""Where pictures come from, a zip archive, a folder or a list of both, and which entry belongs to which item."""

import json
import os
import re
import threading
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Protocol

from recsys.errors import InputError
from recsys.ingest.archives import MAX_ENTRY_BYTES, open_archive

_PLAIN = re.compile(r"[\w\-]+")
_NUMBERED = re.compile(r"^(.+)[_-](\d{1,3})$")


class PictureSource(Protocol):
    """Where pictures come from."""

    name: str

    def names(self) -> list[str]:
        """Names of the entries, with `/` between folders."""
        ...

    def read(self, name: str) -> bytes:
        """Content of one entry."""
        ...


class ZipPictures:
    """Pictures in a zip archive, checked before anything is unpacked."""

    def __init__(self, path: Path, name: str | None = None) -> None:
        self.name = name or path.name
        self._archive = open_archive(path, self.name)
        self._lock = threading.Lock()

    def names(self) -> list[str]:
        """Names of the entries that are files."""
        return [entry.filename for entry in self._archive.infolist() if not entry.is_dir()]

    def read(self, name: str) -> bytes:
        """Unpack one entry, never more than its stated size."""
        try:
            with self._lock, self._archive.open(name) as file:
                content = file.read(MAX_ENTRY_BYTES + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            EOFError,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ) as error:
            raise InputError(f"it cannot be unpacked ({error})") from error
        if len(content) > MAX_ENTRY_BYTES:
            raise InputError(f"it has more than {MAX_ENTRY_BYTES / 1e6:.0f} MB")
        return content


class FolderPictures:
    """Pictures in a folder and those below it; links are not followed."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._root = path

    def names(self) -> list[str]:
        """Relative names of the files."""
        found = []
        for folder, _, files in os.walk(self._root, followlinks=False):
            for file in files:
                path = Path(folder) / file
                if not path.is_symlink():
                    found.append(path.relative_to(self._root).as_posix())
        return sorted(found)

    def read(self, name: str) -> bytes:
        """Read one file."""
        path = self._root / name
        if path.stat().st_size > MAX_ENTRY_BYTES:
            raise InputError(f"it has more than {MAX_ENTRY_BYTES / 1e6:.0f} MB")
        return path.read_bytes()


class ListedPictures:
    """Pictures and zip archives that a JSON file names, as uploads are kept.

    The file holds `{"archives": [[name, file], …], "pictures": [[name, file], …]}`; each `file` is a name in the folder
    of the list. An entry keeps its own name; one that was there before is told apart by its archive's.
    """

    def __init__(self, path: Path) -> None:
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            archives, pictures = ([(str(n), str(f)) for n, f in found[kind]] for kind in ("archives", "pictures"))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"{path.name} is no list of pictures ({error}).") from error
        if any(not _PLAIN.fullmatch(file) for _, file in (*archives, *pictures)):
            raise InputError(f"{path.name} names a file outside its own folder.")
        self.name = ", ".join(name for name, _ in archives) or "the pictures"
        self._folder = path.parent
        self._loose = dict(pictures)
        self._packed: dict[str, tuple[ZipPictures, str]] = {}
        for name, file in archives:
            archive = ZipPictures(path.parent / file, PurePosixPath(name).name)
            for entry in archive.names():
                known = entry in self._loose or entry in self._packed
                self._packed[f"{name}/{entry}" if known else entry] = (archive, entry)

    def names(self) -> list[str]:
        """Names of pictures and entries."""
        return [*self._loose, *self._packed]

    def read(self, name: str) -> bytes:
        """Content of one of them."""
        if name in self._packed:
            archive, entry = self._packed[name]
            return archive.read(entry)
        path = self._folder / self._loose[name]
        if path.stat().st_size > MAX_ENTRY_BYTES:
            raise InputError(f"it has more than {MAX_ENTRY_BYTES / 1e6:.0f} MB")
        return path.read_bytes()


def listed_files(path: Path) -> list[Path] | None:
    """Return the files that a list of pictures names, in its order; None when `path` is no such list."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return [path.parent / str(file) for kind in ("archives", "pictures") for _, file in found[kind]]
    except (OSError, ValueError, KeyError, TypeError):
        return None


class NamesOnly:
    """A source whose pictures are not opened: the name of an entry stands for its content."""

    def __init__(self, source: PictureSource) -> None:
        self.name = source.name
        self.names = source.names

    def read(self, name: str) -> bytes:
        """The name itself."""
        return name.encode("utf-8", "surrogateescape")


def open_pictures(path: Path) -> PictureSource:
    """Return the pictures in a zip archive, a folder, or a list (`.json`) of uploads.

    Raises
    ------
    InputError
        When `path` is neither.
    """
    if path.is_dir():
        return FolderPictures(path)
    if path.is_file() and path.suffix.lower() == ".zip":
        return ZipPictures(path)
    if path.is_file() and path.suffix == ".json":
        return ListedPictures(path)
    if path.is_file():
        raise InputError(f"{path.name} is neither a folder nor a .zip: pack the pictures into a zip.")
    raise InputError(f"There is no folder or archive {path}: check the name.")


class PictureIndex:
    """Finds entries by reference or by item id, in any case.

    Parameters
    ----------
    names
        Entries, with `/` between folders.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._by_path: dict[str, str] = {}
        self._by_name: dict[str, str] = {}
        self._by_stem: dict[str, str] = {}
        self._numbered: dict[str, list[tuple[int, str]]] = {}
        for entry in names:
            path = PurePosixPath(entry.replace("\\", "/").lower())
            self._by_path.setdefault(str(path), entry)
            self._by_name.setdefault(path.name, entry)
            self._by_stem.setdefault(path.stem, entry)
            match = _NUMBERED.match(path.stem)
            if match:
                self._numbered.setdefault(match[1], []).append((int(match[2]), entry))

    def by_reference(self, reference: str) -> str | None:
        """Return the entry a reference (file name, path or address) means, None when there is none."""
        path = PurePosixPath(reference.split("?")[0].replace("\\", "/").lower())
        return self._by_path.get(str(path)) or self._by_name.get(path.name) or self._by_stem.get(path.stem)

    def by_item(self, item_id: str) -> list[str]:
        """Return entries named `<id>.*`, then `<id>_1.*`, `<id>-2.*`, … by number."""
        key = item_id.lower()
        single = [self._by_stem[key]] if key in self._by_stem else []
        return single + [entry for _, entry in sorted(self._numbered.get(key, []))]
