"""Where a training holds out: consecutive windows at the end of the data."""

from dataclasses import dataclass

import numpy as np

from recsys.data.interactions import DAY, Interactions
from recsys.errors import InputError
from recsys.training.config import TrainingConfig


@dataclass(frozen=True)
class Windows:
    """Consecutive windows of one length: response [a, b), validation [b, c), test [c, d), data to d.

    With a fixed test start, `d` is the end of the data the run may see plus the test window.
    """

    response_from: np.datetime64
    validation_from: np.datetime64
    test_from: np.datetime64
    end: np.datetime64


def plan_windows(interactions: Interactions, config: TrainingConfig) -> Windows:
    """Place the windows at the end of the data, shortened so that half the data stays for learning.

    Raises
    ------
    InputError
        If the test start is outside the data.
    """
    first, end = interactions.occurred_at.min(), interactions.data_to
    if config.test_from is None:
        step = _window((end - first) / DAY / 6, config)
        test_from = end - step
    else:
        test_from = np.datetime64(config.test_from, "us")
        if not first < test_from < end:
            raise InputError(f"The test start {config.test_from} is outside the data ({first} to {end}).")
        step = _window((test_from - first) / DAY / 4, config)
    return Windows(test_from - 2 * step, test_from - step, test_from, end)


def _window(longest_days: float, config: TrainingConfig) -> np.timedelta64:
    """Length of one window: as configured, or as much as leaves half the data for learning, at least a day."""
    return np.timedelta64(int(max(min(longest_days, config.window_days), 1.0) * 86_400_000_000), "us")
