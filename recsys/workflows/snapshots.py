"""The data a run reads: exported when the store is free, else the newest export."""

from dataclasses import dataclass
from pathlib import Path

from recsys.data.snapshot import latest_snapshot
from recsys.errors import InputError, StoreLockedError
from recsys.settings import ShopPaths


@dataclass(frozen=True)
class CurrentData:
    """A snapshot folder and what a person should know about it."""

    folder: Path
    note: str = ""


def current_snapshot(paths: ShopPaths, data_version: str | None = None) -> CurrentData:
    """Find or export the data to read.

    Parameters
    ----------
    paths
        The shop.
    data_version
        A given snapshot; None takes the newest data.

    Raises
    ------
    InputError
        If the shop has no data, or not that version.
    """
    if data_version is not None:
        folder = paths.snapshots / data_version
        if not folder.is_dir():
            raise InputError(f"There is no snapshot {data_version!r} in {paths.snapshots}.")
        return CurrentData(folder)
    if not paths.store.exists():
        folder_or_none = latest_snapshot(paths)
        if folder_or_none is None:
            raise InputError(f"The shop {paths.root} has no data yet: import a catalogue and events first.")
        return CurrentData(folder_or_none)
    return _export(paths)


def _export(paths: ShopPaths) -> CurrentData:
    """Export through the store, or fall back on the newest export while another process owns it."""
    from recsys.store import Store

    try:
        with Store.open(paths) as store:
            return CurrentData(store.export_snapshot())
    except StoreLockedError as error:
        newest = latest_snapshot(paths)
        if newest is None:
            raise
        note = f"The store is in use, so the newest export ({newest.name}) is read. {error}"
        return CurrentData(newest, note)
