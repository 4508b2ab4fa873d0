"""What Explain reads of a run, cached by run and rules version."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from recsys.rules.book import read_rules
from recsys.rules.rule import RuleSet
from ui import data

if TYPE_CHECKING:
    from recsys.explanation.importance import Importance
    from recsys.explanation.lime import SecondOpinion
    from recsys.ranking.model import Model
    from recsys.workflows.occlusion import Occluder


def live_rules() -> RuleSet:
    """Return the shop's live rules.

    Raises
    ------
    InputError
        If the live version is damaged.
    """
    return read_rules(data.shop_paths())


def importance(model: "Model") -> "tuple[Importance, ...]":
    """Return what each term says in the lists of a run, over everything, by category and by segment."""
    return _importance(str(data.shop_paths().root), model.run_id, model)


@st.cache_resource(max_entries=4, show_spinner="Making lists for a sample of shoppers…")
def _importance(root: str, run_id: str, _model: "Model") -> "tuple[Importance, ...]":
    from recsys.explanation.importance import explain_model

    return explain_model(_model)


def occluder(model: "Model") -> "Occluder":
    """Return what finds the region and the phrase that carried a match, for one run."""
    return _occluder(str(data.shop_paths().root), model.run_id, model)


@st.cache_resource(max_entries=2, show_spinner=False)
def _occluder(root: str, run_id: str, _model: "Model") -> "Occluder":
    from recsys.workflows.occlusion import Occluder

    return Occluder(data.shop_paths(), _model)


def second_opinion(model: "Model", shopper: str, item_num: int, at: np.datetime64) -> "SecondOpinion | None":
    """Return LIME of the response term for one pair at one minute; None where the run has no such term."""
    return _second_opinion(str(data.shop_paths().root), model.run_id, shopper, item_num, str(at), model)


@st.cache_resource(max_entries=64, ttl=3600, show_spinner=False)
def _second_opinion(
    root: str, run_id: str, shopper: str, item_num: int, at: str, _model: "Model"
) -> "SecondOpinion | None":
    from recsys.explanation.lime import ask_lime
    from recsys.workflows.lists import request_for

    return ask_lime(_model, request_for(_model, shopper, 200, at=np.datetime64(at, "us")), item_num)
