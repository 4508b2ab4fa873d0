"""Importing from the command line, on a small shop of files: what is said, what is kept, what a failure leaves."""

import json
from pathlib import Path

import pytest

from recsys.cli.app import main

CATALOGUE = "item_id,title,category,price,currency\na,Blue mug,Home > Mugs,9.5,EUR\nb,Red mug,Home > Mugs,8,EUR\n"
EVENTS = (
    "event_type,user_id,item_id,occurred_at\n"
    "view,u1,a,2026-01-01T10:00:00Z\n"
    "purchase,u1,a,2026-01-01T10:05:00Z\n"
    "view,u2,b,2026-01-02T09:00:00Z\n"
)


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Run a command on a shop in the temporary folder; returns exit code, stdout, stderr."""

    def run(*words: str) -> tuple[int, str, str]:
        code = main([f"--shop={tmp_path / 'shop'}", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """A catalogue and events that fit."""
    content = {"catalogue": CATALOGUE, "events": EVENTS}
    for name, text in content.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return {name: str(tmp_path / f"{name}.csv") for name in content}


def test_import_list_and_roll_back(call, files):
    code, out, err = call("import", "catalogue", files["catalogue"])
    assert code == 0, err
    assert "2 items added" in out
    code, out, err = call("import", "events", files["events"], "--json")
    assert code == 0, err
    report = json.loads(out)
    assert (report["ok"], report["counts"]["added"]) == (True, 3)
    code, out, _ = call("imports", "list", "--json")
    ledger = json.loads(out)
    assert [line["import_id"] for line in ledger] == [report["import_id"], "catalogue-1"]
    code, out, _ = call("imports", "list")
    assert "catalogue-1" in out
    assert "events.csv" in out
    code, out, err = call("imports", "rollback", report["import_id"])
    assert code == 0, err
    assert report["import_id"] in out
    code, out, err = call("imports", "rollback", report["import_id"], "--json")
    assert code == 1
    assert "rolled back before" in json.loads(out)["error"]["message"]


def test_a_dry_run_writes_nothing_and_says_so(call, files):
    code, out, _ = call("import", "catalogue", files["catalogue"], "--dry-run")
    assert code == 0
    assert "nothing was written" in out
    assert json.loads(call("imports", "list", "--json")[1]) == []


def test_problems_are_listed_with_their_place_and_nothing_is_kept(call, files, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text(CATALOGUE + "a,Blue mug again,Home,1,EUR\n,No id,Home,2,EUR\nc,Cup,Home,cheap,EUR\n")
    code, out, err = call("import", "catalogue", str(bad))
    assert code == 1
    assert out == ""
    assert "bad.csv, row 4" in err
    assert "bad.csv, row 5" in err
    assert err.splitlines()[-1].startswith("Error: Nothing was imported from bad.csv")
    code, out, err = call("import", "catalogue", str(bad), "--json")
    report = json.loads(out)
    assert (code, report["ok"]) == (1, False)
    assert {problem["row"] for problem in report["problems"]} >= {4, 5}
    assert json.loads(call("imports", "list", "--json")[1]) == []


def test_an_unknown_source_names_those_there_are(call, tmp_path):
    code, _, err = call("import", "source", "amazon", str(tmp_path))
    assert code == 1
    assert "online_retail" in err
    assert "fashion_catalogue" in err


def test_an_empty_shop_says_how_to_begin(call):
    assert "begin with `vitrine import catalogue FILE`" in call("imports", "list")[1]
    assert "begin with `vitrine train`" in call("runs", "list")[1]
    code, _, err = call("runs", "show", "nope")
    assert code == 1
    assert "no finished run 'nope'" in err
    code, out, _ = call("runs", "promote", "../elsewhere", "--json")
    assert code == 1
    assert "is not a run id" in json.loads(out)["error"]["message"]
    code, _, err = call("runs", "rollback")
    assert code == 1
    assert "no earlier run" in err


def test_asking_about_a_folder_that_is_no_shop_makes_none(call, tmp_path):
    assert json.loads(call("imports", "list", "--json")[1]) == []
    assert json.loads(call("runs", "list", "--json")[1]) == []
    for words in (["train"], ["imports", "rollback", "events-1"]):
        code, _, err = call(*words)
        assert code == 1
        assert "There is no shop in" in err
    assert not (tmp_path / "shop").exists()


def test_while_another_process_owns_the_shop_an_import_is_refused_in_one_sentence(call, files, tmp_path):
    import subprocess
    import sys

    assert call("import", "catalogue", files["catalogue"])[0] == 0
    hold = (
        "import sys; from pathlib import Path; from recsys.settings import ShopPaths; from recsys.store import Store\n"
        f"store = Store.open(ShopPaths(Path({str(tmp_path / 'shop')!r}))); print('open', flush=True); sys.stdin.read()"
    )
    owner = subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert owner.stdout.readline() == "open\n"
        code, out, err = call("import", "events", files["events"])
        assert (code, out) == (1, "")
        assert len(err.splitlines()) == 1
        assert "Unexpected" not in err
    finally:
        owner.stdin.close()
        owner.wait(timeout=10)
        owner.stdout.close()
    assert call("import", "events", files["events"])[0] == 0
