"""What the Rules page reads, cached by version; one more place of `st.cache_*`."""

from typing import TYPE_CHECKING

import streamlit as st

from recsys.data.catalogue import Catalogue
from recsys.rules.book import read_rules
from recsys.rules.rule import RuleSet
from recsys.workflows.rule_drafts import RuleDraft
from ui import data

if TYPE_CHECKING:
    from recsys.ranking.model import Model
    from recsys.workflows.rules import Preview

CHOICES = 2000
"""Most values of one field offered to choose from; others can be typed."""


def live_rules() -> RuleSet:
    """Return the published rules, read afresh when somebody published.

    Raises
    ------
    InputError
        If the live version is damaged.
    """
    return read_rules(data.shop_paths())


def field_choices(catalogue: Catalogue) -> tuple[list[str], list[str], list[str]]:
    """Return categories, brands and attributes (`name=value`) to choose from."""
    info = data.newest_snapshot()
    return _field_choices(str(data.shop_paths().root), "" if info is None else info.data_version, catalogue)


@st.cache_resource(max_entries=2, show_spinner=False)
def _field_choices(root: str, data_version: str, _catalogue: Catalogue) -> tuple[list[str], list[str], list[str]]:
    from ui.choices import list_categories

    pairs = {f"{name}={value}" for own in _catalogue.attributes for name, value in own.items()}
    brands = sorted(str(b) for b in _catalogue.brand_labels.names if b)
    return list_categories(_catalogue)[:CHOICES], brands[:CHOICES], sorted(p for p in pairs if len(p) <= 200)[:CHOICES]


def preview(model: "Model", draft: RuleDraft) -> "Preview":
    """Return what a draft would change; kept until the draft or the rules change."""
    return _preview(model.run_id, draft.draft_id, draft.base.version, draft.changed_at, model, draft)


@st.cache_resource(max_entries=8, ttl=900, show_spinner="Making the lists of a sample of shoppers…")
def _preview(
    run_id: str, draft_id: str, version: int, changed_at: str, _model: "Model", _draft: RuleDraft
) -> "Preview":
    from recsys.workflows.lists import preset_book
    from recsys.workflows.rules import preview_rules

    book = preset_book(data.shop_paths(), _model)
    return preview_rules(_model, _draft.base, _draft.as_published(), _draft.difference, book)
