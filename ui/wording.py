"""Every word on screen passes through here, and is looked up in the language of the visitor.

The English text is the key; `locale/<language>/vitrine.po` holds the others, in the format every translator's tool
reads. `make wording` brings the files up to date with the code; a test fails where a text lacks its translation.
Values are filled in by name after the look-up, so a translation may put them in another order.
"""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from babel import negotiate_locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from ui.state import LANGUAGE

LANGUAGES = {"en": "English", "zh": "中文"}
"""Language code to its name in itself."""
_FOLDER = Path(__file__).resolve().parent / "locale"


def language() -> str:
    """Return the visitor's language, a key of `LANGUAGES`.

    A bare address opens in the language the browser prefers. A link without a language is an English one, since what
    it filters by may be written in it.
    """
    held = st.session_state.get(LANGUAGE)
    if held in LANGUAGES:
        return str(held)
    asked = st.query_params.get(LANGUAGE)
    if asked in LANGUAGES:
        return str(asked)
    preferred = None if st.query_params else st.context.locale
    return negotiate_locale([preferred], LANGUAGES, sep="-") or "en" if preferred else "en"


@cache
def _catalog(code: str) -> Catalog:
    """Translations of one language; an empty one where the folder has none, as for English."""
    path = _FOLDER / code / "vitrine.po"
    if not path.is_file():
        return Catalog(locale=code)
    with path.open("rb") as file:
        return read_po(file, locale=code)


def mark(text: str) -> str:
    """Name a text that is looked up later with `t(variable)`, such as a constant of a module."""
    return text


def t(text: str, /, **values: Any) -> str:
    """Return a text in the visitor's language, its `{names}` filled in.

    Parameters
    ----------
    text
        English, written out where it stands so that `make wording` finds it, or marked with `mark`.
    values
        What stands in the braces; already made safe for where it is shown.
    """
    message = _catalog(language()).get(text)
    said = str(message.string) if message is not None and message.string else text
    return said.format(**values) if values else said


def tn(one: str, many: str, n: int, /, **values: Any) -> str:
    """Return the singular or plural text for a count, which stands in the texts as `{n}` with thousands separators."""
    catalog = _catalog(language())
    message = catalog.get(one)
    if message is not None and isinstance(message.string, tuple | list) and any(message.string):
        said = str(message.string[_plural_form(catalog, n)])
    else:
        said = one if n == 1 else many
    return said.format(n=f"{n:,}", **values)


def _plural_form(catalog: Catalog, n: int) -> int:
    """Which of a language's plural forms a count takes; both languages shipped have one or two."""
    return 0 if catalog.num_plurals == 1 or n == 1 else 1
