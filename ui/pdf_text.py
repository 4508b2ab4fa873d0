"""Text for PDF pages: two fonts that need no file of ours, and product text made harmless.

Latin letters are set in Bitstream Vera, which comes with reportlab and is embedded; Greek, Cyrillic, Chinese and
Japanese ones in a standard CID font that PDF readers bring. What neither can draw, such as emoji, is left out.
"""

import re
from functools import cache
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from ui.text import plain_text

if TYPE_CHECKING:
    from reportlab.lib.styles import ParagraphStyle

REGULAR, BOLD, CID = "Vera", "VeraBd", "STSong-Light"
_OTHER = re.compile(r"[\u0370-\u04ff\u3000-\u303f\u3040-\u30ff\u4e00-\u9fff\uff00-\uffef]+")


@cache
def _drawable() -> frozenset[int]:
    """Register the fonts once; the code points that Vera has a glyph for."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.ttfonts import TTFont

    for name in (REGULAR, BOLD):
        pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))
    pdfmetrics.registerFont(UnicodeCIDFont(CID))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
    return frozenset(pdfmetrics.getFont(REGULAR).face.charToGlyph)


def pdf_markup(value: object, limit: int = 200) -> str:
    """Return text for a reportlab paragraph: nothing in it is read as markup, every letter in a font that has it.

    Parameters
    ----------
    value, limit
        As for `ui.text.plain_text`.
    """
    text, has = plain_text(value, limit), _drawable()
    parts, at = [], 0
    for run in _OTHER.finditer(text):
        parts.append(_latin(text[at : run.start()], has))
        parts.append(f'<font name="{CID}">{escape(run.group())}</font>')
        at = run.end()
    return "".join([*parts, _latin(text[at:], has)])


def _latin(text: str, has: frozenset[int]) -> str:
    """What Vera can draw of a text."""
    return escape("".join(letter for letter in text if ord(letter) in has))


def pdf_style(size: float, *, bold: bool = False, color: str = "#10141D", right: bool = False) -> "ParagraphStyle":
    """Return a paragraph style of some size in points."""
    from reportlab.lib.colors import HexColor
    from reportlab.lib.enums import TA_LEFT, TA_RIGHT
    from reportlab.lib.styles import ParagraphStyle

    _drawable()
    return ParagraphStyle(
        "text",
        fontName=BOLD if bold else REGULAR,
        fontSize=size,
        leading=1.35 * size,
        textColor=HexColor(color),
        alignment=TA_RIGHT if right else TA_LEFT,
        wordWrap="CJK" if _wraps_anywhere() else None,
    )


def _wraps_anywhere() -> bool:
    """Whether lines of the visitor's language may break between any two letters."""
    from ui.wording import language

    return language() == "zh"
