"""Where a shop lives and how fast things may go; built only by app.py, the command line and tests."""

from dataclasses import dataclass
from pathlib import Path

DEFAULT_SHOP = Path("data/var/demo")


@dataclass(frozen=True)
class ShopPaths:
    """The folders and files of one shop.

    Parameters
    ----------
    root
        The shop folder. Nothing is created until something is written.
    """

    root: Path

    @property
    def store(self) -> Path:
        """The DuckDB file; never open it outside `recsys.store`."""
        return self.root / "store.duckdb"

    @property
    def lock(self) -> Path:
        """The side file whose flock says who owns the store."""
        return self.root / "store.lock"

    @property
    def media(self) -> Path:
        """Pictures by content hash: `ab/abcd….webp` in two sizes."""
        return self.root / "media"

    @property
    def embeddings(self) -> Path:
        """Vectors by content hash and encoder."""
        return self.root / "embeddings"

    @property
    def snapshots(self) -> Path:
        """Exported Parquet, one folder per data version."""
        return self.root / "snapshots"

    @property
    def runs(self) -> Path:
        """Trained runs, one folder each, and `live.json`."""
        return self.root / "runs"

    @property
    def queue(self) -> Path:
        """Trainings that wait for the one that runs."""
        return self.root / "queue.json"

    @property
    def schedule(self) -> Path:
        """When the shop retrains by itself."""
        return self.root / "schedule.json"

    @property
    def spool(self) -> Path:
        """Events waiting to be absorbed, and job states."""
        return self.root / "spool"

    @property
    def presets(self) -> Path:
        """Saved fusion weights."""
        return self.root / "presets.json"

    @property
    def drafts(self) -> Path:
        """Edits of a board that nobody published yet, one file per draft."""
        return self.root / "drafts"

    @property
    def rules(self) -> Path:
        """Versions of the merchandising rules, one file each, and `live.json`; drafts of them beside."""
        return self.root / "rules"

    @property
    def occluded(self) -> Path:
        """Vectors of pictures without a region and of texts without a phrase, by encoder."""
        return self.root / "occluded"

    @property
    def doctor(self) -> Path:
        """What the catalogue doctor found, what it measured of pictures, and which findings were dismissed."""
        return self.root / "doctor"


@dataclass(frozen=True)
class Settings:
    """Choices of speed, place and record only; a model's config never lives here.

    Parameters
    ----------
    shop
        Where the shop lives.
    threads
        Worker threads for numeric libraries; 0 leaves the libraries' choice.
    device
        `cpu`, `cuda` or `auto`.
    track
        Where trainings are also taken down: `tensorboard`, `mlflow:URI`, `wandb:PROJECT`; see `training.trackers`.
    """

    shop: ShopPaths
    threads: int = 0
    device: str = "auto"
    track: tuple[str, ...] = ()
