"""Training jobs: a real process each, ended in every way a process can end."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from recsys.errors import CancelledError, RunError
from recsys.settings import ShopPaths
from recsys.training import jobs, progress
from recsys.training.job_lock import take_lock
from recsys.training.job_state import JobStatus, read_state, state_path, write_state

REPOSITORY = Path(__file__).resolve().parents[2]

STAND_IN = """
import os, sys, time
from pathlib import Path
from recsys.errors import InputError
from recsys.settings import ShopPaths
from recsys.training.progress import ProgressWriter

shop, how, run_id = sys.argv[1], sys.argv[2], sys.argv[4]
if how == "crash":
    raise SystemExit("cannot even start: no module named nothing")
with ProgressWriter(ShopPaths(Path(shop)), run_id) as report:
    for step in range(3):
        report("Fitting behaviour", 0.1 + 0.1 * step, loss=1.0 / (1 + step), validation=0.1 * step)
    print("fitted three steps", flush=True)
    if how == "hang":
        time.sleep(60)
    if how == "deaf":
        import signal
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        report("Deaf", 0.5)
        time.sleep(60)
    if how == "memory":
        raise MemoryError
    if how == "input":
        raise InputError("The snapshot has no events; import some first.")
"""


@pytest.fixture
def launch(empty_shop: ShopPaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Start the stand-in through `start_training`; whatever still runs at the end is killed."""
    script = tmp_path / "stand_in.py"
    script.write_text(STAND_IN, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    started: list[str] = []

    def start(how: str) -> str:
        monkeypatch.setattr(
            jobs,
            "_train_command",
            lambda paths, arguments: [sys.executable, str(script), str(paths.root), how, *arguments],
        )
        started.append(jobs.start_training(empty_shop, {"seed": 1}))
        return started[-1]

    yield start
    for run_id in started:
        if not jobs.read_job(empty_shop, run_id).status.is_final:
            jobs.cancel(empty_shop, run_id, grace_s=0.1)


def wait_until(paths: ShopPaths, run_id: str, *, stage: str | None = None, timeout_s: float = 20.0) -> jobs.JobState:
    """Poll until the job is final, or has reached a stage."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        state = jobs.read_job(paths, run_id)
        if state.status.is_final or (stage is not None and state.stage == stage):
            return state
        time.sleep(0.02)
    raise AssertionError(f"still {state.status} at {state.stage} after {timeout_s} s")


def test_a_job_that_finishes_reads_as_done_with_its_curve_config_and_log(empty_shop, launch):
    run_id = launch("finish")
    state = wait_until(empty_shop, run_id)
    assert (state.status, state.fraction, state.eta_s) == (JobStatus.DONE, 1.0, None)
    assert [(point.step, point.loss) for point in state.curve] == [(1, 1.0), (2, 0.5), (3, 1.0 / 3)]
    assert json.loads(state_path(empty_shop, run_id).with_name(jobs.CONFIG_FILE).read_text()) == {"seed": 1}
    assert jobs.tail_of_log(empty_shop, run_id) == "fitted three steps"
    assert jobs.running_job(empty_shop) is None


def test_a_job_that_is_killed_reads_as_failed_with_reason_and_log(empty_shop, launch):
    run_id = launch("hang")
    pid = wait_until(empty_shop, run_id, stage="Fitting behaviour").pid
    os.kill(pid, signal.SIGKILL)
    state = wait_until(empty_shop, run_id)
    assert state.status is JobStatus.FAILED
    assert "probably killed or out of memory" in state.message
    assert "'Fitting behaviour'" in state.message
    assert jobs.running_job(empty_shop) is None


def test_a_job_that_cannot_start_reads_as_failed_with_its_last_words(empty_shop, launch):
    state = wait_until(empty_shop, launch("crash"))
    assert state.status is JobStatus.FAILED
    assert "cannot even start" in state.message


@pytest.mark.parametrize(
    ("how", "words"), [("memory", "smaller batch size"), ("input", "The snapshot has no events; import some first.")]
)
def test_a_job_that_raises_says_why_in_words(empty_shop, launch, how, words):
    state = wait_until(empty_shop, launch(how))
    assert state.status is JobStatus.FAILED
    assert words in state.message


def test_cancel_stops_the_process_and_the_next_start_is_free(empty_shop, launch):
    run_id = launch("hang")
    pid = wait_until(empty_shop, run_id, stage="Fitting behaviour").pid
    state = jobs.cancel(empty_shop, run_id)
    assert state.status is JobStatus.CANCELLED
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    assert jobs.cancel(empty_shop, run_id).status is JobStatus.CANCELLED
    assert wait_until(empty_shop, launch("finish")).status is JobStatus.DONE


def test_cancel_insists_where_sigterm_is_ignored(empty_shop, launch):
    run_id = launch("deaf")
    wait_until(empty_shop, run_id, stage="Deaf")
    assert jobs.cancel(empty_shop, run_id, grace_s=0.3).status is JobStatus.CANCELLED
    assert jobs.running_job(empty_shop) is None


def test_a_second_start_is_refused_while_one_runs(empty_shop, launch):
    run_id = launch("hang")
    with pytest.raises(RunError, match=run_id):
        launch("finish")
    with pytest.raises(RunError, match="still running"):
        take_lock(empty_shop, "by-hand")
    assert jobs.running_job(empty_shop).run_id == run_id


def test_the_job_outlives_the_process_that_started_it(empty_shop, tmp_path):
    """A short-lived starter (as a dashboard that closes) launches the stand-in; it goes on and can be cancelled."""
    script = tmp_path / "stand_in.py"
    script.write_text(STAND_IN, encoding="utf-8")
    starter = "\n".join(
        [
            "import sys; from pathlib import Path",
            "from recsys.training import jobs; from recsys.settings import ShopPaths",
            f"hang = [sys.executable, {str(script)!r}, {str(empty_shop.root)!r}, 'hang']",
            "jobs._train_command = lambda paths, arguments: [*hang, *arguments]",
            f"sys.stdout.write(jobs.start_training(ShopPaths(Path({str(empty_shop.root)!r})), {{}}))",
        ]
    )
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run([sys.executable, "-c", starter], capture_output=True, text=True, env=environment, check=True)
    run_id = done.stdout
    assert wait_until(empty_shop, run_id, stage="Fitting behaviour").status is JobStatus.RUNNING
    assert jobs.running_job(empty_shop).run_id == run_id
    assert jobs.cancel(empty_shop, run_id).status is JobStatus.CANCELLED


def test_a_reused_process_number_is_not_taken_for_the_job(empty_shop):
    with jobs.ProgressWriter(empty_shop, "r1"):
        written = read_state(empty_shop, "r1")
    stranger = written.to_json() | {"state": "running", "process_started_at": written.process_started_at - 100.0}
    write_state(empty_shop, jobs.JobState.from_json(stranger))
    assert jobs.read_job(empty_shop, "r1").status is JobStatus.FAILED


def test_a_job_on_another_machine_lives_while_its_heart_beats_and_is_not_cancelled_here(empty_shop):
    with jobs.ProgressWriter(empty_shop, "r1"):
        written = read_state(empty_shop, "r1")
    away = written.to_json() | {"state": "running", "host": "elsewhere"}
    write_state(empty_shop, jobs.JobState.from_json(away))
    assert jobs.read_job(empty_shop, "r1").status is JobStatus.RUNNING
    with pytest.raises(RunError, match="elsewhere"):
        jobs.cancel(empty_shop, "r1")
    write_state(empty_shop, jobs.JobState.from_json(away | {"updated_at": "2026-01-01T00:00:00+00:00"}))
    assert jobs.read_job(empty_shop, "r1").status is JobStatus.FAILED


def test_the_launcher_never_overwrites_what_the_child_said(empty_shop):
    with jobs.ProgressWriter(empty_shop, "r1"):
        pass
    write_state(empty_shop, jobs._queued("r1", os.getpid()), only_if_absent=True)
    assert read_state(empty_shop, "r1").status is JobStatus.DONE
    assert [path.name for path in state_path(empty_shop, "r1").parent.iterdir()] == ["progress.json"]


def test_progress_never_goes_back_and_estimates_the_rest(empty_shop, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    writer = jobs.ProgressWriter(empty_shop, "r1")
    with writer:
        clock[0] = 110.0
        writer("Encoding", 0.25)  # a quarter in 10 s leaves 30 s
        assert writer.state.eta_s == 30.0
        writer("Encoding", 0.1)
        assert writer.state.fraction == 0.25


def test_the_heart_beats_while_the_work_is_silent(empty_shop, monkeypatch):
    monkeypatch.setattr(progress, "HEARTBEAT_S", 0.02)
    with jobs.ProgressWriter(empty_shop, "r1"):
        first = read_state(empty_shop, "r1").updated_at
        time.sleep(0.15)
        assert read_state(empty_shop, "r1").updated_at > first


def test_what_a_finished_job_said_is_never_overwritten(empty_shop):
    with jobs.ProgressWriter(empty_shop, "r1"):
        pass
    with pytest.raises(RunError, match="exists already"), jobs.ProgressWriter(empty_shop, "r1"):
        raise AssertionError("must not be entered")
    assert read_state(empty_shop, "r1").status is JobStatus.DONE
    with jobs.ProgressWriter(empty_shop, "r2"):  # the lock was given back
        assert jobs.running_job(empty_shop).run_id == "r2"


def test_a_reader_never_sees_half_a_state(empty_shop):
    with jobs.ProgressWriter(empty_shop, "r1") as writer:
        stop = threading.Event()
        seen: list[int] = []

        def read() -> None:
            while not stop.is_set():
                seen.append(len(read_state(empty_shop, "r1").curve))

        reader = threading.Thread(target=read)
        reader.start()
        for step in range(100):
            writer(f"stage {step % 2}", step / 100, loss=float(step))
        stop.set()
        reader.join()
    assert seen == sorted(seen)


def test_cancelled_and_interrupted_blocks_end_as_cancelled_and_pass_the_exception_on(empty_shop):
    with pytest.raises(CancelledError), jobs.ProgressWriter(empty_shop, "r1"):
        raise CancelledError("stop")
    with pytest.raises(KeyboardInterrupt), jobs.ProgressWriter(empty_shop, "r2"):
        raise KeyboardInterrupt
    assert [read_state(empty_shop, run).status for run in ("r1", "r2")] == [JobStatus.CANCELLED] * 2


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (RuntimeError("[enforce fail at alloc_cpu.cpp:66] DefaultCPUAllocator: not enough memory"), "Out of memory"),
        (RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"), "Out of memory"),
        (OSError(28, "No space left on device"), "The disk is full"),
        (ValueError("bad shape"), "Unexpected ValueError while at 'Encoding': bad shape"),
    ],
)
def test_reasons_are_words_a_person_understands(error, words):
    assert words in jobs.failure_reason(error, "Encoding")


def test_an_unknown_job_and_a_damaged_state_are_told_apart(empty_shop):
    with pytest.raises(RunError, match="no training job 'nope'"):
        jobs.read_job(empty_shop, "nope")
    path = state_path(empty_shop, "torn")
    path.parent.mkdir(parents=True)
    path.write_text("{")
    with pytest.raises(RunError, match="cannot be read"):
        jobs.read_job(empty_shop, "torn")
