"""Kinds of product of the demo shop: what is drawn, where it stands in the tree, what it costs and is made of.

The words of materials, occasions, brands and sentences stand in `wording`.
"""

from dataclasses import dataclass

WORN, FOOTWEAR, CARRIED, HOME = "worn", "footwear", "carried", "home"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of product.

    Parameters
    ----------
    silhouette
        What is drawn.
    category
        Path with " > ".
    noun
        Word in titles and searches.
    wording
        Which sentences fit: worn, footwear, carried or home.
    price_eur
        Typical price.
    materials
        What it may be made of.
    season
        Peak in the year as a shift of the season's wave: 1 late in the history, -1 early, 0 all year.
    share
        Relative number of products.
    """

    silhouette: str
    category: str
    noun: str
    wording: str
    price_eur: float
    materials: tuple[str, ...]
    season: float
    share: float


_LIGHT = ("cotton", "linen", "viscose", "silk")
_KNIT = ("wool", "cashmere", "alpaca", "cotton")
_OUTER = ("wool", "nylon", "leather", "linen", "denim")
_SHOE = ("leather", "suede", "canvas", "mesh")


def _worn(
    silhouette: str,
    path: str,
    noun: str,
    price: float,
    materials: tuple[str, ...],
    season: float,
    share: float,
    *departments: str,
) -> list[Kind]:
    """The same garment in several departments."""
    wording = FOOTWEAR if path.startswith("Shoes") else WORN
    return [
        Kind(silhouette, f"{department} > {path}", noun, wording, price, materials, season, share)
        for department in departments
    ]


KINDS: tuple[Kind, ...] = (
    *_worn(
        "t-shirt", "Tops > T-shirts", "T-shirt", 24, ("cotton", "linen", "viscose", "wool"), -0.6, 1.3, "Women", "Men"
    ),
    *_worn("blouse", "Tops > Blouses", "blouse", 49, _LIGHT, -0.2, 1.7, "Women"),
    *_worn(
        "long-sleeve",
        "Tops > Long-sleeved tops",
        "long-sleeved top",
        34,
        ("cotton", "viscose", "wool", "linen"),
        0.3,
        1.0,
        "Women",
        "Men",
    ),
    *_worn("jumper", "Knitwear > Jumpers", "jumper", 69, _KNIT, 0.9, 1.2, "Women", "Men"),
    *_worn(
        "hoodie", "Knitwear > Hoodies", "hoodie", 59, ("cotton", "wool", "nylon", "linen"), 0.5, 0.9, "Women", "Men"
    ),
    *_worn("jacket", "Jackets and coats > Jackets", "jacket", 119, _OUTER, 0.4, 1.0, "Women", "Men"),
    *_worn(
        "coat",
        "Jackets and coats > Coats",
        "coat",
        189,
        ("wool", "cashmere", "nylon", "alpaca"),
        1.0,
        0.9,
        "Women",
        "Men",
    ),
    *_worn("dress", "Dresses > Short dresses", "dress", 79, (*_LIGHT, "denim"), -0.8, 1.7, "Women"),
    *_worn("midi-dress", "Dresses > Midi dresses", "midi dress", 95, (*_LIGHT, "velvet"), -0.3, 1.5, "Women"),
    *_worn("skirt", "Skirts", "skirt", 55, (*_LIGHT, "denim", "suede"), -0.3, 1.5, "Women"),
    *_worn(
        "trousers",
        "Trousers and jeans > Trousers",
        "trousers",
        69,
        ("cotton", "linen", "wool", "viscose"),
        0.1,
        1.1,
        "Women",
        "Men",
    ),
    *_worn("jeans", "Trousers and jeans > Jeans", "jeans", 79, ("denim",), 0.2, 0.8, "Women", "Men"),
    *_worn("shorts", "Shorts", "shorts", 39, ("cotton", "linen", "nylon", "denim"), -1.0, 0.8, "Women", "Men"),
    *_worn("sneaker", "Shoes > Sneakers", "sneakers", 89, _SHOE, -0.1, 1.2, "Women", "Men"),
    *_worn("boot", "Shoes > Boots", "boots", 139, ("leather", "suede", "nylon"), 0.9, 0.9, "Women", "Men"),
    *_worn("sandal", "Shoes > Sandals", "sandals", 59, ("leather", "suede", "canvas"), -1.0, 0.8, "Women", "Men"),
    *_worn("heel", "Shoes > Heels", "heels", 99, ("leather", "suede", "velvet"), 0.1, 1.2, "Women"),
    Kind(
        "bag",
        "Accessories > Bags > Handbags",
        "handbag",
        CARRIED,
        109,
        ("leather", "canvas", "suede", "nylon"),
        0.0,
        1.8,
    ),
    Kind(
        "backpack", "Accessories > Bags > Backpacks", "backpack", CARRIED, 79, ("canvas", "nylon", "leather"), -0.2, 1.5
    ),
    Kind(
        "hat",
        "Accessories > Hats and scarves > Hats",
        "hat",
        CARRIED,
        35,
        ("wool", "cotton", "linen", "alpaca"),
        0.2,
        1.4,
    ),
    Kind(
        "scarf",
        "Accessories > Hats and scarves > Scarves",
        "scarf",
        CARRIED,
        45,
        ("wool", "cashmere", "silk", "alpaca"),
        0.9,
        1.4,
    ),
    Kind("watch", "Accessories > Watches", "watch", CARRIED, 149, ("steel", "leather", "canvas"), 0.0, 1.4),
    Kind("sunglasses", "Accessories > Sunglasses", "sunglasses", CARRIED, 89, ("acetate", "steel"), -0.9, 1.3),
    Kind(
        "lamp", "Home > Lighting > Table lamps", "table lamp", HOME, 85, ("linen", "oak", "steel", "rattan"), 0.4, 1.6
    ),
    Kind("mug", "Home > Tableware > Mugs", "mug", HOME, 16, ("stoneware", "porcelain", "glass", "steel"), 0.3, 1.7),
    Kind("cushion", "Home > Textiles > Cushions", "cushion", HOME, 35, ("linen", "velvet", "wool", "cotton"), 0.3, 1.9),
    Kind("chair", "Home > Furniture > Chairs", "chair", HOME, 229, ("velvet", "linen", "leather", "wool"), 0.0, 1.5),
    Kind(
        "vase", "Home > Decoration > Vases", "vase", HOME, 39, ("stoneware", "porcelain", "glass", "rattan"), 0.0, 1.5
    ),
    Kind("bowl", "Home > Tableware > Bowls", "bowl", HOME, 25, ("stoneware", "porcelain", "glass", "oak"), 0.1, 1.5),
)

SILHOUETTES_OF_KINDS: tuple[str, ...] = tuple(dict.fromkeys(kind.silhouette for kind in KINDS))
