"""One picture: decode it within limits and keep it as two small WebP files named by the hash of the original."""

import hashlib
import io
import os
import threading
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from recsys.data.media import media_file
from recsys.errors import InputError

SIZES: tuple[int, ...] = (96, 320)
"""Longest side in pixels of what is kept."""

MAX_PIXELS = 25_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
QUALITY = 85
EFFORT = 2

_UNREADABLE = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    ZeroDivisionError,
    OverflowError,
    Image.DecompressionBombError,
)


@dataclass(frozen=True)
class StoredPicture:
    """A picture in the media folder.

    Parameters
    ----------
    picture
        sha256 of the original bytes, hex.
    width, height
        Of the original, pixels.
    bytes
        Length of the original.
    """

    picture: str
    width: int
    height: int
    bytes: int


def store_picture(content: bytes, media: Path, *, write: bool = True) -> StoredPicture:
    """Keep a picture; one that is there already is only measured.

    Parameters
    ----------
    content
        A complete file of one of `FORMATS`.
    media
        The shop's media folder.
    write
        False decodes it and keeps nothing, for a dry run.

    Raises
    ------
    InputError
        When it is no picture, is damaged, or has more than 25 million pixels.
    """
    name = hashlib.sha256(content).hexdigest()
    files = {size: media_file(media, name, size) for size in SIZES}
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise InputError(f"it has {width} × {height} pixels, more than {MAX_PIXELS // 10**6} million")
            if all(file.exists() for file in files.values()):
                return StoredPicture(name, width, height, len(content))
            if write:
                _write_sizes(image, files)
            else:
                image.draft("RGB", (max(SIZES), max(SIZES)))
                image.load()
    except _UNREADABLE as error:
        raise InputError(f"it is damaged or no picture ({error})") from error
    return StoredPicture(name, width, height, len(content))


def _write_sizes(image: Image.Image, files: dict[int, Path]) -> None:
    """Write every size, each from the next larger one; a small picture is encoded once."""
    largest = max(files)
    image.draft("RGB", (2 * largest, 2 * largest))
    current = _flatten(ImageOps.exif_transpose(image))
    encoded: bytes | None = None
    for size in sorted(files, reverse=True):
        if max(current.size) > size or encoded is None:
            current.thumbnail((size, size), Image.Resampling.LANCZOS, reducing_gap=2.0)
            buffer = io.BytesIO()
            current.save(buffer, "WEBP", quality=QUALITY, method=EFFORT)
            encoded = buffer.getvalue()
        _write(files[size], encoded)


def _flatten(image: Image.Image) -> Image.Image:
    """RGB, with white where the picture is transparent."""
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return image.convert("RGB")


def _write(file: Path, content: bytes) -> None:
    """Write beside and rename, so that nobody sees half a picture."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.{os.getpid()}-{threading.get_ident()}")
    temporary.write_bytes(content)
    os.replace(temporary, file)
