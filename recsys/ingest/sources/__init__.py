"""Public data sets as a shop would hand them over: one file each, and this literal."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from recsys.errors import InputError
from recsys.ingest.sources import fashion_catalogue, online_retail
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
        What has to be in its folder.
    licence
        As far as it is known.
    build
        Called with the folder and a progress callback (fraction 0 to 1).
    """

    name: str
    title: str
    files: tuple[str, ...]
    licence: str
    build: Callable[[Path, Report], SourceTables]

    def paths(self, folder: Path) -> list[Path]:
        """Return its files inside `folder`.

        Raises
        ------
        InputError
            When one is missing.
        """
        missing = [name for name in self.files if not (folder / name).is_file()]
        if missing:
            raise InputError(
                f"{folder} is not the folder of {self.name}: {', '.join(missing)} missing. "
                f"It needs {', '.join(self.files)}."
            )
        return [folder / name for name in self.files]

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
}
"""Every source there is."""

__all__ = ["SOURCES", "Source", "SourceTables"]
