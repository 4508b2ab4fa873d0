"""Open foreign archives safely: everything dangerous is refused before a single byte is unpacked.

Names inside an archive are only ever compared, never used as paths.
"""

import stat
import zipfile
from pathlib import Path

from recsys.errors import InputError

MAX_ENTRIES = 200_000
MAX_ENTRY_BYTES = 64 * 1024**2
MAX_TOTAL_BYTES = 16 * 1024**3
MAX_RATIO = 100
SMALL_BYTES = 64 * 1024
"""Below this an entry may compress better than `MAX_RATIO`: it cannot hurt."""

_ENCRYPTED = 0x1
_LOCAL_HEADER_BYTES = 30


def open_archive(path: Path, name: str | None = None) -> zipfile.ZipFile:
    """Open a zip after checking its directory.

    Parameters
    ----------
    path
        The archive.
    name
        As the person's file is called, for messages; the path's own without one.

    Returns
    -------
    zipfile.ZipFile
        To be closed by the caller.

    Raises
    ------
    InputError
        When it is no zip, or holds too many or too large entries, entries that unpack to more than 100 times their
        size, encrypted ones, links, or ones that overlap.
    """
    name = name or path.name
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InputError(f"{name} is not a readable zip archive ({error}): pack the pictures again.") from error
    try:
        check_entries(archive, path, name)
    except BaseException:
        archive.close()
        raise
    return archive


def check_entries(archive: zipfile.ZipFile, path: Path, name: str) -> None:
    """Refuse an archive by what its directory says; see `open_archive`."""
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise InputError(f"{name} has {len(entries):,} entries, the limit is {MAX_ENTRIES:,}: split it.")
    total = sum(entry.file_size for entry in entries)
    if total > MAX_TOTAL_BYTES:
        raise InputError(f"{name} unpacks to {total / 1e9:.1f} GB, the limit is {MAX_TOTAL_BYTES / 1e9:.0f}: split it.")
    packed = max(path.stat().st_size, 1)
    if total > SMALL_BYTES and total / packed > MAX_RATIO:
        raise InputError(_refusal(name, f"it unpacks to {total / packed:.0f} times its size"))
    for entry in entries:
        _check_entry(entry, name)
    _check_overlap(entries, archive.start_dir, name)


def _check_entry(entry: zipfile.ZipInfo, archive: str) -> None:
    """Refuse what no archive of pictures holds."""
    name = entry.filename[:80]
    if entry.flag_bits & _ENCRYPTED:
        raise InputError(_refusal(archive, f"{name!r} is encrypted"))
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise InputError(_refusal(archive, f"{name!r} is a link"))
    if entry.file_size > MAX_ENTRY_BYTES:
        raise InputError(
            _refusal(archive, f"{name!r} has {entry.file_size / 1e6:.0f} MB, more than {MAX_ENTRY_BYTES / 1e6:.0f}")
        )
    if entry.file_size > SMALL_BYTES and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
        raise InputError(_refusal(archive, f"{name!r} unpacks to more than {MAX_RATIO} times its size"))


def _check_overlap(entries: list[zipfile.ZipInfo], directory_start: int, archive: str) -> None:
    """Refuse entries that share bytes: a way to make few bytes unpack to many."""
    spans = sorted((entry.header_offset, entry.header_offset + _LOCAL_HEADER_BYTES + len(entry.orig_filename.encode())
                    + entry.compress_size, entry.filename) for entry in entries)  # fmt: skip
    following = [*(start for start, _, _ in spans), directory_start][1:]
    for (start, end, name), limit in zip(spans, following, strict=True):
        if end > limit or start < 0:
            raise InputError(_refusal(archive, f"{name[:80]!r} overlaps with other entries"))


def _refusal(archive: str, reason: str) -> str:
    """The sentence for a refused archive."""
    return f"{archive} was refused because {reason}: pack only the pictures, again, with an ordinary zip program."
