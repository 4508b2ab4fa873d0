"""What Models reads, cached: the lists of two runs beside each other. Every cache is keyed by the runs' names."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from recsys.training.run_files import run_folder
from recsys.workflows.compare_runs import Overlap, Placed, compare_lists, measure_overlap
from ui import data

if TYPE_CHECKING:
    from recsys.ranking.model import Model


def lists_of(ours: str, theirs: str, shopper: str) -> list[Placed]:
    """Return the lists of one shopper by two runs, at the time of the newer data."""
    left, right = data.run_model(ours), data.run_model(theirs)
    return compare_lists(left, right, shopper, _moment(left, right))


def overlap_of(ours: str, theirs: str) -> Overlap | None:
    """Return how many of the first places stay, over a sample of shoppers; kept, since it ranks for each of them."""
    paths = data.shop_paths()
    changed = (run_folder(paths, ours).stat().st_mtime_ns, run_folder(paths, theirs).stat().st_mtime_ns)
    return _overlap(str(paths.root), ours, theirs, changed)


@st.cache_resource(max_entries=32, show_spinner=False)
def _overlap(root: str, ours: str, theirs: str, changed: tuple[int, int]) -> Overlap | None:
    left, right = data.run_model(ours), data.run_model(theirs)
    return measure_overlap(left, right, _moment(left, right))


def _moment(left: "Model", right: "Model") -> np.datetime64:
    """The later of the two runs' data clocks: both lists are asked for at the same time."""
    return max(left.data_to, right.data_to)
