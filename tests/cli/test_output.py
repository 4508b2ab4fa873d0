"""How answers leave: plain JSON, tables, files, progress."""

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recsys.cli import bar as bars
from recsys.cli.bar import Bar
from recsys.cli.files import require_known_suffix, write_frame
from recsys.cli.output import plain, print_json, print_table
from recsys.errors import InputError
from recsys.vocabulary import ItemScope


@dataclass(frozen=True)
class Thing:
    """A small answer."""

    name: str
    score: float


LISTS = pd.DataFrame(
    {
        "user_id": ["u1", "u1", "=cmd()"],
        "item_id": ["i1", "-2+3", "@x"],
        "rank": [1, 2, 1],
        "score": [1.25, 0.1 + 0.2, np.nan],
    }
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (float("nan"), None),
        (float("inf"), None),
        (np.array([1.0, np.nan]), [1.0, None]),
        (pd.NaT, None),
        (pd.NA, None),
        (pd.Timestamp("2026-01-02", tz="UTC"), "2026-01-02T00:00:00+00:00"),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00+00:00"),
        (Path("a/b"), "a/b"),
        (ItemScope.NEW, "new"),
        (Thing("x", 0.5), {"name": "x", "score": 0.5}),
        ({1: (Thing("x", float("nan")),)}, {"1": [{"name": "x", "score": None}]}),
        (pd.DataFrame({"a": [1], "b": [np.nan]}), [{"a": 1, "b": None}]),
    ],
)
def test_everything_becomes_plain_json(value, expected):
    assert plain(value) == expected
    assert json.loads(json.dumps(plain(value), allow_nan=False)) == expected


def test_json_is_one_document_on_stdout(capsys):
    print_json({"rows": LISTS})
    said = capsys.readouterr()
    assert said.err == ""
    assert json.loads(said.out)["rows"][2] == {"user_id": "=cmd()", "item_id": "@x", "rank": 1, "score": None}


def test_a_table_shows_text_as_it_is_and_numbers_readably(capsys):
    print_table(["item", "events", "score", "ok"], [["[red]x", 12345, 0.123456, True], ["y", 1, None, False]])
    said = capsys.readouterr().out
    assert "[red]x" in said
    assert "12,345" in said
    assert "0.1235" in said
    assert "–" in said


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".jsonl"])
def test_a_list_survives_its_file(tmp_path, suffix):
    path = tmp_path / f"lists{suffix}"
    plain_ids = LISTS.assign(user_id=["u1", "u1", "u2"], item_id=["i1", "i2", "i3"])
    write_frame(plain_ids, path)
    read = {".parquet": pd.read_parquet, ".csv": pd.read_csv, ".jsonl": lambda p: pd.read_json(p, lines=True)}[suffix]
    pd.testing.assert_frame_equal(read(path), plain_ids, check_exact=True, check_dtype=False)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_a_spreadsheet_runs_nothing_that_a_csv_holds(tmp_path):
    path = tmp_path / "lists.csv"
    write_frame(LISTS, path)
    read = pd.read_csv(path)
    assert list(read["user_id"]) == ["u1", "u1", "'=cmd()"]
    assert list(read["item_id"]) == ["i1", "'-2+3", "'@x"]
    assert list(LISTS["item_id"]) == ["i1", "-2+3", "@x"]


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "lists.csv"
    path.write_text("before")

    def full_disk(*args, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", full_disk)
    with pytest.raises(InputError, match="No space left on device"):
        write_frame(LISTS, path)
    assert path.read_text() == "before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["lists.csv"]


@pytest.mark.parametrize(
    ("name", "words"), [("lists.pkl", "end it with .parquet"), ("none/lists.csv", "does not exist")]
)
def test_a_file_that_cannot_be_is_refused_before_any_work(tmp_path, name, words):
    with pytest.raises(InputError, match=words):
        require_known_suffix(tmp_path / name)


def test_in_a_log_progress_is_a_line_per_stage_and_one_now_and_then(capsys, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(bars.time, "monotonic", lambda: clock[0])
    heard: list[tuple[str, float]] = []
    with Bar(also=lambda stage, fraction, **_: heard.append((stage, fraction))) as bar:
        for second in range(12):
            clock[0] = float(second)
            bar("Reading" if second < 6 else "Fitting", second / 12, message=f"{second} of 12")
    lines = capsys.readouterr().err.splitlines()
    assert [line.split("]")[1].split()[:2] for line in lines] == [
        ["0%", "Reading"],
        ["42%", "Reading"],
        ["50%", "Fitting"],
        ["92%", "Fitting"],
    ]
    assert len(heard) == 12


def test_on_a_terminal_a_bar_is_drawn_on_stderr_once_work_takes_longer(monkeypatch, capsys):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    clock = [0.0]
    monkeypatch.setattr(bars.sys, "stderr", terminal)
    monkeypatch.setattr(bars.time, "monotonic", lambda: clock[0])
    with Bar() as bar:
        bar("Reading [files]", 0.1)
        assert terminal.getvalue() == ""
        clock[0] = 1.0
        bar("Reading [files]", 0.6, message="3 of 5")
    assert "Reading [files] · 3 of 5" in terminal.getvalue()
    assert "60%" in terminal.getvalue()
    assert capsys.readouterr().out == ""
