"""A shop's pictures measured once each and kept by content hash, and the vectors a run made of them."""

import os
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from PIL import Image

from recsys.data.catalogue import Catalogue
from recsys.data.media import media_file
from recsys.doctor.pictures import COLOUR_BINS, MEASURED_SIDE, MEASURES, THUMB_SIDE, colours, measure, shrink, thumb
from recsys.doctor.record import PictureTable
from recsys.encoders.catalogue import mean_by_item
from recsys.encoders.shards import CorruptShardError, read_shard
from recsys.encoders.supplied import SUPPLIED, read_supplied
from recsys.progress import Progress
from recsys.settings import ShopPaths

FILE = "pictures.parquet"
MEASURED_BY = "1"
"""Raised when the measurements change, so that pictures are measured again."""
_BATCH = 500
_THREADS = 2
_UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError)
Row = tuple[tuple[float, ...], NDArray[np.uint8], NDArray[np.float32]]


def measure_pictures(paths: ShopPaths, catalogue: Catalogue, folder: Path, progress: Progress) -> PictureTable | None:
    """Measure each item's first picture, reading only files that were not measured before.

    Parameters
    ----------
    paths
        Where the pictures are.
    catalogue
        The items.
    folder
        Where measurements are kept.
    progress
        Told of every few hundred pictures.

    Returns
    -------
    PictureTable or None
        None where no item has a picture.
    """
    wanted = sorted({images[0] for images in catalogue.images if images})
    if not wanted:
        return None
    known = _read(folder / FILE)
    missing = [picture for picture in wanted if known is None or picture not in known.index]
    fresh = _measure(paths.media, missing, progress)
    kept = _join(known, missing, fresh)
    table = _take(kept, wanted)
    if missing:
        _write(folder / FILE, table)
    return table


def _measure(media: Path, pictures: Sequence[str], progress: Progress) -> list[Row]:
    """Measure files in a few threads."""
    rows: list[Row] = []
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="measure") as pool:
        for start in range(0, len(pictures), _BATCH):
            batch = pictures[start : start + _BATCH]
            rows += pool.map(lambda picture: _measure_one(media_file(media, picture)), batch)
            progress("Looking at pictures", len(rows) / len(pictures), message=f"{len(rows):,} of {len(pictures):,}")
    return rows


def _measure_one(path: Path) -> Row:
    """Measures, thumb and colours of one file; NaN measures where it cannot be read."""
    try:
        with Image.open(path) as image:
            longest = max(image.size)
            image.draft("RGB", (MEASURED_SIDE, MEASURED_SIDE))
            small = shrink(image)
        return astuple(measure(small, longest)), thumb(small), colours(small)
    except _UNREADABLE:
        nothing = np.zeros(COLOUR_BINS**3, np.float32)
        return (np.nan,) * len(MEASURES), np.zeros(3 * THUMB_SIDE**2, np.uint8), nothing


def _join(known: PictureTable | None, pictures: Sequence[str], rows: Sequence[Row]) -> PictureTable:
    """Add fresh rows to those known."""
    fresh = PictureTable(
        np.array(pictures, dtype=object),
        pd.DataFrame([row[0] for row in rows], columns=list(MEASURES), dtype=np.float64),
        np.array([row[1] for row in rows], np.uint8).reshape(len(rows), 3 * THUMB_SIDE**2),
        np.array([row[2] for row in rows], np.float32).reshape(len(rows), COLOUR_BINS**3),
    )
    if known is None:
        return fresh
    return PictureTable(
        np.concatenate([known.hashes, fresh.hashes]),
        pd.concat([known.measures, fresh.measures], ignore_index=True),
        np.concatenate([known.thumbs, fresh.thumbs]),
        np.concatenate([known.colours, fresh.colours]),
    )


def _take(table: PictureTable, pictures: Sequence[str]) -> PictureTable:
    """Rows of some pictures, in their order."""
    rows = table.index.get_indexer(pd.Index(pictures, dtype=object))
    measures = table.measures.take(rows).reset_index(drop=True)
    return PictureTable(table.hashes[rows], measures, table.thumbs[rows], table.colours[rows])


def _read(path: Path) -> PictureTable | None:
    """Measurements kept; None where there are none, or another version made them, or the file is damaged."""
    try:
        content = pq.read_table(path)
    except (OSError, pa.ArrowInvalid):
        return None
    if (content.schema.metadata or {}).get(b"measured_by") != MEASURED_BY.encode():
        return None
    frame = content.to_pandas()
    return PictureTable(
        frame["picture"].to_numpy(dtype=object),
        frame[list(MEASURES)],
        np.stack(list(map(np.asarray, frame["thumb"]))).astype(np.uint8),
        np.stack(list(map(np.asarray, frame["colours"]))).astype(np.float32),
    )


def _write(path: Path, table: PictureTable) -> None:
    """Keep measurements, written beside and renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = {"picture": pa.array(table.hashes, pa.string())}
    columns |= {name: pa.array(table.measures[name]) for name in MEASURES}
    for name, values in (("thumb", table.thumbs), ("colours", table.colours)):
        columns[name] = pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), values.shape[1])
    content = pa.table(columns).replace_schema_metadata({"measured_by": MEASURED_BY})
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    pq.write_table(content, beside)
    beside.replace(path)


def picture_vectors(paths: ShopPaths, catalogue: Catalogue, encoder_id: str) -> NDArray[np.float32] | None:
    """Return the vectors a run's image encoder made of each item's pictures, without loading the encoder.

    Parameters
    ----------
    paths
        The shop, with its cache of vectors.
    catalogue
        The items.
    encoder_id
        As the run's record names it; `supplied` reads the vectors the shop brought.

    Returns
    -------
    float32 (n_items, d) or None
        NaN rows where a picture is newer than the run; None where nothing is kept.
    """
    if encoder_id == SUPPLIED:
        return read_supplied(paths.embeddings, catalogue.item_ids).get("image")
    wanted = {picture for pictures in catalogue.images for picture in pictures}
    found = {
        key: vector
        for key, vector in _cached(paths.embeddings / re.sub(r"[^A-Za-z0-9._-]", "_", encoder_id))
        if key in wanted
    }
    if not found:
        return None
    row = {key: number for number, key in enumerate(found)}
    vectors = np.stack(list(found.values())).astype(np.float32)
    return mean_by_item([[row[p] for p in pictures if p in row] for pictures in catalogue.images], vectors)


def _cached(folder: Path) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Yield what an encoder's folder of the cache holds; a damaged shard is left out, training writes it anew."""
    for path in sorted(folder.glob("*.npy")):
        try:
            keys, vectors = read_shard(path)
        except CorruptShardError:
            continue
        yield from zip(keys, vectors, strict=True)
