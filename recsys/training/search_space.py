"""Which settings of the components a search may turn, and how far: one line per setting, all in one place."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recsys.components import CATALOGUE_COMPONENTS

if TYPE_CHECKING:
    from optuna.trial import Trial

Settings = dict[str, dict[str, Any]]
"""Component to setting to value, as `TrainingConfig.components` takes it."""


@dataclass(frozen=True)
class Range:
    """Where one number may lie.

    Parameters
    ----------
    low, high
        Both ends included; whole numbers make the setting whole.
    log
        Whether a factor, not a difference, is what counts; needs low > 0.
    """

    low: float
    high: float
    log: bool = True

    @property
    def whole(self) -> bool:
        """Whether the setting is a whole number."""
        return isinstance(self.low, int)

    def suggest(self, trial: "Trial", name: str) -> float:
        """Let the sampler choose."""
        if self.whole:
            return trial.suggest_int(name, int(self.low), int(self.high), log=self.log)
        return trial.suggest_float(name, self.low, self.high, log=self.log)

    def clip(self, value: float) -> float:
        """The nearest value inside."""
        return min(max(value, self.low), self.high)


_CONTENT = {
    "half_life_days": Range(10.0, 400.0),
    "identity": Range(0.0, 3.0, log=False),
    "regularization": Range(0.05, 5.0),
}
SPACE: Mapping[str, Mapping[str, Range]] = {
    "text": _CONTENT,
    "image": _CONTENT,
    "behaviour": {
        "regularization": Range(20.0, 2000.0),
        "half_life_days": Range(10.0, 400.0),
        "keep": Range(50, 1000),
    },
    "next": {
        "regularization": Range(20.0, 1000.0),
        "half_life_days": Range(10.0, 400.0),
        "fading": Range(0.5, 1.0, log=False),
    },
    "repeat": {"half_life_days": Range(10.0, 720.0)},
    "trend": {"half_life_days": Range(3.0, 120.0)},
    "momentum": {"half_life_days": Range(2.0, 25.0), "usual_half_life_days": Range(30.0, 180.0)},
    "fresh": {"half_life_days": Range(3.0, 90.0)},
}
"""Component to setting to range. A component without a line keeps its settings."""


def suggest_settings(trial: "Trial", names: Collection[str]) -> Settings:
    """Let the sampler choose every setting of some components."""
    return {
        name: {s: r.suggest(trial, f"{name}.{s}") for s, r in ranges.items()}
        for name, ranges in SPACE.items()
        if name in names
    }


def flatten_settings(components: Mapping[str, Mapping[str, Any]], names: Collection[str]) -> dict[str, float]:
    """Settings of some components as a search names them.

    Parameters
    ----------
    components
        Own settings by component; the defaults where they say nothing; moved into the space where they lie outside.
    names
        Components to tell of.
    """
    flat: dict[str, float] = {}
    for name, ranges in SPACE.items():
        if name in names:
            config = CATALOGUE_COMPONENTS[name].config_class(**components.get(name, {}))
            flat |= {f"{name}.{s}": r.clip(getattr(config, s)) for s, r in ranges.items()}
    return flat


def unflatten_settings(flat: Mapping[str, float]) -> Settings:
    """Return what `flatten_settings` was made from.

    Examples
    --------
    >>> unflatten_settings({"trend.half_life_days": 7.0})
    {'trend': {'half_life_days': 7.0}}
    """
    settings: Settings = {}
    for name, value in flat.items():
        component, _, setting = name.partition(".")
        settings.setdefault(component, {})[setting] = value
    return settings
