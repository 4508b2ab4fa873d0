"""The same product twice: same or near-same words, and the same or near-same picture."""

import numpy as np

from recsys.doctor.alike import group_pairs, same_picture_pairs, same_text_pairs, title_overlap
from recsys.doctor.finding import Action, Finding, Fix, Severity
from recsys.doctor.record import ShopRecord

NAME = "duplicate"


def find(shop: ShopRecord) -> list[Finding]:
    """Return a finding per item that repeats an earlier one; the first of a group in catalogue order is kept."""
    catalogue = shop.catalogue
    pairs = same_picture_pairs(shop)
    brands, categories = catalogue.brand_labels.codes, catalogue.category_path_labels.codes
    alike = [
        (a, b)
        for a, b in pairs
        if brands[a] == brands[b]
        and categories[a] == categories[b]
        and title_overlap(shop.titles[a], shop.titles[b]) >= shop.config.same_words
    ]
    alike += same_text_pairs(shop)
    findings = []
    for group in group_pairs(alike, len(catalogue)):
        keeper, *others = group
        for row in others:
            same = shop.lead[row] >= 0 and shop.lead[keeper] >= 0
            overlap = title_overlap(shop.titles[keeper], shop.titles[row])
            findings.append(
                Finding(
                    check=NAME,
                    item_num=int(row),
                    severity=Severity.MEDIUM,
                    confidence=float(np.clip(0.5 + overlap / 2, 0, 1)),
                    subject=str(catalogue.item_ids[keeper]),
                    fix=Fix(Action.MERGE, "item_id", str(catalogue.item_ids[keeper])),
                    evidence={
                        "other": str(catalogue.item_ids[keeper]),
                        "other_title": str(catalogue.titles[keeper])[:200],
                        "words_in_common": overlap,
                        "same_picture": bool(same),
                        "n_alike": len(group),
                    },
                )
            )
    return findings
