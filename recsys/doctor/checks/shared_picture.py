"""One picture on products whose words differ: at least one of them shows something else."""

from recsys.doctor.alike import group_pairs, same_picture_pairs, title_overlap
from recsys.doctor.finding import Action, Finding, Fix, Severity
from recsys.doctor.record import ShopRecord

NAME = "shared_picture"


def find(shop: ShopRecord) -> list[Finding]:
    """Return a finding per item that shows the picture of an earlier item of another category, or with other words."""
    catalogue = shop.catalogue
    categories = catalogue.category_path_labels.codes
    differ = [
        (a, b)
        for a, b in same_picture_pairs(shop)
        if categories[a] != categories[b] or title_overlap(shop.titles[a], shop.titles[b]) < shop.config.same_words
    ]
    findings = []
    for group in group_pairs(differ, len(catalogue)):
        first, *others = group
        findings += [
            Finding(
                check=NAME,
                item_num=int(row),
                severity=Severity.LOW,
                confidence=0.7,
                subject=f"{catalogue.item_ids[first]}:{catalogue.images[row][0]}",
                fix=Fix(Action.REPLACE_PICTURE, "images"),
                evidence={
                    "other": str(catalogue.item_ids[first]),
                    "other_title": str(catalogue.titles[first])[:200],
                    "n_alike": len(group),
                },
            )
            for row in others
        ]
    return findings
