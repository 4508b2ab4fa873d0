"""`runs`: canary, deletion, promotion in spite of a gate, and the model card, in words and as JSON."""

import json
from collections.abc import Callable
from dataclasses import replace
from shutil import copytree

import pytest

from recsys.cli.app import main
from recsys.settings import ShopPaths
from recsys.training.decisions import list_decisions
from recsys.training.gates import Finding, Gated
from recsys.training.live import live_pointer
from recsys.training.runs import finish_run, show_run

Ask = Callable[..., tuple[int, str, str]]


@pytest.fixture
def shop(own_shop: ShopPaths) -> ShopPaths:
    """`first` is live; `second` failed a gate."""
    copytree(own_shop.runs / "first", own_shop.runs / "second")
    (own_shop.runs / "second" / "run.json").unlink()
    lost = Finding("coverage", Gated.FAILED, 0.01, 0.3, "Lists reach 1% of the products.").to_json()
    finish_run(own_shop.runs / "second", replace(show_run(own_shop, "first"), run_id="second", gates=(lost,)))
    return own_shop


@pytest.fixture
def ask(shop: ShopPaths, capsys: pytest.CaptureFixture[str]) -> Ask:
    def run(*words: str) -> tuple[int, str, str]:
        code = main([f"--shop={shop.root}", "runs", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_a_canary_starts_and_ends(ask: Ask, shop: ShopPaths) -> None:
    code, said, _ = ask("canary", "second", "--share", "0.25", "--reason", "Try it")
    assert code == 0 and "Run second serves 25% of the shoppers." in said
    assert live_pointer(shop)["canary"]["share"] == 0.25 and list_decisions(shop)[0].reason == "Try it"
    code, said, _ = ask("canary", "second", "--share", "0", "--json")
    assert code == 0 and json.loads(said)["canary"] is None
    assert ask("canary", "second", "--share", "0.7")[0] == 2  # more than half is no canary
    code, _, err = ask("canary", "first", "--share", "0.1")
    assert code == 1 and "live already" in err


def test_a_run_that_failed_a_gate_is_promoted_with_a_reason_only(ask: Ask, shop: ShopPaths) -> None:
    code, _, err = ask("promote", "second")
    assert code == 1 and "failed the gates coverage" in err and live_pointer(shop)["run_id"] == "first"
    assert ask("promote", "second", "--reason", "A small shop")[0] == 0
    newest = list_decisions(shop)[0]
    assert (newest.run_id, newest.reason, newest.detail) == ("second", "A small shop", "failed gates: coverage")


def test_a_run_that_serves_is_not_deleted(ask: Ask, shop: ShopPaths) -> None:
    code, _, err = ask("delete", "first")
    assert code == 1 and "It is live." in err
    code, said, _ = ask("delete", "second", "--json")
    assert code == 0 and json.loads(said) == {"deleted": "second"} and not (shop.runs / "second").exists()


def test_a_card_is_written_where_asked(ask: Ask, shop: ShopPaths, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, said, _ = ask("card", "second", "--out", str(tmp_path / "card.html"))
    assert code == 0 and "card.html" in said
    assert "<h1>second</h1>" in (tmp_path / "card.html").read_text()
    monkeypatch.chdir(tmp_path)
    assert ask("card")[0] == 0 and (tmp_path / "model-card-first.html").exists()
    assert ask("card", "third")[0] == 1
