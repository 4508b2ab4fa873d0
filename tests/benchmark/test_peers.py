"""The registry equals the folder; scripts stand alone; the references know the answer of a hand-made shop."""

import ast
import pkgutil
import re
import sys
from pathlib import Path

import pytest

from recsys.benchmark import peers, runner
from recsys.benchmark.exchange import Budget, read_answers, write_exchange
from recsys.benchmark.peers import PEERS
from recsys.benchmark.processes import run_peer
from recsys.benchmark.scores import score_lists

KEYS = {"fit", "first", "grid", "stochastic", "new_items", "needs"}


def models_literal(file: Path) -> ast.Dict:
    """The `MODELS` literal of a script, unevaluated."""
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "MODELS":
            assert isinstance(node.value, ast.Dict)
            return node.value
    raise AssertionError(f"{file.name} has no MODELS")


def test_the_registry_names_exactly_the_files_of_its_folder():
    files = {module.name for module in pkgutil.iter_modules(peers.__path__)}
    assert files == set(PEERS) == {peer.name for peer in PEERS.values()}
    assert all(peer.file == Path(peers.__file__).with_name(f"{name}.py") for name, peer in PEERS.items())


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_is_pinned_and_its_script_knows_nothing_of_ours(name):
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", line) for line in PEERS[name].requirements)
    for file in (PEERS[name].file, Path(runner.__file__)):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        modules += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
        assert not [module for module in modules if module.split(".")[0] in {"recsys", "ui", "tests"}]


@pytest.mark.parametrize("name", PEERS)
def test_a_peers_models_have_what_the_runner_reads(name):
    literal = models_literal(PEERS[name].file)
    assert literal.values
    for model in literal.values:
        assert isinstance(model, ast.Dict)
        keys = {key.value for key in model.keys if isinstance(key, ast.Constant)}
        assert KEYS - {"needs"} <= keys <= KEYS


@pytest.mark.parametrize("name", ["references", "implicit"])
def test_every_grid_varies_a_setting_that_the_first_trial_has(name):
    for model in runner.load_models(PEERS[name].file).values():
        assert set(model["grid"]) <= set(model["first"])
        assert len(runner.trials_of(model, 8)) == 8 or model["grid"] == {} or len(model["grid"]) == 1


def test_the_references_know_the_answer_of_a_block_shop(case, tmp_path):
    write_exchange(case, Budget(trials=1, seeds=1), tmp_path / "case")
    script = PEERS["references"].file
    run_peer(Path(sys.executable), script, tmp_path / "case", tmp_path / "out", lambda *_: None, 120.0, {})
    answers = {a.model: a for a in read_answers(tmp_path / "out", case.truth, case.test.train.n_items)}
    assert {a.model for a in answers.values() if a.error} == {"image kNN", "text and image kNN"}
    # with 20 places for 21 items recall says nothing, but the unseen item of the shopper's own block must lead
    for model in (
        "item kNN, cosine, with self",
        "EASE",
        "text kNN",
        "EASE + text kNN",
        "bilinear W on text, closed form",
    ):
        found = score_lists(answers[model].lists, case.truth)
        assert found["discovery"]["ndcg"].values.min() == 1.0, model
    for model in ("text kNN", "text profile"):  # the new item has the text of block 0, whose shoppers choose it
        assert (answers[model].lists[0]["cold_among_new"][:, 0] == 20).all()
    assert (answers["EASE"].lists[0]["cold_among_new"] == -1).all()
    own = answers["own items, recent first"].lists[0]["all"]
    assert own[0, 0] == 2  # u00 touched it twice
