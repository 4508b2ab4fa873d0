"""Faults planted into a copy of a shop in memory, with the truth known."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw, ImageFilter

from recsys.vocabulary import CATEGORY_SEPARATOR

FAMILIES = (
    ("black", "charcoal", "navy blue", "grey melange", "grey", "steel", "silver"),
    ("white", "off white", "cream", "beige", "skin", "nude"),
    ("red", "maroon", "burgundy", "rust", "orange", "pink", "magenta", "rose", "peach"),
    ("blue", "turquoise blue", "teal", "sea green", "navy blue"),
    ("green", "olive", "lime green", "sea green", "fluorescent green"),
    ("yellow", "gold", "mustard", "khaki", "tan"),
    ("brown", "coffee brown", "tan", "copper", "bronze", "mushroom brown", "taupe", "khaki"),
    ("purple", "lavender", "mauve", "magenta"),
)
"""Colours one may mistake for one another; a planted wrong colour is of no family of the right one."""
ACCEPTED = {
    "picture_mismatch": {"picture_mismatch", "odd_picture"},
    "wrong_category": {"wrong_category", "picture_mismatch"},
    "attribute_mismatch": {"attribute_mismatch"},
    "poor_photo": {"poor_photo", "odd_picture"},
    "odd_picture": {"odd_picture", "picture_mismatch", "poor_photo"},
    "missing_picture": {"missing_picture"},
    "missing_field": {"missing_field"},
    "boilerplate": {"boilerplate", "missing_field"},
    "price_outlier": {"price_outlier"},
    "duplicate": {"duplicate"},
    "shared_picture": {"shared_picture", "picture_mismatch", "duplicate"},
}
"""Kind of fault → checks whose finding names it rightly."""


@dataclass
class Planted:
    """A shop under planting.

    Parameters
    ----------
    frame
        Catalogue rows of the half that is examined.
    donors
        Rows of the other half, whose pictures may be borrowed.
    open_picture
        Content hash → image.
    rng
        Of every choice.
    truth
        item_id → kind, one per planted fault; a duplicate stands under both of its items.
    n_planted, pictures
        Faults by kind; new pictures by made-up hash.
    """

    frame: pd.DataFrame
    donors: pd.DataFrame
    open_picture: Callable[[str], Image.Image]
    rng: np.random.Generator
    truth: dict[str, str] = field(default_factory=dict)
    n_planted: dict[str, int] = field(default_factory=dict)
    pictures: dict[str, Image.Image] = field(default_factory=dict)

    def pick(self, n: int, where: pd.Series | None = None) -> list[int]:
        """Row numbers without a fault so far."""
        free = ~self.frame["item_id"].isin(self.truth)
        rows = np.flatnonzero(free if where is None else free & where)
        return [int(r) for r in self.rng.permutation(rows)[:n]]

    def mark(self, row: int, kind: str) -> None:
        """Note a fault."""
        self.truth[str(self.frame.at[row, "item_id"])] = kind
        self.n_planted[kind] = self.n_planted.get(kind, 0) + 1

    def set_picture(self, row: int, image: Image.Image) -> None:
        """Give an item a new picture."""
        name = f"planted-{len(self.pictures):03d}"
        self.pictures[name] = image
        self.frame["images"] = _with(self.frame["images"], row, (name,))


def plant(shop: Planted, n: int, exclude: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    """Plant about `n` faults, spread evenly over the kinds that the shop's data allows."""
    kinds = {kind: planter for kind, planter in PLANTERS.items() if kind not in exclude}
    for place, (kind, planter) in enumerate(kinds.items()):
        left, kinds_left = n - sum(shop.n_planted.values()), len(kinds) - place
        planter(shop, kind, -(-left // kinds_left))


def _with(images: pd.Series, row: int, value: tuple[str, ...]) -> pd.Series:
    """The column with one item's pictures replaced; pandas would unpack a sequence of one."""
    values = images.tolist()
    values[images.index.get_loc(row)] = value
    return pd.Series(values, index=images.index, dtype=object)


def _has_picture(shop: Planted) -> pd.Series:
    return shop.frame["images"].map(len) > 0


def _parent(category: str) -> str:
    return category.rpartition(CATEGORY_SEPARATOR)[0] or category


def _common(shop: Planted) -> pd.Series:
    """Items of categories large enough to learn."""
    return shop.frame["category"].map(shop.frame["category"].value_counts()).fillna(0) >= 12


def plant_wrong_picture(shop: Planted, kind: str, n: int) -> None:
    for row in shop.pick(n, _has_picture(shop) & _common(shop)):
        parent = _parent(shop.frame.at[row, "category"])
        pool = shop.donors[(shop.donors["category"].map(_parent) != parent) & (shop.donors["images"].map(len) > 0)]
        pool = pool[pool["category"].isin(shop.frame["category"][_common(shop)])]
        donor = pool.iloc[int(shop.rng.integers(len(pool)))]
        shop.set_picture(row, shop.open_picture(donor["images"][0]))
        shop.mark(row, kind)


def plant_wrong_category(shop: Planted, kind: str, n: int) -> None:
    """Another leaf of another parent."""
    names = sorted(set(shop.frame["category"][_common(shop)]))
    for row in shop.pick(n, _common(shop) & _has_picture(shop)):
        others = [name for name in names if _parent(name) != _parent(shop.frame.at[row, "category"])]
        shop.frame.at[row, "category"] = others[int(shop.rng.integers(len(others)))]
        shop.mark(row, kind)


def plant_wrong_colour(shop: Planted, kind: str, n: int) -> None:
    colours = shop.frame["attributes"].map(lambda text: json.loads(text or "{}").get("colour", ""))
    known = colours.map(colours.value_counts()).ge(30) & colours.str.lower().map(lambda c: bool(_families(c)))
    for row in shop.pick(n, known & _has_picture(shop)):
        own = _families(colours[row].lower())
        pool = colours[known & colours.str.lower().map(lambda c, own=own: not (_families(c) & own))]
        attributes = json.loads(shop.frame.at[row, "attributes"])
        attributes["colour"] = pool.iloc[int(shop.rng.integers(len(pool)))]
        shop.frame.at[row, "attributes"] = json.dumps(attributes)
        shop.mark(row, kind)


def _families(colour: str) -> set[int]:
    return {n for n, names in enumerate(FAMILIES) if colour in names}


def plant_poor_photo(shop: Planted, kind: str, n: int) -> None:
    """Blurred, dark, washed out, tiny, blank and framed in turn."""
    spoil = (_blur, _darken, _wash_out, _shrink, _blank, _frame)
    for place, row in enumerate(shop.pick(n, _has_picture(shop))):
        image = shop.open_picture(shop.frame.at[row, "images"][0])
        shop.set_picture(row, spoil[place % len(spoil)](image))
        shop.mark(row, kind)


def _blur(image: Image.Image) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(max(image.size) / 40))


def _darken(image: Image.Image) -> Image.Image:
    return image.point(lambda level: int(level * 0.18))


def _wash_out(image: Image.Image) -> Image.Image:
    return image.point(lambda level: int(255 - (255 - level) * 0.08))


def _shrink(image: Image.Image) -> Image.Image:
    return image.resize((max(1, image.width // 4), max(1, image.height // 4)))


def _blank(image: Image.Image) -> Image.Image:
    return Image.new("RGB", image.size, (238, 238, 238))


def _frame(image: Image.Image) -> Image.Image:
    out = Image.new("RGB", image.size, (40, 40, 40))
    small = image.resize((max(1, image.width // 5), max(1, image.height // 5)))
    out.paste(small, ((out.width - small.width) // 2, (out.height - small.height) // 2))
    return out


def plant_odd_picture(shop: Planted, kind: str, n: int) -> None:
    """A logo, a size chart, a landscape: no product at all."""
    for place, row in enumerate(shop.pick(n, _has_picture(shop))):
        size = shop.open_picture(shop.frame.at[row, "images"][0]).size
        shop.set_picture(row, (_logo, _chart, _landscape)[place % 3](size, shop.rng))
        shop.mark(row, kind)


def _logo(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    image = Image.new("RGB", size, tuple(int(v) for v in rng.integers(0, 255, 3)))
    draw, (w, h) = ImageDraw.Draw(image), size
    draw.ellipse((w * 0.2, h * 0.2, w * 0.8, h * 0.8), fill=tuple(int(v) for v in rng.integers(0, 255, 3)))
    draw.text((w * 0.35, h * 0.45), "BRAND", fill="white")
    return image


def _chart(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    image = Image.new("RGB", size, "white")
    draw, (w, h) = ImageDraw.Draw(image), size
    for line in range(0, h, max(h // 10, 4)):
        draw.line((0, line, w, line), fill="black")
        draw.text((4, line + 1), f"{rng.integers(30, 120)} cm", fill="black")
    for line in range(0, w, max(w // 5, 4)):
        draw.line((line, 0, line, h), fill="black")
    return image


def _landscape(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    w, h = size
    sky = np.linspace(0, 1, h)[:, None, None] * np.array([60, 90, -40]) + np.array([110, 150, 220])
    ridge = h * 0.55 + np.cumsum(rng.normal(0, 1.2, w))
    land = np.arange(h)[:, None] > ridge[None, :]
    pixels = np.where(land[:, :, None], np.array([70, 110, 50]) + rng.normal(0, 14, (h, w, 1)), sky)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def plant_no_picture(shop: Planted, kind: str, n: int) -> None:
    for row in shop.pick(n, _has_picture(shop)):
        shop.frame["images"] = _with(shop.frame["images"], row, ())
        shop.mark(row, kind)


def plant_gap(shop: Planted, kind: str, n: int) -> None:
    """An empty field that the shop otherwise fills: title, category, price, description, brand or an attribute."""
    usual = [c for c in ("title", "category", "price", "description", "brand") if shop.frame[c].notna().mean() > 0.9]
    for place, row in enumerate(shop.pick(n)):
        names = [*usual, *json.loads(shop.frame.at[row, "attributes"] or "{}")]
        column = names[place % len(names)]
        if column in usual:
            # the store knows no item without a title: what arrives without one is kept under its id
            shop.frame.at[row, column] = shop.frame.at[row, "item_id"] if column == "title" else None
        else:
            rest = {k: v for k, v in json.loads(shop.frame.at[row, "attributes"]).items() if k != column}
            shop.frame.at[row, "attributes"] = json.dumps(rest)
        shop.mark(row, kind)


def plant_boilerplate(shop: Planted, kind: str, n: int) -> None:
    """Placeholders where the text should stand."""
    texts = ("Lorem ipsum dolor sit amet", "n/a", "Test product", "No description available", "TBD", "placeholder", "-")
    column = "description" if shop.frame["description"].notna().mean() > 0.5 else "title"
    for place, row in enumerate(shop.pick(n)):
        shop.frame.at[row, column] = texts[place % len(texts)]
        shop.mark(row, kind)


def plant_price(shop: Planted, kind: str, n: int) -> None:
    """A decimal point slipped by one or two places, or no price at all but 0."""
    factors = (10.0, 0.1, 100.0, 0.01, 0.0)
    for place, row in enumerate(shop.pick(n, shop.frame["price"].notna() & _common(shop))):
        shop.frame.at[row, "price"] = round(float(shop.frame.at[row, "price"]) * factors[place % len(factors)], 2)
        shop.mark(row, kind)


def plant_duplicate(shop: Planted, kind: str, n: int) -> None:
    """The same product again under another id: title in other words' order or case, picture saved again, smaller."""
    for row in shop.pick(n, _has_picture(shop) & shop.frame["title"].str.split().str.len().ge(3)):
        copy = shop.frame.loc[row].copy()
        copy["item_id"] = f"{copy['item_id']}-B"
        words = str(copy["title"]).split()
        copy["title"] = " ".join([*words[1:], words[0]]).upper() if shop.rng.random() < 0.5 else f"{copy['title']} new"
        image = shop.open_picture(copy["images"][0])
        image = image.resize((max(8, image.width * 9 // 10), max(8, image.height * 9 // 10)))
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=70)
        number = len(shop.frame)
        shop.frame.loc[number] = copy
        shop.set_picture(number, Image.open(buffer).convert("RGB"))
        shop.mark(row, kind)
        shop.truth[str(copy["item_id"])] = kind


def plant_shared(shop: Planted, kind: str, n: int) -> None:
    """The picture of another product of the same shop, of another category."""
    for row in shop.pick(n, _has_picture(shop)):
        others = _has_picture(shop) & (shop.frame["category"] != shop.frame.at[row, "category"])
        donor = shop.pick(1, others)[0]
        shop.frame["images"] = _with(shop.frame["images"], row, shop.frame.at[donor, "images"])
        shop.mark(row, kind)
        shop.truth[str(shop.frame.at[donor, "item_id"])] = kind


PLANTERS: dict[str, Callable[[Planted, str, int], None]] = {
    "price_outlier": plant_price,
    "attribute_mismatch": plant_wrong_colour,
    "picture_mismatch": plant_wrong_picture,
    "wrong_category": plant_wrong_category,
    "poor_photo": plant_poor_photo,
    "odd_picture": plant_odd_picture,
    "missing_picture": plant_no_picture,
    "missing_field": plant_gap,
    "boilerplate": plant_boilerplate,
    "duplicate": plant_duplicate,
    "shared_picture": plant_shared,
}
