"""Write a demo shop as the files a real shop would bring, and the hidden truth beside them."""

import os
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from recsys.progress import Progress, scaled, silent
from recsys.simulation.assortment import catalogue_frame
from recsys.simulation.behaviour import simulate_behaviour
from recsys.simulation.definition import ShopDefinition
from recsys.simulation.pictures import IMAGE_SEPARATOR, picture_names, write_pictures
from recsys.simulation.truth import save_truth
from recsys.simulation.world import make_world


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """Where the files of a demo shop are.

    Parameters
    ----------
    catalogue
        CSV, one row per product; `images` names pictures in the zip, separated by "|".
    events
        CSV, one row per event, in order of time.
    images
        Zip of product pictures.
    truth_arrays, truth_notes
        Hidden truth; read it with `recsys.simulation.truth.load_truth`.
    n_items, n_users, n_events, n_images
        Sizes.
    """

    catalogue: Path
    events: Path
    images: Path
    truth_arrays: Path
    truth_notes: Path
    n_items: int
    n_users: int
    n_events: int
    n_images: int


def write_demo(
    folder: Path, definition: ShopDefinition, progress: Progress = silent, *, workers: int | None = None
) -> DemoFiles:
    """Generate a demo shop and write its files; the same definition and end give the same bytes.

    Parameters
    ----------
    folder
        Where to write; created when missing.
    definition
        Sizes, rates, seed and the end of the history.
    progress
        Told about every stage, 0 to 1.
    workers
        Processes that draw pictures; None for one per core, at most four.

    Returns
    -------
    DemoFiles
        Paths and sizes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    progress("Inventing products and shoppers", 0.0)
    world = make_world(definition)
    progress("Simulating six months of visits" if definition.n_days == 182 else "Simulating visits", 0.05)
    log = simulate_behaviour(world)
    progress("Writing tables", 0.15, message=f"{len(log.events):,} events")
    names = picture_names(world.assortment, definition)
    joined = [IMAGE_SEPARATOR.join(views) for views in names]
    catalogue = catalogue_frame(world.assortment, definition, joined, log.units_sold)
    catalogue_file, event_file = folder / "catalogue-simulated.csv", folder / "events-simulated.csv"
    _write_csv(catalogue, catalogue_file)
    _write_csv(log.events, event_file)
    truth_arrays, truth_notes = save_truth(folder, world, log)
    image_file = folder / "images-simulated.zip"
    drawing = scaled(progress, 0.25, 1.0)
    write_pictures(image_file, world.assortment, names, definition, drawing, workers or min(4, os.cpu_count() or 1))
    return DemoFiles(
        catalogue=catalogue_file,
        events=event_file,
        images=image_file,
        truth_arrays=truth_arrays,
        truth_notes=truth_notes,
        n_items=len(catalogue),
        n_users=int(log.events["user_id"].nunique()),
        n_events=len(log.events),
        n_images=sum(map(len, names)),
    )


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    """UTF-8, commas, empty for null, the same line ends everywhere."""
    frame.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
