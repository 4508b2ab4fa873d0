"""What Recommendations reads of a run, cached by run."""

from typing import TYPE_CHECKING

import streamlit as st

from ui import data

if TYPE_CHECKING:
    from recsys.ranking.model import Model
    from recsys.workflows.shopper_profile import Facets


def facets(model: "Model") -> "Facets":
    """Return the words and colours of a run's products."""
    return _facets(str(data.shop_paths().root), model.run_id, model)


@st.cache_resource(max_entries=2, show_spinner=False)
def _facets(root: str, run_id: str, _model: "Model") -> "Facets":
    from recsys.workflows.shopper_profile import build_facets

    return build_facets(_model, data.shop_paths())
