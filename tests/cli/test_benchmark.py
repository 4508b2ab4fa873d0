"""`vitrine benchmark`: the references on a small shop, as JSON and Markdown; wrong usage."""

import json

import pytest

from recsys.cli.app import main
from tests.plain import own_shop, plain_shop  # noqa: F401 (fixtures)


def test_the_references_as_json_and_markdown(own_shop, tmp_path, capsys):  # noqa: F811
    file = tmp_path / "table.md"
    words = ["--shop", str(own_shop.root), "benchmark", "--no-peers", "--seeds", "1", "--trials", "2", "--json"]
    assert main([*words, "--markdown", str(file)]) == 0
    told = json.loads(capsys.readouterr().out)
    rows = {row["name"]: row for row in told["rows"]}
    assert rows["Reference EASE"]["group"] == "reference" and rows["Reference EASE"]["trials"] == 2
    figure = rows["Reference EASE"]["columns"]["all"]["recall"]
    ours = rows["Vitrine, default"]["columns"]["all"]["recall"]
    assert figure["ours_minus_this"]["value"] == pytest.approx(ours["value"] - figure["value"])
    assert {lead["group"] for lead in told["leads"]} == {"reference"}
    assert any("text kNN was not run: the shop has no text vectors" in line for line in told["skipped"])
    text = file.read_text(encoding="utf-8")
    assert text.startswith("Learned from before 2026-02-19") and "| Vitrine, default |" in text
    assert not (own_shop.root / "benchmark").exists()


def test_wrong_usage_is_said_before_any_work(own_shop, tmp_path, capsys):  # noqa: F811
    shop = ["--shop", str(own_shop.root), "benchmark"]
    assert main([*shop, "--only", "surprise"]) == 1
    assert "No peer is called surprise; there are references" in capsys.readouterr().err
    assert main([*shop, "--markdown", str(tmp_path / "none" / "t.md")]) == 1
    assert "does not exist; make it first" in capsys.readouterr().err
    assert main([*shop, "--trials", "0"]) == 2
    assert main(["--shop", str(tmp_path / "nowhere"), "benchmark"]) == 1
    assert "There is no shop in" in capsys.readouterr().err
