"""Environments of their own, made without a network from a wheel written by hand, and removed."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from recsys.benchmark import environments
from recsys.benchmark.environments import EnvironmentFailure, build_environment, environment_folder


def write_wheel(folder: Path, body: str = "ANSWER = 42\n") -> Path:
    """A wheel of one module, `toylib`."""
    file = folder / "toylib-1.0-py3-none-any.whl"
    info = "toylib-1.0.dist-info"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("toylib.py", body)
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: toylib\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return file


def test_no_requirements_take_this_interpreter(tmp_path):
    assert build_environment((), tmp_path / "environments") == Path(sys.executable)
    assert not (tmp_path / "environments").exists()


@pytest.mark.slow
def test_an_environment_has_its_packages_and_nothing_of_ours(tmp_path):
    requirements = (str(write_wheel(tmp_path)),)
    python = build_environment(requirements, tmp_path / "environments")
    done = subprocess.run([python, "-I", "-c", "import toylib; print(toylib.ANSWER)"], capture_output=True, text=True)
    assert done.stdout.strip() == "42"
    ours = subprocess.run([python, "-I", "-c", "import recsys"], capture_output=True, text=True, check=False)
    assert ours.returncode != 0
    written = (environment_folder(tmp_path / "environments", requirements) / environments.READY).stat().st_mtime_ns
    assert build_environment(requirements, tmp_path / "environments") == python  # made once
    folder = environment_folder(tmp_path / "environments", requirements)
    assert (folder / environments.READY).stat().st_mtime_ns == written
    environments.remove_environment(folder)
    assert not folder.exists() and not (tmp_path / "environments").exists()


def test_what_cannot_be_installed_says_why_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(environments, "_make", lambda folder: (folder / "bin").mkdir(parents=True))
    monkeypatch.setattr(environments, "find_uv", lambda: None)
    root = tmp_path / "environments"
    (folder,) = [environment_folder(root, ("gone==1.0",))]
    refused = subprocess.CompletedProcess([], 1, "", "Looking\nERROR: No matching distribution found for gone==1.0\n")
    monkeypatch.setattr(environments, "run_quietly", lambda command, timeout_s: refused)
    with pytest.raises(EnvironmentFailure, match=r"gone==1\.0 cannot be installed: ERROR: No matching distribution"):
        build_environment(("gone==1.0",), root)
    assert not folder.exists()


def test_a_stop_while_installing_leaves_nothing(tmp_path, monkeypatch):
    def stop(command, timeout_s):
        raise KeyboardInterrupt

    monkeypatch.setattr(environments, "_make", lambda folder: (folder / "bin").mkdir(parents=True))
    monkeypatch.setattr(environments, "run_quietly", stop)
    with pytest.raises(KeyboardInterrupt):
        build_environment(("some==1.0",), tmp_path / "environments")
    assert not environment_folder(tmp_path / "environments", ("some==1.0",)).exists()


def test_other_requirements_are_another_environment(tmp_path):
    one = environment_folder(tmp_path, ("a==1.0", "b==2.0"))
    assert one == environment_folder(tmp_path, ("b==2.0", "a==1.0"))
    assert one != environment_folder(tmp_path, ("a==1.0", "b==2.1"))
