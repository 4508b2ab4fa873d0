"""Words of the demo shop: materials, occasions, brands and sentences.

Nothing here may name a colour, a pattern or a drawn detail: those are for the picture alone.
"""

from recsys.simulation.kinds import CARRIED, FOOTWEAR, HOME, WORN

MATERIALS: dict[str, tuple[str, str, str]] = {
    "cotton": (
        "natural",
        "Woven from long-staple organic cotton that softens with every wash.",
        "Machine wash at 40 degrees.",
    ),
    "linen": ("natural", "Airy European flax linen with a cool, dry touch.", "Wash at 30 degrees and iron while damp."),
    "canvas": (
        "natural",
        "Sturdy washed canvas that takes years of use.",
        "Brush off dust and wipe with a damp cloth.",
    ),
    "oak": ("natural", "Solid oiled oak with a visible grain.", "Dust with a dry cloth and oil once a year."),
    "rattan": ("natural", "Hand-braided rattan, light and springy.", "Keep dry and dust with a soft brush."),
    "silk": ("refined", "Fluid mulberry silk with a quiet sheen.", "Hand wash cold or dry clean."),
    "cashmere": ("refined", "Two-ply cashmere, feather light and very warm.", "Hand wash cold and dry flat."),
    "leather": ("refined", "Full-grain leather that ages beautifully.", "Treat with leather balm twice a year."),
    "velvet": ("refined", "Dense velvet with a deep, soft pile.", "Vacuum gently along the pile."),
    "porcelain": ("refined", "Thin, translucent porcelain fired twice.", "Dishwasher safe."),
    "suede": ("refined", "Velour-soft suede from a small tannery.", "Protect with spray and brush when dry."),
    "nylon": ("technical", "Recycled nylon that keeps wind and rain outside.", "Machine wash cold, no softener."),
    "mesh": ("technical", "Breathable knitted mesh that dries fast.", "Rinse by hand and dry in the air."),
    "steel": ("technical", "Brushed stainless steel that shrugs off scratches.", "Wipe with a soft cloth."),
    "acetate": ("technical", "Glossy bio-based acetate, light and tough.", "Clean with warm water and a lens cloth."),
    "viscose": ("technical", "Drapey viscose that hardly creases.", "Wash at 30 degrees, do not tumble dry."),
    "wool": ("rustic", "Warm merino wool that never itches.", "Wool cycle or airing overnight."),
    "alpaca": ("rustic", "Lofty alpaca yarn from the high Andes.", "Hand wash cold and dry flat."),
    "denim": ("rustic", "Sturdy denim that moulds to its owner.", "Wash inside out, rarely."),
    "stoneware": ("rustic", "Hand-thrown stoneware with a raw foot.", "Dishwasher safe."),
    "glass": (
        "rustic",
        "Mouth-blown recycled glass, each piece a little different.",
        "Dishwasher safe on the upper rack.",
    ),
}
"""Material → family of feel, sentence, care."""

FEELS: tuple[str, ...] = ("natural", "refined", "technical", "rustic")

OCCASIONS: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "office": (
        "for the office",
        "Sits well through meetings and long days at the desk.",
        "Made for the desk and the study.",
        ("office", "work", "meetings"),
    ),
    "weekend": (
        "for the weekend",
        "For slow mornings, the market and a long walk.",
        "For slow weekend breakfasts and lazy Sundays.",
        ("weekend", "everyday", "walks"),
    ),
    "holiday": (
        "for holidays",
        "Packs small and belongs by the sea.",
        "Brings the house by the sea to mind.",
        ("holiday", "beach", "vacation"),
    ),
    "evening": (
        "for the evening",
        "Made for dinner, the theatre and late drinks.",
        "Sets the mood for dinner and late talks.",
        ("evening", "dinner", "night out"),
    ),
    "celebration": (
        "for celebrations",
        "A guest at weddings and birthdays.",
        "A gift for weddings and housewarmings.",
        ("wedding", "party", "celebration"),
    ),
    "travel": (
        "for travelling",
        "Made for trains, planes and changing weather.",
        "Light and compact enough for a camper or a small flat.",
        ("travel", "trips", "journeys"),
    ),
    "outdoors": (
        "for outdoors",
        "Ready for trails, gardens and cold playgrounds.",
        "At home on the terrace and in the garden.",
        ("outdoors", "garden", "hiking"),
    ),
}
"""Occasion → end of a title, sentence when worn or carried, sentence for the home, words shoppers use."""

NOTES: dict[str, tuple[str, ...]] = {
    WORN: (
        "True to size.",
        "Runs a little large; take a size down if in doubt.",
        "Runs small; size up for comfort.",
        "Sits close at the shoulder.",
    ),
    FOOTWEAR: (
        "True to size with room for a thin sock.",
        "Half a size small; order up.",
        "Roomy at the toe.",
        "Removable insole.",
    ),
    CARRIED: ("One size.", "Made in small batches.", "Comes in a cotton pouch.", "Repairs are free for two years."),
    HOME: (
        "Each piece is inspected by hand.",
        "Made in small batches.",
        "Arrives in plastic-free packaging.",
        "Spare parts available.",
    ),
}

MODEL_NAMES: tuple[str, ...] = (
    "Alma",
    "Anouk",
    "Arlo",
    "Asta",
    "Bela",
    "Birk",
    "Carla",
    "Cleo",
    "Dario",
    "Edda",
    "Elio",
    "Emil",
    "Enna",
    "Fara",
    "Finn",
    "Freya",
    "Gala",
    "Gaston",
    "Hedda",
    "Hugo",
    "Ida",
    "Ilse",
    "Ines",
    "Iva",
    "Jonna",
    "Juna",
    "Kaya",
    "Klara",
    "Lasse",
    "Lena",
    "Lior",
    "Lotte",
    "Luca",
    "Maren",
    "Marlo",
    "Mila",
    "Nela",
    "Nils",
    "Noor",
    "Odin",
    "Orla",
    "Otis",
    "Paola",
    "Pia",
    "Quinn",
    "Rafa",
    "Romy",
    "Runa",
    "Sanna",
    "Selma",
    "Signe",
    "Stella",
    "Tamo",
    "Tilda",
    "Uma",
    "Vera",
    "Vito",
    "Wilma",
    "Yara",
    "Zeno",
)

BRANDS: tuple[tuple[str, float], ...] = (
    ("Harbour Lane", -0.9),
    ("Kettle and Oak", -0.3),
    ("Maison Verlaine", 1.2),
    ("Tern Studio", 0.2),
    ("Fjordlight", 0.5),
    ("Common Yard", -1.1),
    ("Ostler", 0.1),
    ("Nine Acres", -0.5),
    ("Halden Works", 0.4),
    ("Petit Quai", 0.8),
    ("Lumen House", 0.0),
    ("Ravel and Sons", 1.0),
    ("Birchfield", -0.7),
    ("Calder Mill", -0.2),
    ("Studio Ombra", 1.4),
    ("Wayfare Supply", -0.6),
    ("Esker", 0.3),
    ("Villa Tramonto", 0.9),
    ("Northgate Basics", -1.3),
    ("Saltmarsh", -0.1),
)
"""Invented name and price level (standard deviations of log price)."""

PRAISE: dict[int, tuple[str, ...]] = {
    5: ("Love it", "Perfect", "Better than I hoped", "Wonderful"),
    4: ("Very good", "Happy with it", "Nice quality", "Good buy"),
    3: ("It is fine", "Decent", "Not bad", "Okay for the price"),
    2: ("A bit disappointing", "Expected more", "Not quite for me", "Only so-so"),
    1: ("Sent it back", "Not what I wanted", "Poor", "Would not buy again"),
}
