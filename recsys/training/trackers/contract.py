"""What every tracker promises. A tracker may raise whatever its library raises: `training.tracking` deals with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from recsys.settings import ShopPaths

Scalar = str | int | float | bool
TRACKING_FOLDER = "tracking"


@dataclass(frozen=True)
class TrackedRun:
    """The training that is told of.

    Parameters
    ----------
    run_id
        Its name.
    folder
        Its run folder; it may not exist yet.
    shop
        The shop it learns from.
    """

    run_id: str
    folder: Path
    shop: ShopPaths

    @property
    def shop_name(self) -> str:
        """Name of the shop's folder; trackers group runs by it."""
        return self.shop.root.resolve().name

    @property
    def common_folder(self) -> Path:
        """Where trackers that keep all runs of a shop in one place put them."""
        return self.shop.root.resolve() / TRACKING_FOLDER


class Tracker(Protocol):
    """Takes down one training. Calls come from one thread, parameters first, `close` last and once."""

    def parameters(self, values: Mapping[str, Scalar]) -> None:
        """Take down what the run was asked to do; names are dotted, such as `components.behaviour.epochs`."""
        ...

    def point(self, name: str, step: int, value: float) -> None:
        """Take down one point of a curve.

        Parameters
        ----------
        name
            Letters, digits, `_` and one `/`, such as `choosing_weights/validation`.
        step
            1-based, rising by curve.
        value
            Finite.
        """
        ...

    def results(self, values: Mapping[str, float]) -> None:
        """Take down the run's final figures, finite, such as `test/discovery/recall`."""
        ...

    def close(self, outcome: str) -> None:
        """End the record: `done`, `cancelled` or `failed`. Everything told before is then readable by others."""
        ...
