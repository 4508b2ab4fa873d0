"""The peers: one file each, and this literal. A file runs in its peer's environment only (see `benchmark.runner`)."""

from dataclasses import dataclass
from pathlib import Path

ARRAYS = ("numpy==2.4.6", "scipy==1.17.1", "pyarrow==26.0.1")
"""What the runner itself needs, where the peer does not ask for older ones."""


@dataclass(frozen=True)
class Peer:
    """One library to compare with.

    Parameters
    ----------
    name
        Key in `PEERS`, also the name of its file.
    title
        As it stands in the table, before the model's name.
    requirements
        Exact versions that pip installs; empty where the environment of this process serves.
    file
        The script; its `MODELS` say what is run.
    environment
        Extra variables of its process.
    """

    name: str
    title: str
    requirements: tuple[str, ...]
    file: Path
    environment: tuple[tuple[str, str], ...] = ()

    @property
    def group(self) -> str:
        """Return "library", or "reference" for what is written out in its own file."""
        return "library" if self.requirements else "reference"


def _peer(name: str, title: str, *requirements: str) -> Peer:
    """Build a peer whose script stands beside this file."""
    return Peer(name, title, requirements, Path(__file__).with_name(f"{name}.py"))


PEERS: dict[str, Peer] = {
    "references": _peer("references", "Reference"),
    "implicit": _peer("implicit", "implicit", "implicit==0.7.3", *ARRAYS),
    "cornac": _peer("cornac", "cornac", "cornac==3.0.1", "torch==2.15.0", "pandas==3.1.1", *ARRAYS),
    "rectools": _peer("rectools", "RecTools", "rectools==0.19.0", "numpy==1.26.4", "scipy==1.17.1", "pyarrow==21.0.0"),
    "lenskit": _peer("lenskit", "LensKit", "lenskit==2025.8.1", "torch==2.15.0", "pandas==2.3.3", *ARRAYS),
}
"""Every peer, in the order of the table."""
