"""Every session key and query key of the dashboard, once; what each may hold; drafts that outlive a page."""

import math
from collections.abc import Iterable, Mapping

import streamlit as st

SHOPPER = "shopper"  # bound to the URL; shared by Recommendations, Fusion and Explain
ITEM = "item"  # in the URL of Explain as an id, written by ui.item_choice
ITEM_WRITTEN = "item_written"  # session: the product last written into the address
CATEGORY = "category"  # bound; Recommendations
ITEMS = "products"  # bound; All, New or Warm
HIDE_SEEN = "hide_seen"  # bound
IN_STOCK = "in_stock"  # bound
VIEW = "view"  # bound; Grid or Compare
VARIETY = "variety"  # bound; a key of ui.variety.VARIETIES, Recommendations and Explain
WEIGHT_SET = "use"  # bound; Live, Draft or the name of a preset
PERIOD = "period"  # in the URL as a number of days; ui.scope
SEGMENT = "segment"  # in the URL: all or a name of fusion.scopes.SEGMENTS; ui.scope
COMPARE = "compare"  # in the URL: previous, year or none; ui.scope
LANGUAGE = "lang"  # in the URL, kept across pages: a code of ui.wording.LANGUAGES
SHOP = "shop"  # in the URL, kept across pages: name of a shop folder beside the one started with
ROLE = "view_as"  # in the URL, kept across pages: a key of ui.roles.ROLES
PLACEMENT = "placement"  # bound; Performance
EVIDENCE = "evidence"  # in the URL: lists or offline; Performance
BREAKDOWN = "by"  # in the URL: placement, segment, warmth or category; Performance
WARMTH = "warmth"  # in the URL: all, hot, warm or cold; Performance
WHO = "for"  # in the URL: shopper, segment, basket or like; Recommendations
SEEDS = "with"  # in the URL, repeated: products of the basket, or the one that is liked
STOCK = "item_stock"  # in the URL: a key of ui.catalogue_panel.STOCKS; Catalogue
CATALOGUE_VIEW = "part"  # in the URL: a key of pages.catalogue.VIEWS
DRAFT_ID = "draft"  # in the URL: draft of the board, a file of the shop; session: the same across pages
WEIGHTS = "weights"  # in the URL of Fusion and Recommendations: "text:0.4,image:0.2"

DRAFT_SEEN = "draft_seen"  # session: (id, version) of the draft this tab drew last
BOARD_SAID = "board_said"  # session: what the board announces in this run
EXPLAIN = "explain"  # in the URL: product, list, model or missing; Explain
GROUP = "group"  # in the URL: everything, category or segment; Explain, whole model
MISSING = "missing_item"  # session: product asked for in "Why is my product not here?"
WHY = "why_item"  # session: product whose drawer opens in this run
LAB = "lab"  # session: value of the fusion component
DRAFT = "draft_weights"  # session: weights under trial; absent = live weights
RUN = "run"  # bound; the run looked at on Models
MODELS_VIEW = "look"  # in the URL: run, compare or decisions; Models
AGAINST = "against"  # bound; the run it is compared with
JOB = "job_run_id"  # session: training job followed last
PRESET = "preset"  # session: preset chosen last
DAILY_FIGURE = "daily_figure"  # session: figure that Performance draws day by day
COLUMN = "judge_by"  # session: what quality on Fusion is judged by
UNDO, REDO = "weights_undo", "weights_redo"  # session: weights before each change on Fusion, and those taken back
GOAL = "goal"  # session: what Fusion trades recall against
CURVE = "curve"  # session: weight whose curve Fusion shows; follows the slider moved last
DOCTOR_CHECK = "doctor_check"  # bound; Doctor
DOCTOR_SEVERITY = "doctor_severity"  # bound; Doctor
DOCTOR_CATEGORY = "doctor_category"  # bound; Doctor, a top category
DOCTOR_STATE = "doctor_state"  # bound; Doctor: open, dismissed or fixed
DOCTOR_QUERY = "doctor_q"  # bound; Doctor
DOCTOR_UNDO = "doctor_undo_keys"  # session: findings dismissed last
RULE_DRAFT = "edit"  # in the URL: draft of rules, a file of the shop
RULES_VIEW = "pane"  # in the URL: rules, conflicts, preview or versions; Rules
RULE_OPEN = "rule_open"  # session: (rule id, whether it is a new one) of the form that is open
RULE_PUBLISH = "rule_publish"  # session: draft whose publishing is being asked about
RULE_CONFLICT = "rule_conflict"  # session: draft that somebody else's publication stopped


def drop_empty_parameters() -> None:
    """Take parameters without a value out of the address; a bound widget would read them as "nothing chosen".

    Bound widgets read the address of the run's start, so the run begins again without them.
    """
    empty = [k for k in st.query_params if not any(st.query_params.get_all(k))]
    for key in empty:
        del st.query_params[key]
    if empty:
        st.rerun()


def parse_weights(text: str | None, names: Iterable[str]) -> dict[str, float] | None:
    """Read "text:0.4,image:0.2"; None when the text does not fit, so that a nonsense link falls back to live.

    Parameters
    ----------
    text
        What stands in the address.
    names
        Components that exist; weights left out are 0.
    """
    allowed = tuple(names)
    weights = dict.fromkeys(allowed, 0.0)
    for part in (text or "").split(","):
        name, _, value = part.partition(":")
        try:
            weight = float(value)
        except ValueError:
            return None
        if name not in weights or not math.isfinite(weight) or not 0 <= weight <= 1:
            return None
        weights[name] = weight
    return weights if any(weights.values()) else None


def format_weights(weights: Mapping[str, float]) -> str:
    """Write weights for the address: "text:0.4,image:0.2", zeros left out."""
    return ",".join(f"{name}:{round(value, 5):g}" for name, value in weights.items() if round(value, 5) > 0)


def draft_weights(live: Mapping[str, float]) -> dict[str, float]:
    """Weights under trial: from the address, else from this session, else the live ones."""
    asked = parse_weights(st.query_params.get(WEIGHTS), live)
    held = st.session_state.get(DRAFT)
    if asked is not None:
        st.session_state[DRAFT] = asked
        return asked
    if held is not None and set(held) == set(live):
        st.query_params[WEIGHTS] = format_weights(held)
        return dict(held)
    st.query_params.pop(WEIGHTS, None)
    return dict(live)


def forget_preset() -> None:
    """Show no preset as chosen, since the weights are no longer its own; inside a callback only."""
    st.session_state[PRESET] = None


def keep_draft(weights: Mapping[str, float] | None) -> None:
    """Remember weights under trial in session and address; None goes back to the live ones."""
    if weights is None:
        st.session_state.pop(DRAFT, None)
        st.query_params.pop(WEIGHTS, None)
    else:
        st.session_state[DRAFT] = dict(weights)
        st.query_params[WEIGHTS] = format_weights(weights)
