"""The doctor's findings in words: what each check is called, what is wrong, what to do."""

import math

from recsys.vocabulary import CATEGORY_SEPARATOR
from recsys.workflows.doctor_view import FindingCard
from ui.text import number, percent, plain_text
from ui.wording import mark, t, tn

CHECKS: dict[str, tuple[str, str]] = {
    "picture_mismatch": (
        mark("Picture shows another kind"),
        mark("The picture looks like products of another category, and the words do not say so."),
    ),
    "wrong_category": (
        mark("Wrong category"),
        mark("The words, and the picture where there is one, sit in another category than the one stated."),
    ),
    "attribute_mismatch": (
        mark("Attribute contradicts picture"),
        mark("An attribute that pictures tell well in this shop, such as the colour, says something else."),
    ),
    "poor_photo": (
        mark("Poor photo"),
        mark("Tiny, blurred, too dark, washed out, blank or mostly frame, beside the pictures of its category."),
    ),
    "odd_picture": (mark("Not a product"), mark("The picture is unlike any other in the shop.")),
    "missing_picture": (mark("No picture"), mark("No picture, or one that cannot be read, where others have one.")),
    "missing_field": (
        mark("Missing information"),
        mark("A field or attribute is empty that at least four in five products of its category have."),
    ),
    "boilerplate": (
        mark("Text says nothing"),
        mark("A placeholder, too few letters, or one description shared across categories."),
    ),
    "price_outlier": (mark("Odd price"), mark("Far from the usual price of its category, or not above 0.")),
    "duplicate": (mark("Duplicate"), mark("The same product twice: same words and same picture.")),
    "shared_picture": (
        mark("Shared picture"),
        mark("The same picture stands on a product with other words or of another category."),
    ),
}
"""Check -> its name and what it means."""
SEVERITIES = {"high": mark("Severe"), "medium": mark("Moderate"), "low": mark("Minor")}
SEVERITY_COLOURS = {"high": "red", "medium": "orange", "low": "gray"}
_PHOTO = {
    "blank": mark("blank"),
    "tiny": mark("tiny"),
    "dark": mark("too dark"),
    "washed_out": mark("washed out"),
    "blurred": mark("blurred"),
    "framed": mark("mostly frame"),
}
_WHY_EMPTY = {
    "placeholder": mark("a placeholder"),
    "short": mark("too few letters"),
    "repeated": mark("the same on many products"),
}
_FIELDS = {
    "title": mark("title"),
    "description": mark("description"),
    "category": mark("category"),
    "brand": mark("brand"),
    "price": mark("price"),
    "images": mark("picture"),
}
SILENT = {
    "run": mark("Needs a live run that has seen pictures"),
    "pictures": mark("Needs pictures"),
}
SOURCES = {
    "lists": mark("{n} sampled shoppers' lists of the live run"),
    "similar": mark("{n} lists for a look at one product, since no shopper is known"),
    "impressions": mark("{n} lists in the shop's log"),
    "none": mark("nothing: no run is live and no impression was logged"),
}


def check_name(check: str) -> str:
    """Return what a check is called."""
    return t(CHECKS[check][0])


def field_name(column: str) -> str:
    """Return the name of a field, or the attribute's own."""
    return t(_FIELDS[column]) if column in _FIELDS else plain_text(column, 40)


def path_text(category: object) -> str:
    """Return a category path as people read it."""
    return plain_text(str(category).replace(CATEGORY_SEPARATOR, " › "), 120)


def what_is_wrong(card: FindingCard) -> str:
    """Say what was found, with its figures; plain text."""
    said = _SAYINGS[card.check]
    return said(card)


def what_to_do(card: FindingCard) -> str:
    """Say how to mend it; plain text."""
    value, field = plain_text(card.fix_value, 80), field_name(card.fix_column)
    sayings = {
        "replace_picture": t("Upload another picture."),
        "add_picture": t("Upload a picture."),
        "move_category": t("Move it to {category}, or check the words.", category=path_text(card.fix_value)),
        "correct_attribute": t("Set {field} to {value}, or replace the picture.", field=field, value=value),
        "fill_field": t("Fill in {field}.", field=field),
        "rewrite_text": t("Write a {field} of its own.", field=field),
        "check_price": t("Check the price; {value} would fit.", value=value) if value else t("Check the price."),
        "merge": t("Keep {value} and take this one out.", value=value),
    }
    return sayings[card.action]


def _mismatch(card: FindingCard) -> str:
    e = card.evidence
    return t(
        "Looks like {shows} ({share} sure); stated is {stated}.",
        shows=path_text(e["shows"]),
        share=percent(e["probability"], 0),
        stated=path_text(e["stated"]),
    )


def _category(card: FindingCard) -> str:
    e = card.evidence
    values = {"suggested": path_text(e["suggested"]), "share": percent(e["words_probability"], 0)}
    if e["picture_agrees"]:
        return t("Words ({share} sure) and picture both say {suggested}.", **values)
    return t("The words say {suggested} ({share} sure).", **values)


def _attribute(card: FindingCard) -> str:
    e = card.evidence
    return t(
        "{field} is {stated}; the picture looks {shows} ({share} sure).",
        field=field_name(e["attribute"]).capitalize(),
        stated=plain_text(e["stated"], 40),
        shows=plain_text(e["shows"], 40),
        share=percent(e["probability"], 0),
    )


def _photo(card: FindingCard) -> str:
    faults = ", ".join(t(_PHOTO[name]) for name in card.evidence["faults"])
    return t("The photo is {faults} ({side} pixels).", faults=faults, side=number(card.evidence["longest_side"]))


def _odd(card: FindingCard) -> str:
    z = number(card.evidence["edge_z"], 0)
    return t("Neither content nor edge is like the shop's other pictures ({z} standard deviations).", z=z)


def _no_picture(card: FindingCard) -> str:
    share = percent(card.evidence["peers_with_it"], 0)
    if card.evidence["unreadable"]:
        return t("The picture cannot be read; {share} of its category have one.", share=share)
    return t("No picture; {share} of its category have one.", share=share)


def _gap(card: FindingCard) -> str:
    share = percent(card.evidence["peers_with_it"], 0)
    return t("No {field}; {share} of its category have one.", field=field_name(card.evidence["field"]), share=share)


def _boilerplate(card: FindingCard) -> str:
    e = card.evidence
    why = t(_WHY_EMPTY[e["why"]])
    said = t("The {field} is {why}: “{text}”.", field=field_name(e["field"]), why=why, text=plain_text(e["text"], 80))
    return f"{said} {tn('On {n} product.', 'On {n} products.', e['n_items'])}" if e["n_items"] > 1 else said


def _price(card: FindingCard) -> str:
    e = card.evidence
    price = number(e["price"], 2)
    if "median" not in e:
        return t("The price is {price}.", price=price)
    times = number(e["ratio"] if e["ratio"] >= 1 else 1 / e["ratio"], 1)
    values = {"price": price, "times": times, "median": number(e["median"], 2), "n": number(e["n_peers"])}
    if e["ratio"] >= 1:
        return t("{price} is {times} times the usual {median} of {n} like products.", **values)
    return t("{price} is {times} times below the usual {median} of {n} like products.", **values)


def _copy(card: FindingCard) -> str:
    e = card.evidence
    values = {"other": plain_text(e["other"], 40), "title": plain_text(e["other_title"], 80)}
    if e["same_picture"]:
        return t("Same words and picture as {other} “{title}”.", **values)
    return t("Same words as {other} “{title}”; neither has a picture.", **values)


def _shared(card: FindingCard) -> str:
    e = card.evidence
    return t(
        "Its picture also stands on {other} “{title}”.",
        other=plain_text(e["other"], 40),
        title=plain_text(e["other_title"], 80),
    )


_SAYINGS = {
    "picture_mismatch": _mismatch,
    "wrong_category": _category,
    "attribute_mismatch": _attribute,
    "poor_photo": _photo,
    "odd_picture": _odd,
    "missing_picture": _no_picture,
    "missing_field": _gap,
    "boilerplate": _boilerplate,
    "price_outlier": _price,
    "duplicate": _copy,
    "shared_picture": _shared,
}


def places(value: float) -> str:
    """Return list places per 1,000 lists, "–" where unknown."""
    return number(value, 1) if math.isfinite(value) and value < 100 else number(value)
