"""Fashion Product Images (Small): 44 thousand products with a category path, attributes and one small picture each."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from recsys.ingest.sources.tables import SourceTables
from recsys.vocabulary import CATEGORY_SEPARATOR

YEARS = range(2000, 2030)
"""Catalogue years taken as a launch date, on 1 January."""

_LEVELS = ("master_category", "sub_category", "article_type")
_ATTRIBUTES = {"base_colour": "colour", "season": "season", "usage": "usage", "gender": "gender", "year": "year"}


def build(folder: Path, report: Callable[[float], None]) -> SourceTables:
    """Read `products.parquet` and `thumbnails.parquet`.

    Returns
    -------
    SourceTables
        No events. Seven products without a title are named after their article type.
    """
    products = pq.read_table(folder / "products.parquet").to_pandas()
    products["year"] = products["year"].astype("Int64")  # one is missing, which made them fractions
    report(0.3)
    thumbnails = pq.read_table(folder / "thumbnails.parquet", columns=["product_id", "image_bytes"])
    position = pd.Index(thumbnails.column("product_id").to_pandas()).get_indexer(products["product_id"])
    where = pa.array(np.maximum(position, 0), mask=position < 0)
    pictures = thumbnails.column("image_bytes").combine_chunks().take(where)
    report(0.6)
    items = pd.DataFrame({"item_id": products["product_id"].astype("str")})
    items["title"] = products["title"].fillna(products["article_type"])
    items["category"] = (
        products[list(_LEVELS)].apply(lambda level: level.str.strip()).agg(CATEGORY_SEPARATOR.join, axis=1)
    )
    years = products["year"].where(products["year"].isin(list(YEARS)))
    items["launched_at"] = pd.to_datetime(years.astype("string"), format="%Y").astype("datetime64[us]")
    for column, name in _ATTRIBUTES.items():
        items[f"attr_{name}"] = products[column]
    table = pa.Table.from_pandas(items, preserve_index=False)
    return SourceTables(table.append_column("images", pictures), None)
