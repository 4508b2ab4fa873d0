"""The files of one run: its folder's name, its record, and the manifest that tells damage."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from recsys.errors import RunError
from recsys.settings import ShopPaths

RUN_FILE = "run.json"
LIVE_FILE = "live.json"


@dataclass(frozen=True)
class RunRecord:
    """What is known of one run.

    Parameters
    ----------
    run_id
        Its folder's name.
    status
        "done", or how it ended otherwise.
    created_at
        ISO 8601, UTC.
    elapsed_s
        Seconds of training.
    config
        The training config.
    data_version
        The snapshot it was trained on.
    data_to
        The data clock, ISO 8601.
    weights
        Fusion weights by component.
    component_configs
        Config of every component.
    metrics
        "validation" and "test", each as `training.columns.judge` gives it; empty without interactions.
    facts
        Counts and choices worth showing: items, users, response rows, stages' seconds.
    versions
        Library versions.
    message
        Why it failed, or what a person should know.
    manifest
        sha256 by file name; that of `run.json` is of the record without it.
    gates
        What `training.gates.check_gates` found, one mapping per gate; empty in runs older than the gates.
    """

    run_id: str
    status: str
    created_at: str
    elapsed_s: float
    config: Mapping[str, Any]
    data_version: str
    data_to: str
    weights: Mapping[str, float]
    component_configs: Mapping[str, Mapping[str, Any]]
    metrics: Mapping[str, Any]
    facts: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    manifest: Mapping[str, str] = field(default_factory=dict)
    gates: Sequence[Mapping[str, Any]] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values; gates that were not checked are left out, so that older digests stay true."""
        values = asdict(self)
        values["gates"] = [dict(gate) for gate in self.gates]
        return values if self.gates else {k: v for k, v in values.items() if k != "gates"}


def run_folder(paths: ShopPaths, run_id: str) -> Path:
    """Folder of a run.

    Raises
    ------
    RunError
        If the name could be a path, a hidden file or the live pointer.
    """
    strange = any(c in "/\\" or not c.isprintable() for c in run_id)
    if strange or not 0 < len(run_id) <= 100 or run_id.startswith(".") or run_id == LIVE_FILE:
        raise RunError(
            f"{run_id[:100]!r} is not a run id: use up to 100 letters, digits and dashes, such as 20270131-142501-9f3a."
        )
    return paths.runs / run_id


def read_record(folder: Path) -> RunRecord:
    """Parse the `run.json` of a folder.

    Raises
    ------
    RunError
        If it is damaged.
    """
    try:
        return RunRecord(**json.loads((folder / RUN_FILE).read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise RunError(
            f"The record of run {folder.name} is damaged ({error}). Train again or delete the folder."
        ) from error


def show_run(paths: ShopPaths, run_id: str) -> RunRecord:
    """Return one run's record.

    Raises
    ------
    RunError
        If there is no such finished run.
    """
    folder = run_folder(paths, run_id)
    if not (folder / RUN_FILE).is_file():
        raise RunError(
            f"There is no finished run {run_id!r} in {paths.runs}; `vitrine runs list` shows those there are."
        )
    return read_record(folder)


def finish_run(folder: Path, record: RunRecord) -> RunRecord:
    """Add the manifest and write `run.json` last; a folder without it is not a run.

    Raises
    ------
    RunError
        If an array holds a number that is not finite.
    """
    _require_finite(folder)
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix in (".safetensors", ".txt", ".npy"))
    kept = [p for p in files if p.name != "log.txt"]
    record = replace(record, manifest={str(p.relative_to(folder)): _sha256(p) for p in kept})
    record = replace(record, manifest={**record.manifest, RUN_FILE: _record_sha256(record)})
    write_json(folder / RUN_FILE, record.to_json())
    return record


def verify_run(paths: ShopPaths, run_id: str) -> RunRecord:
    """Compare every file of a run, its record included, with its manifest.

    Raises
    ------
    RunError
        If a file is missing or differs.
    """
    record, folder = show_run(paths, run_id), run_folder(paths, run_id)
    for name, expected in record.manifest.items():
        path = folder / name
        received = _record_sha256(record) if name == RUN_FILE else _sha256(path) if path.is_file() else None
        if received != expected:
            raise RunError(f"Run {run_id} is damaged: {name} is missing or differs from its manifest. Train again.")
    return record


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Write beside and rename, flushed to disk."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("w", encoding="utf-8") as handle:
        json.dump(values, handle, indent=1)
        handle.flush()
        os.fsync(handle.fileno())
    beside.replace(path)


def _record_sha256(record: RunRecord) -> str:
    """Hex digest of a record as JSON, its own entry in the manifest left out."""
    values = record.to_json()
    values["manifest"] = {name: digest for name, digest in record.manifest.items() if name != RUN_FILE}
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def _sha256(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _require_finite(folder: Path) -> None:
    """Refuse arrays with NaN or infinity."""
    from safetensors.numpy import load_file

    for path in folder.rglob("*.safetensors"):
        for name, values in load_file(path).items():
            if values.dtype.kind == "f" and not np.isfinite(values).all():
                raise RunError(f"{path.name} holds {name} with numbers that are not finite; the run is not usable.")
