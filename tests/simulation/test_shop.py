"""The demo shop's files: what a real shop would bring, honest about what the text may say, the same every time."""

import hashlib
import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from recsys.errors import InputError
from recsys.simulation.definition import ShopDefinition, read_definition
from recsys.simulation.looks import COLOURS, CUTS, PATTERNS
from recsys.simulation.pictures import IMAGE_SEPARATOR
from recsys.simulation.shop import DemoFiles, write_demo
from recsys.simulation.truth import Truth, load_truth
from recsys.vocabulary import CATALOGUE_COLUMNS, EVENT_COLUMNS, EVENT_TYPES

TINY = ShopDefinition(
    seed=3, end=date(2026, 3, 2), n_items=80, n_users=60, n_days=42, sessions_per_user=3.0, picture_size=32
)


@pytest.fixture(scope="module")
def catalogue(small_demo: DemoFiles) -> pd.DataFrame:
    return pd.read_csv(small_demo.catalogue, parse_dates=["launched_at"])


@pytest.fixture(scope="module")
def events(small_demo: DemoFiles) -> pd.DataFrame:
    return pd.read_csv(small_demo.events, parse_dates=["occurred_at"])


def digests(files: DemoFiles) -> list[str]:
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in (files.catalogue, files.events, files.images)]


def test_same_definition_same_bytes_whatever_the_workers(tmp_path) -> None:
    first = digests(write_demo(tmp_path / "a", TINY, workers=1))
    assert digests(write_demo(tmp_path / "b", TINY, workers=2)) == first
    assert digests(write_demo(tmp_path / "c", replace(TINY, seed=4), workers=1))[0] != first[0]


def test_columns_and_sizes(small_demo: DemoFiles, catalogue: pd.DataFrame, events: pd.DataFrame) -> None:
    assert tuple(catalogue.columns) == CATALOGUE_COLUMNS
    assert tuple(events.columns) == EVENT_COLUMNS
    assert len(catalogue) == small_demo.n_items == 400
    assert len(events) == small_demo.n_events
    assert catalogue["item_id"].is_unique and events["event_id"].is_unique
    assert set(events["event_type"]) == {str(name) for name in EVENT_TYPES}
    assert events["occurred_at"].is_monotonic_increasing


def test_says_that_it_is_simulated(small_demo: DemoFiles) -> None:
    assert "simulated" in small_demo.catalogue.name and "simulated" in small_demo.events.name
    notes = json.loads(small_demo.truth_notes.read_text())
    assert notes["simulated"] is True and "simulated" in notes["definition"]["name"]
    with pytest.raises(InputError, match="must contain 'simulated'"):
        ShopDefinition(name="Real shop")


def test_text_never_says_what_the_picture_shows(catalogue: pd.DataFrame, events: pd.DataFrame) -> None:
    shown = {*COLOURS, *PATTERNS, *CUTS, "striped", "stripe", "checked", "check", "dotted", "dot", "colour", "pattern"}
    words = re.compile(r"\b(" + "|".join(map(re.escape, sorted(shown))) + r")\b", re.IGNORECASE)
    written = [*catalogue["title"], *catalogue["description"], *catalogue["category"], *catalogue["brand"]]
    written += [*catalogue["attributes"], *catalogue["images"], *events["text"].dropna()]
    assert [text for text in written if words.search(text)] == []


def test_material_and_occasion_are_in_the_text(catalogue: pd.DataFrame) -> None:
    for title, description, attributes in catalogue[["title", "description", "attributes"]].itertuples(index=False):
        facts = json.loads(attributes)
        assert set(facts) == {"material", "occasion"}
        assert facts["material"] in title
        assert len(description) > 60


def test_money_stock_and_margin_are_plausible(catalogue: pd.DataFrame) -> None:
    assert catalogue["price"].between(5, 1000).all() and (catalogue["currency"] == "EUR").all()
    assert catalogue["margin"].between(0, 1).all()
    assert 2 <= (catalogue["stock"] == 0).sum() <= 25
    assert 0 < catalogue["stock"].isna().sum() < 20


def test_launches_run_through_the_history(
    small_definition: ShopDefinition, catalogue: pd.DataFrame, events: pd.DataFrame
) -> None:
    end = pd.Timestamp(small_definition.ends_at)
    age_days = (end - catalogue["launched_at"]).dt.total_seconds() / 86_400
    weekly = np.histogram(age_days, bins=np.arange(0, 183, 7))[0]
    assert (weekly >= 4).all()
    assert (age_days < 0).sum() == small_definition.n_announced
    assert (age_days > 182).mean() > 0.5
    touched = set(events["item_id"].dropna())
    unseen = catalogue[(age_days > 0) & (age_days < 2.5) & ~catalogue["item_id"].isin(touched)]
    assert len(unseen) >= small_definition.n_unseen
    launched = events["item_id"].map(catalogue.set_index("item_id")["launched_at"]).dropna()
    assert (events.loc[launched.index, "occurred_at"] > launched).all()
    assert events["occurred_at"].max() < end


def test_pictures_are_named_in_the_catalogue(small_demo: DemoFiles, catalogue: pd.DataFrame) -> None:
    named = [name for joined in catalogue["images"] for name in joined.split(IMAGE_SEPARATOR)]
    with zipfile.ZipFile(small_demo.images) as archive:
        assert sorted(archive.namelist()) == sorted(named)
        with Image.open(io.BytesIO(archive.read(named[0]))) as picture:
            assert picture.format == "JPEG" and picture.size == (32, 32)
    assert small_demo.n_images == len(named)
    assert 0.05 < catalogue["images"].str.contains(IMAGE_SEPARATOR, regex=False).mean() < 0.3


def test_truth_round_trips_and_points_at_impressions(small_truth: Truth, events: pd.DataFrame) -> None:
    rows = events.iloc[small_truth.impression_row]
    assert (rows["event_type"] == "impression").all()
    assert len(rows) == (events["event_type"] == "impression").sum()
    assert ((small_truth.click_probability >= 0) & (small_truth.click_probability <= 1)).all()
    assert small_truth.affinity().shape == (500, 400)


def test_unreadable_truth_is_one_clear_error(tmp_path) -> None:
    with pytest.raises(InputError, match="no readable truth"):
        load_truth(tmp_path)


def test_definition_file_and_ranges(tmp_path) -> None:
    shipped = read_definition(Path(__file__).parents[2] / "data" / "demo.json")
    assert shipped.n_items == 2000 and shipped.n_users == 3000 and shipped.end is not None
    before = datetime.now(UTC)
    today = replace(shipped, end=None).ends_at
    assert before - timedelta(days=1) < today <= datetime.now(UTC)
    assert today.tzinfo is UTC and (today.hour, today.minute) == (0, 0)
    bad = tmp_path / "bad.json"
    bad.write_text('{"n_item": 5}')
    with pytest.raises(InputError, match="unknown settings"):
        read_definition(bad)
    bad.write_text("[1]")
    with pytest.raises(InputError, match="one JSON object"):
        read_definition(bad)
    bad.write_text("{")
    with pytest.raises(InputError, match="cannot be read"):
        read_definition(bad)
    with pytest.raises(InputError, match="n_items is 1"):
        ShopDefinition(n_items=1)
