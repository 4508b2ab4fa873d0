"""The registry of checks: one file and one line each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from recsys.doctor.checks import (
    attribute_mismatch,
    boilerplate,
    duplicate,
    missing_field,
    missing_picture,
    odd_picture,
    picture_mismatch,
    poor_photo,
    price_outlier,
    shared_picture,
    wrong_category,
)
from recsys.doctor.finding import Finding
from recsys.doctor.record import ShopRecord


@dataclass(frozen=True)
class Check:
    """A check and what it needs to speak at all.

    Parameters
    ----------
    find
        Returns its findings; never changes the record.
    needs_vectors
        Reads image vectors, so says nothing without a trained run.
    needs_pictures
        Reads measured pictures, so says nothing in a shop without any.
    """

    find: Callable[[ShopRecord], list[Finding]]
    needs_vectors: bool = False
    needs_pictures: bool = False


CHECKS: Mapping[str, Check] = {
    picture_mismatch.NAME: Check(picture_mismatch.find, needs_vectors=True),
    wrong_category.NAME: Check(wrong_category.find),
    attribute_mismatch.NAME: Check(attribute_mismatch.find, needs_pictures=True),
    poor_photo.NAME: Check(poor_photo.find, needs_pictures=True),
    odd_picture.NAME: Check(odd_picture.find, needs_vectors=True),
    missing_picture.NAME: Check(missing_picture.find),
    missing_field.NAME: Check(missing_field.find),
    boilerplate.NAME: Check(boilerplate.find),
    price_outlier.NAME: Check(price_outlier.find),
    duplicate.NAME: Check(duplicate.find),
    shared_picture.NAME: Check(shared_picture.find, needs_pictures=True),
}
"""Every check, in the order of the screen."""
