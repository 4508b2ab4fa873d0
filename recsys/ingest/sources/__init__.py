"""Public data sets as a shop would hand them over: one file each, and this literal."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from recsys.errors import InputError
from recsys.ingest.sources import fashion_catalogue, mmrec, online_retail
from recsys.ingest.sources.tables import SourceTables

Report = Callable[[float], None]


@dataclass(frozen=True)
class Source:
    """How one data set becomes a catalogue and events.

    Parameters
    ----------
    name
        Key in `SOURCES`, also the module's name.
    title
        For people.
    files
        What has to be in its folder; `*.ending` is any one file of that ending.
    licence
        As far as it is known.
    build
        Called with the folder and a progress callback (fraction 0 to 1).
    optional
        What may be there besides.
    """

    name: str
    title: str
    files: tuple[str, ...]
    licence: str
    build: Callable[[Path, Report], SourceTables]
    optional: tuple[str, ...] = ()

    def paths(self, folder: Path) -> list[Path]:
        """Return its files inside `folder`.

        Raises
        ------
        InputError
            When one is missing, or several files fit one ending.
        """
        found = {name: sorted(folder.glob(name)) for name in (*self.files, *self.optional)}
        missing = [name for name in self.files if not found[name]]
        several = [name for name, paths in found.items() if len(paths) > 1]
        if several:
            raise InputError(f"{folder} has several files of the kind {', '.join(several)}; keep one data set in it.")
        if missing:
            raise InputError(
                f"{folder} is not the folder of {self.name}: {', '.join(missing)} missing. "
                f"It needs {', '.join(self.files)}."
            )
        return [path for paths in found.values() for path in paths]

    def load(self, folder: Path, report: Report) -> SourceTables:
        """Read the folder; see `build` and `paths`."""
        self.paths(folder)
        return self.build(folder, report)


SOURCES: dict[str, Source] = {
    "online_retail": Source(
        "online_retail",
        "Online Retail (UCI): a UK gift wholesaler, December 2010 to September 2011",
        ("transactions.parquet",),
        "CC BY 4.0, Daqing Chen, doi:10.24432/C5BW33",
        online_retail.build,
    ),
    "fashion_catalogue": Source(
        "fashion_catalogue",
        "Fashion Product Images (Small): 44k products with pictures, no shoppers",
        ("products.parquet", "thumbnails.parquet"),
        "MIT as stated by the uploader, thinly documented: do not redistribute",
        fashion_catalogue.build,
    ),
    "mmrec": Source(
        "mmrec",
        "A folder in MMRec's layout: interactions with ready-made text and image vectors, no titles or pictures",
        ("*.inter",),
        "that of the data set in the folder",
        mmrec.build,
        ("text_feat.npy", "image_feat.npy", "i_id_mapping.csv"),
    ),
}
"""Every source there is."""

__all__ = ["SOURCES", "Source", "SourceTables"]
