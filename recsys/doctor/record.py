"""What the checks read of a shop: catalogue, vectors, picture measurements, and what several checks derive of them."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.catalogue import Catalogue
from recsys.doctor.classify import Verdicts, fold_of, judge_vectors, judge_words
from recsys.doctor.config import DoctorConfig
from recsys.doctor.pictures import MEASURES
from recsys.doctor.robust import peer_groups


@dataclass(frozen=True, eq=False)
class PictureTable:
    """Measurements of distinct pictures; row `p` of every array is one picture.

    Parameters
    ----------
    hashes
        Content hashes, shape (n_pictures,).
    measures
        `pictures.MEASURES` as columns, NaN where a file could not be read.
    thumbs
        uint8, shape (n_pictures, 192).
    colours
        float32, shape (n_pictures, 64).
    """

    hashes: NDArray[np.object_]
    measures: pd.DataFrame
    thumbs: NDArray[np.uint8]
    colours: NDArray[np.float32]

    @cached_property
    def index(self) -> pd.Index:
        """Hashes to rows."""
        return pd.Index(self.hashes)


@dataclass(frozen=True, eq=False)
class ShopRecord:
    """One shop as the doctor sees it.

    Parameters
    ----------
    catalogue
        n items.
    pictures
        Measurements of their pictures; None where none was measured.
    image_vectors
        What an image encoder made of each item's pictures, shape (n_items, d), NaN rows without; None without a run.
    config
        Thresholds.
    """

    catalogue: Catalogue
    pictures: PictureTable | None = None
    image_vectors: NDArray[np.float32] | None = None
    config: DoctorConfig = field(default_factory=DoctorConfig)

    @cached_property
    def lead(self) -> NDArray[np.intp]:
        """Row of each item's first picture in `pictures`, shape (n_items,); −1 where there is none."""
        first = [images[0] if images else "" for images in self.catalogue.images]
        if self.pictures is None:
            return np.full(len(first), -1, np.intp)
        rows = self.pictures.index.get_indexer(pd.Index(first, dtype=object)).astype(np.intp)
        whole = np.isfinite(self.pictures.measures["detail"].to_numpy())
        return np.where((rows >= 0) & whole[rows], rows, -1) if len(whole) else np.full(len(first), -1, np.intp)

    @cached_property
    def lead_measures(self) -> pd.DataFrame:
        """Measures of each item's first picture, one row per item, NaN without."""
        if self.pictures is None:
            return pd.DataFrame(np.nan, index=range(len(self.catalogue)), columns=list(MEASURES))
        rows = np.where(self.lead >= 0, self.lead, 0)
        frame = self.pictures.measures.take(rows) if len(self.pictures.hashes) else self.pictures.measures
        return frame.reset_index(drop=True).where(pd.Series(self.lead >= 0))

    @cached_property
    def titles(self) -> NDArray[np.object_]:
        """Titles as stated, shape (n_items,); empty text where missing."""
        return self.catalogue.frame["title"].fillna("").astype(str).str.strip().to_numpy(dtype=object)

    @cached_property
    def descriptions(self) -> NDArray[np.object_]:
        """Descriptions, shape (n_items,); empty text where missing."""
        return self.catalogue.frame["description"].fillna("").astype(str).str.strip().to_numpy(dtype=object)

    @cached_property
    def peers(self) -> NDArray[np.intp]:
        """Peer group of each item by category, shape (n_items,)."""
        return peer_groups(self.catalogue.categories, np.ones(len(self.catalogue), np.bool_), self.config.min_peers)

    @cached_property
    def folds(self) -> NDArray[np.intp]:
        """Fold of each item, so that no prediction comes from a model that saw the item, shape (n_items,)."""
        return fold_of(self.catalogue.item_ids)

    @cached_property
    def by_picture(self) -> Verdicts | None:
        """Category that each item's pictures look like; None without vectors."""
        if self.image_vectors is None:
            return None
        return judge_vectors(
            self.image_vectors, self.catalogue.categories, self.folds, sure=self.config.sure, grouped=True
        )

    @cached_property
    def by_words(self) -> Verdicts | None:
        """Category that each item's title and description read like."""
        texts = [f"{title} {text[:1000]}" for title, text in zip(self.titles, self.descriptions, strict=True)]
        return judge_words(texts, self.catalogue.categories, self.folds, sure=self.config.sure)
