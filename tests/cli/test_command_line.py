"""The command line's manners: help, exit codes, one sentence per failure, JSON and nothing else on stdout."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import click
import pytest

from recsys.cli import app, failures
from recsys.cli.app import command_paths, main
from recsys.errors import CancelledError, InputError

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def shop(tmp_path: Path) -> str:
    """An option that keeps every call away from the real shops."""
    return f"--shop={tmp_path / 'shop'}"


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch):
    """Add a command `fail` that raises what it is given."""

    def install(error: BaseException) -> None:
        @click.command("fail")
        @click.option("--json", "as_json", is_flag=True)
        def fail(as_json: bool) -> None:
            raise error

        monkeypatch.setitem(app.vitrine.commands, "fail", fail)

    return install


def in_a_process(*words: str, **options) -> subprocess.CompletedProcess[str]:
    """Run the real thing."""
    command = [sys.executable, "-m", "recsys.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, timeout=60, check=False, **options)


@pytest.mark.parametrize("path", command_paths(), ids=" ".join)
def test_every_command_has_help_with_an_example_and_json_or_a_reason(path, capsys):
    assert main([*path, "--help"]) == 0
    shown = capsys.readouterr().out
    assert "Example:\n    vitrine" in shown
    assert len(shown.split("Options:")[0].split()) > 12
    assert "--json" in shown or path == ("run",)  # `run` never ends by itself


def test_help_is_quick():
    """Under half a second of processor time, whatever else the machine does meanwhile."""
    in_a_process("--help")  # warm the disk
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert in_a_process("--help").returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.5


def test_the_commands_stand_in_the_order_of_a_days_work(capsys):
    main(["--help"])
    shown = capsys.readouterr().out.split("Commands:")[1]
    names = [line.split()[0] for line in shown.strip().splitlines()]
    day = [
        "demo",
        "import",
        "imports",
        "doctor",
        "train",
        "runs",
        "tune",
        "recommend",
        "explain",
        "evaluate",
        "rules",
        "benchmark",
        "run",
    ]
    assert names == day


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["trian"], "No such command 'trian'"),
        (["recommend"], "Missing option '--user'"),
        (["recommend", "--user", "all"], "Lists for everyone need a file"),
        (["recommend", "--user", "a", "--n", "0"], "0 is not in the range"),
        (["recommend", "--user", "a", "--weights", "text"], "'text' is not name=number"),
        (["recommend", "--user", "a", "--weights", "text=.4,text=.2"], "'text' is given twice"),
        (["recommend", "--user", "a", "--weights", "text=much"], "the weight of 'text' is 'much', not a number"),
        (["recommend", "--user", "a", "--weights", "text=-1"], "it must be 0 or more"),
        (["import", "catalogue", "nowhere.csv"], "'nowhere.csv' does not exist"),
        (["evaluate", "--cut", "yesterday"], "'yesterday' is not a day"),
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_code_2(words, sentence, shop, capsys):
    assert main([shop, *words]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("Error: ")
    assert sentence in said.err
    assert len(said.err.splitlines()) == 1


def test_wrong_usage_with_json_is_an_object(shop, capsys):
    assert main([shop, "recommend", "--json"]) == 2
    said = capsys.readouterr()
    error = json.loads(said.out)["error"]
    assert error["kind"] == "usage"
    assert said.err == f"Error: {error['message']}\n"


def test_our_errors_are_their_message(shop, capsys, failing):
    failing(InputError("The file\nis empty."))
    assert main([shop, "fail"]) == 1
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "Error: The file is empty.\n")
    assert main([shop, "fail", "--json"]) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert error == {"kind": "InputError", "message": "The file is empty.", "reference": None}


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.exceptions.Abort(), CancelledError("Cancelled.")])
def test_stopping_it_is_130(error, shop, capsys, failing):
    failing(error)
    assert main([shop, "fail"]) == 130
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_an_unexpected_error_names_a_log_with_the_details_in_the_shop(tmp_path, capsys, failing):
    failing(KeyError("margin"))
    root = tmp_path / "my shop"
    root.mkdir()
    assert main(["--shop", str(root), "fail", "--json"]) == 1
    said = capsys.readouterr()
    error = json.loads(said.out)["error"]
    logs = list((root / "spool" / "errors").iterdir())
    assert len(logs) == 1
    assert error["reference"] in logs[0].name
    assert str(logs[0]) in said.err
    assert "Traceback" not in said.err
    text = logs[0].read_text(encoding="utf-8")
    assert "KeyError: 'margin'" in text
    assert "vitrine --shop" in text


def test_an_unexpected_error_makes_no_shop_folder(tmp_path, capsys, failing):
    failing(KeyError("margin"))
    assert main([f"--shop={tmp_path / 'none'}", "fail"]) == 1
    assert not (tmp_path / "none").exists()
    log = Path(capsys.readouterr().err.split("details in ")[1].rstrip().removesuffix(")."))
    assert "KeyError" in log.read_text(encoding="utf-8")
    log.unlink()


def test_where_no_log_can_be_written_the_details_reach_the_person(tmp_path, capsys, failing, monkeypatch):
    failing(KeyError("margin"))
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setattr(failures.tempfile, "gettempdir", lambda: str(blocked / "tmp"))
    assert main([f"--shop={tmp_path / 'none'}", "fail"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_the_shop_may_come_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("VITRINE_SHOP", str(tmp_path / "other"))
    assert failures._shop_of(["train"]).root == tmp_path / "other"
    assert failures._shop_of(["--shop", "a", "train"]).root == Path("a")
    assert failures._shop_of(["--shop=b", "train"]).root == Path("b")


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    """As in `vitrine … | head -1`: the pipe is closed before anything is written."""
    code = (
        "import os, sys; r, w = os.pipe(); os.close(r); os.dup2(w, 1)\n"
        f"from recsys.cli.app import main; sys.exit(main(['--shop', {str(tmp_path)!r}, 'imports', 'list', '--json']))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert "Unexpected" not in done.stderr


def test_version_and_threads(capsys, monkeypatch):
    assert main(["--version"]) == 0
    assert "vitrine, version" in capsys.readouterr().out
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert main(["--threads", "3", "train", "--help"]) == 0
