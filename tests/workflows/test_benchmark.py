"""The whole comparison on a small shop with toy peers: one works, one fails, one cannot be installed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from recsys.benchmark.environments import EnvironmentFailure
from recsys.benchmark.exchange import Budget
from recsys.benchmark.peers import PEERS, Peer
from recsys.benchmark.report import OURS, markdown
from recsys.errors import InputError
from recsys.settings import ShopPaths
from recsys.training.columns import COLUMNS
from recsys.workflows import benchmark as workflow
from recsys.workflows.benchmark import benchmark, choose_peers
from recsys.workflows.evaluation import hold_out
from tests.plain import settings_of

POPULAR = """
import numpy as np

def fit(data, seed):
    {body}
    counts = np.bincount(data.items, minlength=data.n_items)
    return lambda users: np.tile(counts, (len(users), 1))

MODELS = {{"popular": {{"fit": fit, "first": {{}}, "grid": {{}}, "stochastic": True, "new_items": False}}}}
"""


@pytest.fixture
def peer(tmp_path: Path) -> Callable[..., Peer]:
    """Write a peer: `peer(name, body, requirements)`."""

    def write(name: str, body: str = "pass", requirements: tuple[str, ...] = ()) -> Peer:
        file = tmp_path / f"{name}.py"
        file.write_text(POPULAR.format(body=body))
        return Peer(name, name.capitalize(), requirements, file)

    return write


def test_a_failing_peer_does_not_stop_the_others(own_shop: ShopPaths, peer, monkeypatch) -> None:
    def refuse(requirements: tuple[str, ...], root: Path) -> Path:
        raise EnvironmentFailure(f"{', '.join(requirements)} cannot be installed: no index")

    real = workflow.build_environment
    monkeypatch.setattr(workflow, "build_environment", lambda r, root: refuse(r, root) if r else real(r, root))
    peers = {
        "absent": peer("absent", requirements=("absent==1.0",)),
        "broken": peer("broken", "import os; os._exit(3)"),
        "raising": peer("raising", "raise ValueError('no convergence')"),
        "good": peer("good"),
    }
    before = sorted(path.name for path in own_shop.runs.iterdir())
    told: list[tuple[str, float]] = []
    report = benchmark(
        settings_of(own_shop),
        budget=Budget(trials=2, seeds=2),
        peers=peers,
        progress=lambda stage, fraction, **_: told.append((stage, fraction)),
    )
    rows = {row.name: row for row in report.rows}
    assert list(rows) == ["Absent", "Broken", "Raising popular", "Good popular"]
    assert rows["Absent"].error == "absent==1.0 cannot be installed: no index"
    assert rows["Broken"].error == "it ended with code 3"
    assert rows["Raising popular"].error == "ValueError: no convergence"
    assert rows["Good popular"].error is None and rows["Good popular"].seeds == 2
    good, ours = rows["Good popular"].scores, report.ours.scores
    assert good is not None and ours is not None
    assert good["cold_among_new"]["recall"].values.sum() == 0  # nobody has touched them
    assert ours["all"]["recall"].values.mean() > good["all"]["recall"].values.mean()
    assert ours["all"]["recall"].seed_means.shape == (2,)
    fractions = [fraction for _, fraction in told]
    assert fractions == sorted(fractions) and any("Good: popular" in stage for stage, _ in told)
    assert sorted(path.name for path in own_shop.runs.iterdir()) == before  # nothing trained is kept
    assert report.facts["cut"] == "2026-02-19" and report.facts["end"] == "2026-03-01"
    assert "Absent failed: absent==1.0 cannot be installed" in markdown(report)


def test_ours_is_judged_as_evaluate_judges_it(own_shop: ShopPaths, peer) -> None:
    settings, window = settings_of(own_shop), {"cut": "2026-02-05", "end": "2026-02-15"}
    report = benchmark(settings, **window, budget=Budget(trials=1, seeds=1), peers={"good": peer("good")})
    held = hold_out(settings, **window)
    assert report.ours.name == OURS and report.ours.scores is not None
    for column in COLUMNS:
        for metric in ("recall", "ndcg"):
            mine = report.ours.scores[column][metric].estimate
            judged = held.outcome.metrics["test"][column][metric]
            assert mine.value == pytest.approx(judged["value"]) and mine.n_users == judged["n_users"]


def test_stopping_leaves_no_environment(own_shop: ShopPaths, peer, monkeypatch) -> None:
    made: list[Path] = []

    def build(requirements: tuple[str, ...], root: Path) -> Path:
        folder = workflow.environment_folder(root, requirements)
        folder.mkdir(parents=True)
        made.append(folder)
        raise KeyboardInterrupt

    monkeypatch.setattr(workflow, "build_environment", build)
    peers = {"slow": peer("slow", requirements=("slow==1.0",))}
    with pytest.raises(KeyboardInterrupt):
        benchmark(settings_of(own_shop), budget=Budget(1, None, 1), peers=peers)
    assert made and not made[0].exists()


def test_which_peers_run() -> None:
    assert [p.name for p in choose_peers(PEERS, (), True)] == list(PEERS)
    assert [p.name for p in choose_peers(PEERS, (), False)] == ["references"]
    assert [p.name for p in choose_peers(PEERS, ("lenskit", "implicit"), True)] == ["implicit", "lenskit"]
    with pytest.raises(InputError, match="No peer is called surprise; there are references, implicit"):
        choose_peers(PEERS, ("surprise",), True)
