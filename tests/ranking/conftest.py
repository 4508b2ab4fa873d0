"""A fitted model whose answers can be asked for every item."""

import numpy as np
import pytest

from recsys.data.ranking import Filters, Request
from recsys.ranking.model import Model


@pytest.fixture
def ask(small_model: Model):
    """Build requests of the small model's shoppers: `ask(3, n=5, exclude_seen=True)`; at the data clock."""

    def build(user: int, n: int = 24, weights: dict[str, float] | None = None, **filters: object) -> Request:
        return Request(
            small_model.interactions.histories.take(np.array([user])),
            small_model.data_to,
            Filters(**filters),  # type: ignore[arg-type]
            n,
            weights,
            str(small_model.interactions.user_ids[user]),
        )

    return build
