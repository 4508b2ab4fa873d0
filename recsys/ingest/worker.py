"""The limited process: `python -m recsys.ingest.worker FOLDER` does the job noted there and leaves its results there.

Progress goes to standard output, one fraction per line. A refusal meant for a person goes to `refused.json`.
"""

import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from recsys.errors import VitrineError


def read(job: dict[str, Any], folder: Path) -> None:
    """Read one table file."""
    from recsys.ingest.readers import READERS, save_result
    from recsys.ingest.tables import ReadOptions

    save_result(READERS[job["format"]](Path(job["path"]), ReadOptions(**job["options"])), folder)


def pictures(job: dict[str, Any], folder: Path) -> None:
    """Match and store pictures."""
    from recsys.ingest.media import run_picture_job

    run_picture_job(job, folder, report=_report)


TASKS: dict[str, Callable[[dict[str, Any], Path], None]] = {"read": read, "pictures": pictures}
"""What this process can do."""


def _report(fraction: float) -> None:
    """Tell the parent how far the work is."""
    sys.stdout.write(f"{fraction:.4f}\n")
    sys.stdout.flush()


def _limit(memory_bytes: int, file_bytes: int) -> None:
    """Put the limits on this process; no core dumps."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(folder: Path) -> None:
    """Do the job in `folder`."""
    told = json.loads((folder / "job.json").read_text())
    _limit(told["limits"]["memory_bytes"], told["limits"]["file_bytes"])
    try:
        TASKS[told["task"]](told["job"], folder)
    except VitrineError as error:
        (folder / "refused.json").write_text(json.dumps({"message": str(error)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
