"""`run` becomes the dashboard's server: the right command line, and a clear refusal."""

import os
import socket
import sys

import pytest

from recsys.cli import serve
from recsys.cli.app import main


@pytest.fixture
def became(monkeypatch: pytest.MonkeyPatch, tmp_path) -> list:
    """What the process would have become; the working folder is put back."""
    calls: list = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "execve", lambda *call: calls.append(call))
    return calls


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind((serve.ADDRESS, 0))
        return probe.getsockname()[1]


def test_run_starts_the_server_for_the_shop_and_prints_the_address(became, tmp_path, capsys):
    port = free_port()
    assert main(["--shop", "mine", "run", "--port", str(port), "--headless"]) == 0
    (program, words, environment) = became[0]
    assert program == sys.executable
    assert words[1:4] == ["-m", "streamlit", "run"]
    assert {f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true"} <= set(words)
    assert environment["VITRINE_SHOP"] == str(tmp_path / "mine")
    assert f"http://localhost:{port}" in capsys.readouterr().err


def test_run_opens_no_browser_where_there_is_no_screen(became, monkeypatch):
    for variable in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(serve.sys, "platform", "linux")
    main(["run", "--port", str(free_port())])
    assert "--server.headless=true" in became[0][1]
    monkeypatch.setenv("DISPLAY", ":0")
    main(["run", "--port", str(free_port())])
    assert "--server.headless=false" in became[1][1]


def test_a_taken_port_is_said_before_anything_starts(became, capsys):
    with socket.socket() as taken:
        taken.bind((serve.ADDRESS, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["run", "--port", str(port)]) == 1
    assert f"Port {port} cannot be used" in capsys.readouterr().err
    assert became == []
