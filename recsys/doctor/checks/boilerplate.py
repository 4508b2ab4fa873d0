"""Titles and descriptions that say nothing about the product."""

import re

import numpy as np

from recsys.doctor.finding import Action, Finding, Fix, Severity
from recsys.doctor.record import ShopRecord

NAME = "boilerplate"
_EMPTY_WORDS = re.compile(
    r"^\W*(n/?a|nan|null|none|tbd|tba|test( ?product| ?item)?|untitled|unknown|"
    r"no (title|name|description)( available)?|"
    r"(title|name|description|text)( here| goes here)?|placeholder|sample( ?product| ?text)?|dummy|xxx+|"
    r"new product|product( name)?|item|coming soon|asdf\w*|lorem ipsum.*)\W*$",
    re.IGNORECASE | re.DOTALL,
)
_LOREM = re.compile(r"lorem ipsum|dolor sit amet", re.IGNORECASE)
_SHOWN_LETTERS = 120


def find(shop: ShopRecord) -> list[Finding]:
    """Return a finding per text that is a placeholder, too short, or one description shared across categories."""
    findings = [
        _finding(shop, int(row), "title", why)
        for row, title in enumerate(shop.titles)
        if title and (why := _why_empty(title, shop.config.min_title))
    ]
    shared = _shared_descriptions(shop)
    for row, text in enumerate(shop.descriptions):
        why = _why_empty(text, shop.config.min_title) if text else ""
        if why or text in shared:
            findings.append(_finding(shop, row, "description", why or "repeated", shared.get(text, 1)))
    return findings


def _why_empty(text: str, shortest: int) -> str:
    """Why a text says nothing: "placeholder", "short" or "" where it does say something."""
    if _EMPTY_WORDS.match(text) or _LOREM.search(text):
        return "placeholder"
    letters = sum(character.isalnum() for character in text[:1000])
    wide = sum(ord(character) > 0x2E80 for character in text[:1000])  # scripts that need no more than two signs
    return "short" if letters + wide < shortest else ""


def _shared_descriptions(shop: ShopRecord) -> dict[str, int]:
    """Descriptions that stand on at least `repeated_text` items of two or more top categories, with their number."""
    said = np.flatnonzero(shop.descriptions != "")
    if len(said) == 0:
        return {}
    texts, codes, counts = np.unique(shop.descriptions[said].astype(str), return_inverse=True, return_counts=True)
    tops = shop.catalogue.category_labels.codes[said]
    kinds = np.unique(np.stack([codes, tops]), axis=1)[0]
    often = (counts >= shop.config.repeated_text) & (np.bincount(kinds, minlength=len(texts)) >= 2)
    return {str(texts[n]): int(counts[n]) for n in np.flatnonzero(often)}


def _finding(shop: ShopRecord, row: int, column: str, why: str, n_items: int = 1) -> Finding:
    """One finding."""
    text = str((shop.titles if column == "title" else shop.descriptions)[row])
    return Finding(
        check=NAME,
        item_num=row,
        severity=Severity.MEDIUM if column == "title" else Severity.LOW,
        confidence=1.0 if why == "placeholder" else 0.8,
        subject=f"{column}:{text[:200]}",
        fix=Fix(Action.REWRITE_TEXT, column),
        evidence={"field": column, "why": why, "text": text[:_SHOWN_LETTERS], "n_items": n_items},
    )
