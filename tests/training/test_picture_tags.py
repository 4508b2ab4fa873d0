"""Tags of a catalogue: from a known space, kept with a run, read again, and said on the command line."""

import json

import numpy as np
import pandas as pd
import pytest

from recsys.cli.app import main
from recsys.data.catalogue import Catalogue
from recsys.encoders.contract import normalise_rows
from recsys.encoders.tags import COLOUR_WORDS
from recsys.errors import InputError, RunError
from recsys.progress import silent
from recsys.settings import Settings, ShopPaths
from recsys.training.config import TrainingConfig
from recsys.training.embed import embed_catalogue
from recsys.training.picture_tags import TAGS_FILE, leaf_categories, read_tags, tag_catalogue, tags_of, write_tags
from recsys.training.runs import live_run_id, load_data
from recsys.vocabulary import CATALOGUE_COLUMNS

D = 64


class Tower:
    """A text tower with a direction of its own for every word it hears first; prompts lie near their word."""

    encoder_id, embedding_size = "tower-1", D

    def __init__(self):
        self.rng, self.of = np.random.default_rng(0), {}

    def word(self, word):
        return self.of.setdefault(word, normalise_rows(self.rng.standard_normal((1, D)))[0])

    def encode(self, contents, progress=None):
        heads = [text.split(" colour")[0].split(" pattern")[0].rpartition("a ")[2] for text in contents]
        return normalise_rows(np.array([self.word(head) for head in heads]))


def catalogue_of(categories) -> Catalogue:
    frame = pd.DataFrame({name: [None] * len(categories) for name in CATALOGUE_COLUMNS})
    frame["item_id"] = [f"p{row}" for row in range(len(categories))]
    frame["category"] = categories
    return Catalogue(frame)


@pytest.fixture
def shop_of_two_colours():
    """60 products, red mugs and blue hats, the last one without a picture; their colour is all the pictures show."""
    tower = Tower()
    catalogue = catalogue_of(["Home > Mugs", "Wear > Hats"] * 30)
    tower.encode(list(COLOUR_WORDS))
    noise = 0.02 * np.random.default_rng(3).standard_normal((60, D))
    pictures = normalise_rows(np.array([tower.word("red"), tower.word("blue")] * 30) + noise)
    pictures[-1] = np.nan
    return catalogue, pictures, tower


def test_every_product_with_a_picture_gets_a_row_per_attribute(shop_of_two_colours):
    tags = tag_catalogue(*shop_of_two_colours)
    assert list(tags.columns) == ["item_id", "attribute", "tag", "probability"]
    assert len(tags) == 3 * 59 and "p59" not in set(tags["item_id"])
    colours = tags[tags["attribute"] == "colour"].set_index("item_id")["tag"]
    assert (colours["p0"], colours["p1"]) == ("red", "blue")
    assert (colours.to_numpy() == np.array(["red", "blue"] * 30)[:59]).all()
    assert set(tags.loc[tags["attribute"] == "category", "tag"]) <= {"Mugs", "Hats", ""}
    assert tags["probability"].between(0, 1).all()
    assert ((tags["tag"] == "") == (tags["probability"] < 0.5)).all()


def test_too_few_pictures_have_no_tags(shop_of_two_colours):
    catalogue, pictures, tower = shop_of_two_colours
    pictures[19:] = np.nan
    assert tag_catalogue(catalogue, pictures, tower).empty


def test_a_shop_of_one_category_is_tagged_with_the_rest(shop_of_two_colours):
    _, pictures, tower = shop_of_two_colours
    tags = tag_catalogue(catalogue_of(["Home > Mugs"] * 60), pictures, tower)
    assert set(tags["attribute"]) == {"colour", "pattern"}


def test_the_categories_are_the_shops_own_last_levels():
    assert leaf_categories(catalogue_of(["Home > Mugs", "Wear > Hats", "Hats", None, ""])) == ("Hats", "Mugs")


def test_tags_are_kept_with_a_run_and_read_again(tmp_path, shop_of_two_colours):
    paths = ShopPaths(tmp_path)
    tags = tag_catalogue(*shop_of_two_colours)
    with pytest.raises(RunError, match="has no picture tags"):
        read_tags(paths, "r1")
    write_tags(paths.runs / "r1", tags)
    pd.testing.assert_frame_equal(read_tags(paths, "r1"), tags, check_dtype=False)
    chosen = tags_of(tags, ("p3", "p1"))
    assert chosen["item_id"].tolist() == ["p3"] * 3 + ["p1"] * 3
    with pytest.raises(InputError, match="No picture tags for nobody"):
        tags_of(tags, ("p1", "nobody"))


@pytest.mark.slow
def test_fine_tuning_on_a_shop_leaves_tags_that_mostly_agree_with_its_texts(demo_shop, tmp_path):
    (snapshot,) = demo_shop.snapshots.iterdir()
    catalogue, interactions, _ = load_data(snapshot)
    content = embed_catalogue(
        catalogue,
        Settings(demo_shop, device="cpu"),
        TrainingConfig(fine_tune_s=30),
        interactions.data_to,
        tmp_path,
        silent,
    )
    tags = pd.read_parquet(tmp_path / TAGS_FILE)
    assert content.facts["picture_tags"] == (tags["tag"] != "").sum() > 0
    named = tags[(tags["attribute"] == "category") & (tags["tag"] != "")].set_index("item_id")["tag"]
    own = pd.Series([path.rpartition(">")[2].strip() for path in catalogue.categories], index=catalogue.item_ids)
    assert (own[named.index] == named).mean() > 0.5


def test_the_command_line_shows_the_live_runs_tags(own_shop, shop_of_two_colours, capsys):
    shop = f"--shop={own_shop.root}"
    assert main([shop, "runs", "tags"]) == 1
    assert "has no picture tags" in capsys.readouterr().err
    write_tags(own_shop.runs / live_run_id(own_shop), tag_catalogue(*shop_of_two_colours))
    assert main([shop, "runs", "tags", "--item", "p1", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["attribute"] for row in rows] == ["colour", "category", "pattern"] and rows[0]["tag"] == "blue"
    assert main([shop, "runs", "tags", "first", "--item", "p0"]) == 0
    assert "red" in capsys.readouterr().out
