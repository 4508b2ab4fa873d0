"""Where training and ranking get their data: exported Parquet, verified before use. Needs no database."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from recsys.errors import InputError, StoreError
from recsys.settings import ShopPaths

SNAPSHOT_FILE = "snapshot.json"
FILES: tuple[str, ...] = ("catalogue.parquet", "events.parquet")


@dataclass(frozen=True)
class Snapshot:
    """One exported state of a shop.

    Parameters
    ----------
    path
        The folder `snapshots/<data_version>`.
    data_version
        Content address of the data.
    created_at
        When it was exported, UTC.
    n_items, n_users, n_events
        Rows of the catalogue, distinct shoppers, rows of the events.
    data_from, data_to
        First and last event, UTC; None without events.
    simulated
        True when the shoppers are made up; every screen has to say so.
    name
        The shop's name.
    sha256
        Hex digest by file name.
    """

    path: Path
    data_version: str
    created_at: datetime
    n_items: int
    n_users: int
    n_events: int
    data_from: datetime | None
    data_to: datetime | None
    simulated: bool
    name: str
    sha256: dict[str, str]

    @property
    def catalogue(self) -> Path:
        """Parquet with `vocabulary.CATALOGUE_COLUMNS`, sorted by `item_id`."""
        return self.path / "catalogue.parquet"

    @property
    def events(self) -> Path:
        """Parquet with `vocabulary.EVENT_COLUMNS`, sorted by `user_id`, `occurred_at`."""
        return self.path / "events.parquet"


def load_snapshot(path: Path, *, verify: bool = True) -> Snapshot:
    """Read and verify a snapshot folder.

    Parameters
    ----------
    path
        `snapshots/<data_version>`.
    verify
        Compare the files with their sha256; turn off only when that was done a moment ago.

    Returns
    -------
    Snapshot

    Raises
    ------
    InputError
        When there is no snapshot.
    StoreError
        When a file is missing or differs from its hash.
    """
    description = path / SNAPSHOT_FILE
    if not description.exists():
        raise InputError(f"There is no snapshot in {path}: import data first, then export a snapshot.")
    try:
        told = json.loads(description.read_text())
        snapshot = Snapshot(
            path=path,
            data_version=str(told["data_version"]),
            created_at=datetime.fromisoformat(told["created_at"]),
            n_items=int(told["n_items"]),
            n_users=int(told["n_users"]),
            n_events=int(told["n_events"]),
            data_from=_moment(told["data_from"]),
            data_to=_moment(told["data_to"]),
            simulated=bool(told["simulated"]),
            name=str(told["name"]),
            sha256={name: str(told["sha256"][name]) for name in FILES},
        )
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"{description} is damaged ({error!r}): delete the folder and export the snapshot again."
        ) from error
    if verify:
        _verify(snapshot)
    return snapshot


def latest_snapshot(paths: ShopPaths) -> Path | None:
    """Return the folder of the snapshot exported (or confirmed) last, None when there is none."""
    found = [file for file in paths.snapshots.glob(f"*/{SNAPSHOT_FILE}") if not file.parent.name.startswith(".")]
    return max(found, key=lambda file: (file.stat().st_mtime_ns, file.parent.name)).parent if found else None


def _verify(snapshot: Snapshot) -> None:
    """Compare every file with its hash."""
    for name, expected in snapshot.sha256.items():
        file = snapshot.path / name
        if not file.exists():
            raise StoreError(f"{file} is missing: delete the folder and export the snapshot again.")
        with file.open("rb") as stream:
            received = hashlib.file_digest(stream, "sha256").hexdigest()
        if received != expected:
            raise StoreError(
                f"{file} was changed or damaged after it was written (sha256 {received[:12]}…, not {expected[:12]}…): "
                "delete the folder and export the snapshot again."
            )


def _moment(value: str | None) -> datetime | None:
    """ISO 8601 text to a time."""
    return None if value is None else datetime.fromisoformat(value)
