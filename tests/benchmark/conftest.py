"""A hand-made comparison: four blocks of items, a validation day and a test day."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from recsys.benchmark.exchange import Case
from recsys.benchmark.peers import Peer
from recsys.data.split import split_at
from tests.tables import AT, N_BLOCKS, PER_BLOCK, catalogue, days, interactions, unit

N_SHOPPERS = 12


def block_rows() -> list[tuple[str, int, float]]:
    """Shopper s likes block s mod 4: four of its items early, the fifth in the test; the third again in validation.

    Item 20 is new: the shoppers of block 0 touch it on the test day, nobody before.
    """
    rows = []
    for shopper in range(N_SHOPPERS):
        block = PER_BLOCK * (shopper % N_BLOCKS)
        mine = [block + (shopper // N_BLOCKS + step) % PER_BLOCK for step in range(PER_BLOCK)]
        rows += [(f"u{shopper:02d}", item, 10.0 - place) for place, item in enumerate(mine[:4])]
        rows += [(f"u{shopper:02d}", mine[2], 3.0), (f"u{shopper:02d}", mine[4], 0.5)]
        rows += [(f"u{shopper:02d}", 20, 0.4)] if shopper % N_BLOCKS == 0 else []
    return rows


@pytest.fixture(scope="session")
def case() -> Case:
    """Validation [4, 1) and test [1, 0) days before `AT`."""
    items = catalogue(N_BLOCKS * PER_BLOCK + 1)
    seen = interactions(items, block_rows())
    kind = np.append(np.arange(N_BLOCKS * PER_BLOCK) // PER_BLOCK, 0)
    vectors = {"text": unit(np.eye(N_BLOCKS)[kind] + 0.01)}
    validation = split_at(items, seen, AT - days(4), AT - days(1))
    return Case.of(validation, split_at(items, seen, AT - days(1), AT), vectors)


TOY = '''
"""A toy peer."""
import numpy as np

def fit(data, seed, shift):
    own = data.matrix().toarray()
    {body}
    return lambda users: own[users] + shift * np.arange(data.n_items)

MODELS = {{"toy": {{"fit": fit, "first": {{"shift": 0.0}}, "grid": {{"shift": [0.0, 9.0]}}, "stochastic": False,
                   "new_items": False}},
          "blind": {{"fit": fit, "first": {{"shift": 0.0}}, "grid": {{}}, "stochastic": False, "new_items": False,
                     "needs": "image"}}}}
'''


@pytest.fixture
def toy_peer(tmp_path: Path) -> Callable[..., Peer]:
    """Write a peer's file: `toy_peer(name, body, requirements)`; the body stands inside `fit`."""

    def write(name: str = "toy", body: str = "pass", requirements: tuple[str, ...] = ()) -> Peer:
        file = tmp_path / f"{name}.py"
        file.write_text(TOY.format(body=body))
        return Peer(name, name.capitalize(), requirements, file)

    return write
