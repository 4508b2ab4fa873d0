"""The folder layout of MMRec and of the papers that use it: `NAME.inter`, `text_feat.npy`, `image_feat.npy`.

The .inter file is tab-separated: `userID`, `itemID`, `timestamp`, and perhaps `rating` and `x_label` (the published
split into training 0, validation 1 and test 2). Items have no title: they are named after their id, which is the
original one where `i_id_mapping.csv` tells it. The two feature files hold one row per item and become the shop's text
and image vectors.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from recsys.encoders.supplied import check_supplied
from recsys.errors import InputError
from recsys.ingest.sources.tables import SourceTables

FEATURES = {"text": "text_feat.npy", "image": "image_feat.npy"}
LABELS = {0: "train", 1: "validation", 2: "test"}
"""`x_label` as it is kept in `placement`."""

MILLISECONDS_FROM = 10**11
"""A timestamp from here on counts milliseconds (as seconds it would lie beyond the year 5000)."""


def build(folder: Path, report: Callable[[float], None]) -> SourceTables:
    """Read the folder.

    Returns
    -------
    SourceTables
        One event per line of the .inter file: a rating where there is one, else a purchase; its `placement` tells the
        published split.

    Raises
    ------
    InputError
        If a column is missing or holds no whole numbers, or a feature file does not fit the items.
    """
    lines = read_interactions(next(iter(folder.glob("*.inter"))))
    report(0.4)
    features = {name: folder / file for name, file in FEATURES.items() if (folder / file).is_file()}
    arrays = {name: _load(file) for name, file in features.items()}
    n_items = max([int(lines["itemID"].max()) + 1, *(len(values) for values in arrays.values())])
    vectors = {name: check_supplied(values, n_items, FEATURES[name]) for name, values in arrays.items()}
    ids = item_ids(folder, n_items)
    report(0.8)
    catalogue = pa.table({"item_id": ids.tolist(), "title": [f"Item {item}" for item in ids]})
    return SourceTables(catalogue, make_events(lines, ids), vectors)


def read_interactions(file: Path) -> pd.DataFrame:
    """Read and check the .inter file."""
    frame = pd.read_csv(file, sep="\t")
    missing = [name for name in ("userID", "itemID", "timestamp") if name not in frame.columns]
    if missing:
        raise InputError(f"{file.name} lacks {', '.join(missing)}; it has {', '.join(map(str, frame.columns))}.")
    if frame.empty:
        raise InputError(f"{file.name} holds no interaction.")
    numbers = ["userID", "itemID", "timestamp", *(["x_label"] if "x_label" in frame.columns else [])]
    for name in numbers:
        values = pd.to_numeric(frame[name], errors="coerce")
        wrong = (values.isna() | (values < 0) | (values % 1 != 0)).to_numpy()
        if wrong.any():
            line = int(np.flatnonzero(wrong)[0])
            raise InputError(
                f"{file.name}, line {line + 2}: {name} is {frame[name].iloc[line]!r}; whole numbers from 0 are allowed."
            )
        frame[name] = values.astype("int64")
    return frame


def item_ids(folder: Path, n_items: int) -> NDArray[np.object_]:
    """Original ids where the mapping file tells them, else the numbers, object, shape (n_items,)."""
    ids = np.array([str(number) for number in range(n_items)], dtype=object)
    file = folder / "i_id_mapping.csv"
    if file.is_file():
        mapping = pd.read_csv(file, sep="\t", dtype="str")
        if mapping.shape[1] < 2 or not {"itemID"} <= set(mapping.columns):
            raise InputError(f"{file.name} needs the original id and itemID, tab-separated; it has {list(mapping)}.")
        original = next(name for name in mapping.columns if name != "itemID")
        numbers = pd.to_numeric(mapping["itemID"]).to_numpy()
        inside = numbers < n_items
        ids[numbers[inside]] = mapping[original].to_numpy(dtype=object)[inside]
    return ids


def make_events(lines: pd.DataFrame, ids: NDArray[np.object_]) -> pa.Table:
    """One event per interaction."""
    unit: Literal["ms", "s"] = "ms" if int(lines["timestamp"].max()) >= MILLISECONDS_FROM else "s"
    events = pd.DataFrame({"user_id": lines["userID"].astype("str"), "item_id": ids[lines["itemID"]]})
    events["occurred_at"] = pd.to_datetime(lines["timestamp"], unit=unit).astype("datetime64[us]")
    rated = "rating" in lines.columns
    events["event_type"] = "rating" if rated else "purchase"
    if rated:
        events["rating"] = lines["rating"].astype("float64")
    if "x_label" in lines.columns:
        events["placement"] = lines["x_label"].map(LABELS)
    return pa.Table.from_pandas(events, preserve_index=False)


def _load(file: Path) -> NDArray[np.float32]:
    """Read a feature file."""
    try:
        return np.load(file, allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise InputError(f"{file.name} is no array of numbers that numpy can read: {error}.") from error
