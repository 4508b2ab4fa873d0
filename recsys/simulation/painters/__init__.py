"""One painter per silhouette; `PAINTERS` is the registry."""

from collections.abc import Callable

from recsys.simulation.painters import accessories, dresses, homeware, legwear, outerwear, shoes, tops
from recsys.simulation.painters.style import Style
from recsys.simulation.sheet import Sheet

PAINTERS: dict[str, Callable[[Sheet, Style], None]] = {
    "t-shirt": tops.t_shirt,
    "blouse": tops.blouse,
    "long-sleeve": tops.long_sleeve,
    "jumper": tops.jumper,
    "hoodie": tops.hoodie,
    "jacket": outerwear.jacket,
    "coat": outerwear.coat,
    "dress": dresses.dress,
    "midi-dress": dresses.midi_dress,
    "skirt": dresses.skirt,
    "trousers": legwear.trousers,
    "jeans": legwear.jeans,
    "shorts": legwear.shorts,
    "sneaker": shoes.sneaker,
    "boot": shoes.boot,
    "sandal": shoes.sandal,
    "heel": shoes.heel,
    "bag": accessories.bag,
    "backpack": accessories.backpack,
    "hat": accessories.hat,
    "scarf": accessories.scarf,
    "watch": accessories.watch,
    "sunglasses": accessories.sunglasses,
    "lamp": homeware.lamp,
    "mug": homeware.mug,
    "cushion": homeware.cushion,
    "chair": homeware.chair,
    "vase": homeware.vase,
    "bowl": homeware.bowl,
}
