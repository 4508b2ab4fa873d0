"""Colour, category and pattern of every product as its picture shows them, kept with the run that fitted the encoder.

The words are of `encoders.tags`; categories are the shop's own. What a picture shows may differ from what the catalogue
says: that is the use of it.
"""

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.catalogue import Catalogue
from recsys.encoders.contract import Embeddings, Encoder
from recsys.encoders.tags import COLOUR_WORDS, PATTERN_WORDS, PROMPTS, embed_words, fit_tagger
from recsys.errors import InputError, RunError
from recsys.settings import ShopPaths
from recsys.training.run_files import run_folder
from recsys.vocabulary import CATEGORY_SEPARATOR

TAGS_FILE = "picture_tags.parquet"
MAX_CATEGORIES = 200
MIN_PICTURES = 20
"""With fewer pictures their mean and the words' shares say nothing."""


def tag_catalogue(catalogue: Catalogue, pictures: Embeddings, text_encoder: Encoder) -> pd.DataFrame:
    """Name what every product's picture shows.

    Parameters
    ----------
    catalogue
        n items.
    pictures
        float32 (n, d_text): the items' pictures in the text space; NaN rows without a picture.
    text_encoder
        The tower of that space.

    Returns
    -------
    DataFrame
        `item_id`, `attribute` ("colour", "category", "pattern"), `tag` ("" where no word reaches a half) and
        `probability`, one row per item with a picture and attribute; empty with fewer than 20 pictures.
    """
    rows = np.flatnonzero(np.isfinite(pictures).all(axis=1))
    frames = [pd.DataFrame({"item_id": [], "attribute": [], "tag": [], "probability": []})]
    words_of = {"colour": COLOUR_WORDS, "category": leaf_categories(catalogue), "pattern": PATTERN_WORDS}
    for attribute, words in words_of.items() if len(rows) >= MIN_PICTURES else ():
        if len(words) < 2:
            continue
        prototypes = embed_words([word.lower() for word in words], PROMPTS[attribute], text_encoder)
        named = fit_tagger(words, prototypes, pictures).name(pictures[rows])
        frames.append(_as_frame(catalogue.item_ids[rows], attribute, named))
    return pd.concat(frames[1:] or frames, ignore_index=True)


def leaf_categories(catalogue: Catalogue) -> tuple[str, ...]:
    """Last levels of the category paths, the commonest 200 at most, in the order of the alphabet."""
    leaves = Counter(str(path).rpartition(CATEGORY_SEPARATOR)[2].strip() for path in catalogue.categories)
    leaves.pop("", None)
    return tuple(sorted(name for name, _ in leaves.most_common(MAX_CATEGORIES)))


def write_tags(folder: Path, tags: pd.DataFrame) -> None:
    """Keep tags with a run."""
    folder.mkdir(parents=True, exist_ok=True)
    tags.to_parquet(folder / TAGS_FILE, index=False)


def read_tags(paths: ShopPaths, run_id: str) -> pd.DataFrame:
    """Read a run's tags, see `tag_catalogue`.

    Raises
    ------
    RunError
        If the run has none.
    """
    path = run_folder(paths, run_id) / TAGS_FILE
    if not path.is_file():
        raise RunError(
            f"The run {run_id} has no picture tags: they need products with pictures and texts, and fine-tuning "
            "(fine_tune_s above 0). Train again with these."
        )
    return pd.read_parquet(path)


def tags_of(tags: pd.DataFrame, item_ids: tuple[str, ...]) -> pd.DataFrame:
    """Return the rows of these items in their order, of all items without any.

    Raises
    ------
    InputError
        If an item has no tags.
    """
    unknown = sorted(set(item_ids) - set(tags["item_id"]))
    if unknown:
        raise InputError(f"No picture tags for {', '.join(unknown)}; check the id, and that the item has a picture.")
    if not item_ids:
        return tags
    order = {item: row for row, item in enumerate(item_ids)}
    chosen = tags[tags["item_id"].isin(item_ids)]
    return chosen.sort_values("item_id", key=lambda ids: ids.map(order), kind="stable").reset_index(drop=True)


def _as_frame(item_ids: NDArray[np.object_], attribute: str, named: list[tuple[str, float]]) -> pd.DataFrame:
    """One row per item."""
    tags, probabilities = zip(*named, strict=True)
    return pd.DataFrame(
        {"item_id": item_ids, "attribute": attribute, "tag": tags, "probability": np.round(probabilities, 4)}
    )
