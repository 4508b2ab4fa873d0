"""Prepare the demo shop: draw it, import its files as a shop's own would be, train, promote."""

from dataclasses import replace
from pathlib import Path

from recsys.data.snapshot import latest_snapshot
from recsys.progress import Progress, scaled, silent
from recsys.settings import Settings
from recsys.training.config import TrainingConfig
from recsys.training.runs import live_run_id

DEFINITION = Path(__file__).resolve().parents[2] / "data" / "demo.json"
TRUTH_FOLDER = "truth"
FILES_FOLDER = "files"


def prepare_demo(settings: Settings, progress: Progress = silent, definition_file: Path = DEFINITION) -> None:
    """Bring the demo shop to life; what is there already is kept, so a second call returns at once.

    The history ends last midnight (UTC), so that the shop looks alive on any day. Its hidden truth stays in
    `<shop>/truth`, for checks of estimates only.

    Parameters
    ----------
    settings
        Where the shop goes.
    progress
        Told of every stage.
    definition_file
        Sizes, rates and seed.
    """
    if live_run_id(settings.shop) is not None:
        progress("The demo shop is ready", 1.0)
        return
    if latest_snapshot(settings.shop) is None:
        _import(settings, definition_file, scaled(progress, 0.0, 0.5))
    from recsys.workflows.training import train

    train(settings, TrainingConfig(), progress=scaled(progress, 0.5, 1.0))


def _import(settings: Settings, definition_file: Path, progress: Progress) -> None:
    """Make the shop's files and import them through the ordinary door."""
    from recsys.simulation.definition import read_definition
    from recsys.simulation.shop import write_demo
    from recsys.store import Store
    from recsys.workflows.imports import import_catalogue, import_events

    definition = replace(read_definition(definition_file), end=None)
    folder = settings.shop.root / FILES_FOLDER
    files = write_demo(folder, definition, scaled(progress, 0.0, 0.6))
    with Store.open(settings.shop) as store:
        store.set_facts(name=definition.name, simulated=True)
        import_catalogue(
            store, settings.shop, files.catalogue, images=files.images, progress=scaled(progress, 0.6, 0.85)
        )
        import_events(store, settings.shop, files.events, progress=scaled(progress, 0.85, 0.98))
        store.export_snapshot()
    truth = settings.shop.root / TRUTH_FOLDER
    truth.mkdir(exist_ok=True)
    for file in (files.truth_arrays, files.truth_notes):
        file.replace(truth / file.name)
