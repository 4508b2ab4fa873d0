"""The MMRec layout: a small folder as its papers publish them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from recsys.errors import InputError
from recsys.ingest.sources import SOURCES
from recsys.progress import silent
from recsys.settings import Settings, ShopPaths
from recsys.store import Store
from recsys.training.config import TrainingConfig
from recsys.workflows.imports import import_source
from recsys.workflows.snapshots import current_snapshot
from recsys.workflows.training import load_inputs, train

N_USERS, N_ITEMS = 40, 30


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """`baby`: 40 shoppers, 30 items in three kinds, each touching 14 of their own kind mostly, over 200 days."""
    path = tmp_path / "baby"
    path.mkdir()
    rng = np.random.default_rng(5)
    rows = []
    for user in range(N_USERS):
        liking = np.where(np.arange(N_ITEMS) % 3 == user % 3, 8.0, 1.0)
        for item in rng.choice(N_ITEMS, 14, replace=False, p=liking / liking.sum()):
            rows.append((user, item, rng.integers(1, 6), 1_400_000_000 + int(rng.integers(0, 200 * 86_400)), 0))
    frame = pd.DataFrame(rows, columns=["userID", "itemID", "rating", "timestamp", "x_label"])
    frame.loc[frame.groupby("userID").tail(1).index, "x_label"] = 2
    frame.to_csv(path / "baby.inter", sep="\t", index=False)
    text = np.eye(3)[np.arange(N_ITEMS) % 3] + 0.1 * rng.normal(size=(N_ITEMS, 3))
    text[7] = np.nan
    np.save(path / "text_feat.npy", text)
    np.save(path / "image_feat.npy", rng.normal(size=(N_ITEMS, 8)).astype(np.float32))
    return path


def build(folder: Path) -> Any:
    """Read the folder as a source."""
    return SOURCES["mmrec"].load(folder, lambda fraction: None)


def test_the_tables_say_what_the_files_say(folder: Path) -> None:
    found = build(folder)
    assert found.catalogue.column("item_id").to_pylist() == [str(k) for k in range(N_ITEMS)]
    events = found.events.to_pandas()
    assert len(events) == N_USERS * 14 and set(events["event_type"]) == {"rating"}
    assert events["rating"].between(1, 5).all()
    assert events["placement"].value_counts().to_dict() == {"train": N_USERS * 13, "test": N_USERS}
    assert str(events["occurred_at"].min()).startswith("2014-05")
    assert found.vectors["text"].shape == (N_ITEMS, 3) and np.isnan(found.vectors["text"][7]).all()
    assert np.linalg.norm(found.vectors["image"], axis=1) == pytest.approx(np.ones(N_ITEMS), abs=1e-5)


def test_original_ids_milliseconds_and_no_rating(folder: Path) -> None:
    frame = pd.read_csv(folder / "baby.inter", sep="\t").drop(columns=["rating", "x_label"])
    frame["timestamp"] *= 1000
    frame.to_csv(folder / "baby.inter", sep="\t", index=False)
    (folder / "i_id_mapping.csv").write_text("asin\titemID\nB001\t1\nB000\t0\n")
    found = build(folder)
    assert found.catalogue.column("item_id").to_pylist()[:3] == ["B000", "B001", "2"]
    events = found.events.to_pandas()
    assert set(events["event_type"]) == {"purchase"} and "placement" not in events
    assert str(events["occurred_at"].min()).startswith("2014-05")


def spoil_nan(folder: Path) -> None:
    values = np.load(folder / "text_feat.npy")
    values[4, 1] = np.nan
    np.save(folder / "text_feat.npy", values)


def spoil_rows(folder: Path) -> None:
    np.save(folder / "image_feat.npy", np.ones((N_ITEMS - 2, 4)))


def spoil_bytes(folder: Path) -> None:
    (folder / "image_feat.npy").write_bytes(b"no numpy at all")


def spoil_id(folder: Path) -> None:
    file = folder / "baby.inter"
    lines = file.read_text().splitlines()
    lines[3] = lines[3].replace("\t", "\tB00", 1)
    file.write_text("\n".join(lines) + "\n")


def drop_time(folder: Path) -> None:
    pd.read_csv(folder / "baby.inter", sep="\t").drop(columns="timestamp").to_csv(
        folder / "baby.inter", sep="\t", index=False
    )


def no_lines(folder: Path) -> None:
    (folder / "baby.inter").write_text("userID\titemID\ttimestamp\n")


def two_sets(folder: Path) -> None:
    (folder / "sports.inter").write_text("userID\titemID\ttimestamp\n1\t1\t1\n")


def no_file(folder: Path) -> None:
    (folder / "baby.inter").unlink()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (spoil_nan, "text_feat.npy has 1 rows with NaN or infinite values among others, the first is row 4"),
        (spoil_rows, "image_feat.npy has 28 rows, but there are 30 items"),
        (spoil_bytes, "image_feat.npy is no array of numbers"),
        (spoil_id, "baby.inter, line 4: itemID is 'B00[0-9]+'; whole numbers from 0"),
        (drop_time, "baby.inter lacks timestamp; it has userID, itemID, rating, x_label"),
        (no_lines, "baby.inter holds no interaction"),
        (two_sets, "several files of the kind"),
        (no_file, "missing. It needs"),
    ],
)
def test_a_folder_that_does_not_fit_is_refused(
    folder: Path, spoil: Callable[[Path], None], sentence: str, tmp_path: Path
) -> None:
    spoil(folder)
    paths = ShopPaths(tmp_path / "shop")
    with Store.open(paths) as store, pytest.raises(InputError, match=sentence):
        import_source(store, paths, "mmrec", folder)
    assert not paths.embeddings.exists()


def test_supplied_vectors_reach_the_training_instead_of_an_encoder(folder: Path, tmp_path: Path) -> None:
    paths = ShopPaths(tmp_path / "shop")
    with Store.open(paths) as store:
        assert import_source(store, paths, "mmrec", folder, dry_run=True).ok and not paths.embeddings.exists()
        assert import_source(store, paths, "mmrec", folder).ok
    settings, config = Settings(paths, threads=1, device="cpu"), TrainingConfig(search_users=50)
    data = current_snapshot(paths)
    inputs, facts = load_inputs(settings, data.folder, config, tmp_path, silent)
    assert (facts["text_encoder"], facts["image_encoder"]) == ("supplied", "supplied")
    assert {name: vectors.shape for name, vectors in inputs.embeddings.items()} == {
        "text": (N_ITEMS, 3),
        "image": (N_ITEMS, 8),
    }
    assert np.isnan(inputs.embeddings["text"][inputs.catalogue.number("7")]).all()
    without, facts = load_inputs(settings, data.folder, TrainingConfig(text_encoder=""), tmp_path, silent)
    assert set(without.embeddings) == {"image"} and "text_encoder" not in facts
    record = train(settings, config)
    assert record.facts["text_encoder"] == "supplied" and record.weights["text"] >= 0
    assert record.metrics["test"]["all"]["recall"]["n_users"] > 10
