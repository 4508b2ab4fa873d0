"""What does this sentence, or this picture, resemble? Asked of a child process that holds a run's encoders."""

import json
import os
import select
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import recsys
from recsys.data.snapshot import load_snapshot
from recsys.errors import EncoderError, InputError
from recsys.ranking.model import Model
from recsys.settings import ShopPaths
from recsys.training.run_files import show_run
from recsys.workflows.occlusion import Occluder

START_LIMIT_S = 180.0
ANSWER_LIMIT_S = 60.0
MAX_TEXT = 2_000
MAX_PICTURE_BYTES = 20_000_000


@dataclass(frozen=True)
class Alike:
    """Products nearest to something.

    Parameters
    ----------
    by_text, by_image
        Item number and cosine of centred vectors in [-1, 1], nearest first; None where the run has no way to compare.
    """

    by_text: tuple[tuple[int, float], ...] | None
    by_image: tuple[tuple[int, float], ...] | None


class Resembler:
    """Asks the child of one run; starts it at the first question, and again after it has ended.

    Parameters
    ----------
    paths, model
        The shop, and the run's model.
    """

    def __init__(self, paths: ShopPaths, model: Model) -> None:
        occluder = Occluder(paths, model)
        snapshot = load_snapshot(paths.snapshots / show_run(paths, model.run_id).data_version, verify=False)
        self._job = {
            "catalogue": str(snapshot.catalogue),
            "embeddings": str(paths.embeddings),
            "media": str(paths.media),
            "text": occluder.encoder("text"),
            "image": occluder.encoder("image"),
        }
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    @property
    def can_answer(self) -> bool:
        """Whether the run has an encoder at all; a shop that brought vectors of its own has none."""
        return bool(self._job["text"] or self._job["image"])

    def of_text(self, text: str, k: int = 12) -> Alike:
        """Return the products nearest to a sentence.

        Raises
        ------
        InputError
            When it is empty or too long, or the run reads no texts.
        EncoderError
            When the child fails.
        """
        if not text.strip():
            raise InputError("The sentence is empty: write a few words.")
        return self._ask({"text": text.strip()[:MAX_TEXT], "k": k})

    def of_picture(self, content: bytes, k: int = 12) -> Alike:
        """Return the products nearest to a picture, given as the bytes of its file.

        Raises
        ------
        InputError
            When it is too large, damaged or none, or the run reads no pictures.
        EncoderError
            When the child fails.
        """
        if len(content) > MAX_PICTURE_BYTES:
            raise InputError(
                f"The picture has {len(content) / 1e6:.0f} MB, more than {MAX_PICTURE_BYTES / 1e6:.0f}: choose another."
            )
        with tempfile.NamedTemporaryFile(prefix="vitrine-", suffix=".picture") as file:
            file.write(content)
            file.flush()
            return self._ask({"picture": file.name, "k": k})

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._stop()

    def _ask(self, question: dict[str, Any]) -> Alike:
        """One question, one answer."""
        with self._lock:
            child = self._running()
            assert child.stdin is not None
            try:
                child.stdin.write(json.dumps(question).encode() + b"\n")
                child.stdin.flush()
                said = self._read(child, ANSWER_LIMIT_S)
            except BrokenPipeError as error:
                self._stop()
                raise EncoderError("The encoder stopped; ask again.") from error
        if "refused" in said:
            raise InputError(said["refused"])
        return Alike(*(None if said[m] is None else tuple((int(i), float(s)) for i, s in said[m]) for m in _SIDES))

    def _running(self) -> subprocess.Popen[bytes]:
        """The child, started when it is not there."""
        if self._child is None or self._child.poll() is not None:
            root = str(Path(recsys.__file__).resolve().parent.parent)
            path = os.pathsep.join(part for part in (root, os.environ.get("PYTHONPATH", "")) if part)
            self._child = subprocess.Popen(
                [sys.executable, "-m", "recsys.workflows.resemble_worker", json.dumps(self._job)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,  # what was read ahead would be invisible to `select`
                env=os.environ | {"PYTHONPATH": path, "TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1"},
            )
            said = self._read(self._child, START_LIMIT_S)
            if "refused" in said:
                self._stop()
                raise EncoderError(said["refused"])
        return self._child

    def _read(self, child: subprocess.Popen[bytes], limit_s: float) -> dict[str, Any]:
        """The child's next line of JSON."""
        assert child.stdout is not None
        while select.select([child.stdout], [], [], limit_s)[0]:
            line = child.stdout.readline()
            if not line:
                self._stop()
                raise EncoderError("The encoder could not be started or stopped; it may be out of memory. Ask again.")
            if line.startswith(b"{"):
                found: dict[str, Any] = json.loads(line)
                return found
        self._stop()
        raise EncoderError(f"The encoder took longer than {limit_s:.0f} s; ask again.")

    def _stop(self) -> None:
        """Kill the child and forget it."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            for stream in (self._child.stdin, self._child.stdout):
                if stream is not None:
                    stream.close()
            self._child = None


_SIDES = ("text", "image")
