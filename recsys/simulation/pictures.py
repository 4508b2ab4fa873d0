"""Product pictures of the demo shop, drawn in several processes and packed into one zip."""

import io
import multiprocessing
import zipfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from recsys.progress import Progress
from recsys.simulation.assortment import Assortment
from recsys.simulation.definition import ShopDefinition
from recsys.simulation.drawing import draw_product
from recsys.simulation.looks import ProductLook

IMAGE_SEPARATOR = "|"
SECOND_PICTURE_SHARE = 0.15

_JPEG = {"quality": 90, "subsampling": 0}
_CHUNK = 24
_Job = tuple[ProductLook, int, int, int]
"""Look, size, seed, view."""


def picture_names(assortment: Assortment, definition: ShopDefinition) -> list[list[str]]:
    """File names per product: one, or two for a part of the products; a name says nothing about the look."""
    rng = np.random.default_rng([definition.seed, 71])
    second = rng.random(len(assortment)) < SECOND_PICTURE_SHARE
    return [
        [f"{item_id}-{view + 1}.jpg" for view in range(1 + int(two))]
        for item_id, two in zip(assortment.item_ids, second, strict=True)
    ]


def write_pictures(
    path: Path,
    assortment: Assortment,
    names: list[list[str]],
    definition: ShopDefinition,
    progress: Progress,
    workers: int,
) -> None:
    """Draw every picture and store it under its name; the same bytes whatever the number of workers.

    Parameters
    ----------
    path
        The zip file to write.
    assortment
        What to draw.
    names
        Picture names per product.
    definition
        Decides size and seed.
    progress
        Told after every batch, 0 to 1.
    workers
        Processes to draw in; 1 draws in this one.
    """
    jobs: list[_Job] = []
    for item, views in enumerate(names):
        seed = definition.seed * 100_003 + item
        jobs += [(assortment.look(item), definition.picture_size, seed, view) for view in range(len(views))]
    flat = [name for views in names for name in views]
    done = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for batch in _drawn(jobs, workers):
            for picture in batch:
                archive.writestr(zipfile.ZipInfo(flat[done], (1980, 1, 1, 0, 0, 0)), picture)
                done += 1
            progress("Drawing product pictures", done / len(flat), message=f"{done:,} of {len(flat):,}")


def _drawn(jobs: list[_Job], workers: int) -> Iterator[list[bytes]]:
    """Batches of pictures in order."""
    batches = [jobs[low : low + _CHUNK] for low in range(0, len(jobs), _CHUNK)]
    if workers <= 1:
        yield from map(_draw_batch, batches)
        return
    # A fresh interpreter per worker: forking a process that runs threads may deadlock.
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(_draw_batch, batches)


def _draw_batch(batch: list[_Job]) -> list[bytes]:
    """Draw and compress."""
    pictures = []
    for look, size, seed, view in batch:
        buffer = io.BytesIO()
        draw_product(look, size, seed, view=view).save(buffer, "JPEG", **_JPEG)
        pictures.append(buffer.getvalue())
    return pictures
