"""Small catalogues with pictures drawn in code."""

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageDraw

from recsys.data.catalogue import Catalogue
from recsys.doctor.pictures import MEASURES, colours, measure, shrink, thumb
from recsys.doctor.record import PictureTable, ShopRecord
from recsys.vocabulary import CATALOGUE_COLUMNS

KINDS = {"Shoes > Boots": "boots", "Tops > Shirts": "shirt", "Home > Lamps": "lamp"}
PAINTS = {"red": (200, 30, 30), "blue": (30, 40, 200), "green": (30, 160, 60)}


def draw(kind: int, paint: tuple[int, int, int], rng: np.random.Generator) -> Image.Image:
    """A product on white: an ellipse, a box or a triangle with stripes."""
    image = Image.new("RGB", (96, 96), "white")
    pen = ImageDraw.Draw(image)
    x, y = (int(v) for v in rng.integers(6, 32, 2))
    paint = tuple(int(np.clip(v + d, 0, 220)) for v, d in zip(paint, rng.integers(-24, 24, 3), strict=True))
    box = (x, y, x + 56, y + 56)
    if kind == 0:
        pen.ellipse(box, fill=paint)
    elif kind == 1:
        pen.rectangle(box, fill=paint)
    else:
        pen.polygon(((x, y + 56), (x + 28, y), (x + 56, y + 56)), fill=paint)
    for line in range(y + 6, y + 50, 6):
        pen.line((x + 18, line, x + 40, line), fill=tuple(int(v * 0.6) for v in paint))
    pen.point([(int(a), int(b)) for a, b in rng.integers(x, x + 56, (60, 2))], fill="black")
    return image


class DrawnShop:
    """A shop of drawn products, open to being spoilt before it is examined."""

    def __init__(self, n: int = 90) -> None:
        rng = np.random.default_rng(5)
        self.pictures: dict[str, Image.Image] = {}
        rows = []
        for number in range(n):
            kind, paint = number % 3, list(PAINTS)[(number // 3) % 3]
            category = list(KINDS)[kind]
            name = f"{number:064x}"
            self.pictures[name] = draw(kind, PAINTS[paint], rng)
            rows.append(
                {
                    "item_id": f"P{number:03d}",
                    "title": f"{KINDS[category]} model {number} {paint}",
                    "description": f"A {paint} {KINDS[category]} number {number} of good make.",
                    "category": category,
                    "brand": "North",
                    "price": float(20 + number % 10),
                    "currency": "EUR",
                    "attributes": json.dumps({"colour": paint}),
                    "images": (name,),
                }
            )
        self.frame = pd.DataFrame(rows).reindex(columns=list(CATALOGUE_COLUMNS))

    def set(self, row: int, column: str, value: object) -> None:
        """Change one cell."""
        values = self.frame[column].tolist()
        values[row] = value
        self.frame[column] = pd.Series(values, dtype=object if column != "price" else "float64")

    def set_picture(self, row: int, image: Image.Image) -> None:
        """Give an item another picture."""
        name = f"{1000 + len(self.pictures):064x}"
        self.pictures[name] = image
        self.set(row, "images", (name,))

    def record(self, *, vectors: bool = True) -> ShopRecord:
        """What the doctor sees; vectors are the thumbs' own cells."""
        small = {name: shrink(image) for name, image in self.pictures.items()}
        measures = pd.DataFrame([vars(measure(s, max(self.pictures[n].size))) for n, s in small.items()])
        table = PictureTable(
            np.array(list(small), dtype=object),
            measures[list(MEASURES)],
            np.stack([thumb(s) for s in small.values()]),
            np.stack([colours(s) for s in small.values()]),
        )
        place = {name: row for row, name in enumerate(small)}
        looks = np.full((len(self.frame), 192), np.nan, np.float32)
        for row, images in enumerate(self.frame["images"]):
            if images:
                looks[row] = table.thumbs[place[images[0]]] / 255
        return ShopRecord(Catalogue(self.frame), table, looks if vectors else None)


@pytest.fixture
def drawn_shop() -> Callable[..., DrawnShop]:
    """Make a shop of drawn products."""
    return DrawnShop
