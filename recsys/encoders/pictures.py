"""Picture files to pixel arrays, decoded in a few threads while the network computes on the batch before."""

import io
import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recsys.encoders.contract import CountProgress, Embeddings

Picture = Path | bytes | Image.Image
Pixels = NDArray[np.uint8]

DECODE_THREADS = 2
_UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError)
_log = logging.getLogger(__name__)


def read_picture(picture: Picture, size: int) -> Pixels | None:
    """Decode one picture and squash it to a square; transparent parts become white.

    Parameters
    ----------
    picture
        A path, the bytes of a file, or an image in memory.
    size
        Side in pixels.

    Returns
    -------
    uint8, shape (size, size, 3), red-green-blue; or None (logged) if it cannot be decoded.
    """
    try:
        if isinstance(picture, Image.Image):
            return to_square(picture, size)
        with Image.open(io.BytesIO(picture) if isinstance(picture, bytes) else picture) as image:
            image.draft("RGB", (size, size))
            return to_square(image, size)
    except _UNREADABLE as error:
        name = picture if isinstance(picture, Path) else type(picture).__name__
        _log.warning("Picture %s cannot be read and is treated as missing: %s", name, error)
        return None


def to_square(image: Image.Image, size: int) -> Pixels:
    """Return uint8 (size, size, 3); the proportions are not kept, so nothing of a product is cut off."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image = Image.alpha_composite(white, image)
    small = image.convert("RGB").resize((size, size), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return np.asarray(small, dtype=np.uint8)


def read_batches(
    pictures: Sequence[Picture], size: int, batch_size: int, threads: int = DECODE_THREADS
) -> Iterator[tuple[NDArray[np.intp], Pixels]]:
    """Yield (rows, pixels (b, size, size, 3) uint8) of the readable pictures, one batch decoded ahead.

    Rows index `pictures`; an unreadable picture's row is in no batch, and a batch without any is left out.
    """
    starts = range(0, len(pictures), batch_size)
    with ThreadPoolExecutor(max_workers=max(1, threads), thread_name_prefix="decode") as pool:

        def submit(start: int) -> list[Future[Pixels | None]]:
            return [pool.submit(read_picture, picture, size) for picture in pictures[start : start + batch_size]]

        ahead = submit(0) if len(pictures) else []
        for start in starts:
            pending, ahead = ahead, submit(start + batch_size)
            decoded = [future.result() for future in pending]
            rows = [start + offset for offset, pixels in enumerate(decoded) if pixels is not None]
            if rows:
                yield np.asarray(rows, dtype=np.intp), np.stack([p for p in decoded if p is not None])


def encode_pictures(
    pictures: Sequence[Picture],
    size: int,
    batch_size: int,
    embedding_size: int,
    encode_pixels: Callable[[Pixels], Embeddings],
    progress: CountProgress | None = None,
) -> Embeddings:
    """Decode pictures and encode them batch by batch: the loop of every image encoder.

    Parameters
    ----------
    pictures
        n pictures.
    size, batch_size
        Side of the decoded squares in pixels; pictures in one batch.
    embedding_size
        d.
    encode_pixels
        uint8 (b, size, size, 3) → float32 (b, d), rows of length 1.
    progress
        Called with (done, n) after each batch.

    Returns
    -------
    float32, shape (n, d), rows of length 1, or NaN where a picture cannot be read.
    """
    vectors = np.full((len(pictures), embedding_size), np.nan, dtype=np.float32)
    for rows, pixels in read_batches(pictures, size, batch_size):
        vectors[rows] = encode_pixels(pixels)
        if progress is not None:
            progress(int(rows[-1]) + 1, len(pictures))
    return vectors
