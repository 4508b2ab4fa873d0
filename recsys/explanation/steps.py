"""The steps of a waterfall chart: from an average candidate to this one, largest effect first."""

from dataclasses import dataclass

from recsys.explanation.answer import Waterfall


@dataclass(frozen=True)
class WaterfallStep:
    """One bar, in log-odds.

    Parameters
    ----------
    label
        Words on screen.
    start, end
        Where the bar begins and ends; `end − start` is the effect.
    value
        The feature's value; None for an unknown value and for bars that are no feature.
    n_other
        Features that share this bar because they have none of their own; 0 for a feature's own bar.
    """

    label: str
    start: float
    end: float
    value: float | None
    n_other: int = 0

    @property
    def effect(self) -> float:
        """How far this step moves the log-odds."""
        return self.end - self.start


def waterfall_steps(waterfall: Waterfall, limit: int = 9) -> tuple[WaterfallStep, ...]:
    """Lay the features' effects end to end, those beyond `limit` as one bar.

    Parameters
    ----------
    waterfall
        The split of one log-odds.
    limit
        Features with a bar of their own, ≥ 1.

    Returns
    -------
    tuple
        The first step starts at `waterfall.base`, each next where the one before ended, and the last ends at
        `waterfall.log_odds`.

    Examples
    --------
    >>> from recsys.explanation.answer import FeatureEffect
    >>> effects = (FeatureEffect("a", "price", 9.0, 0.5), FeatureEffect("b", "newness", 1.0, -0.2))
    >>> [(s.label, s.start, s.end) for s in waterfall_steps(Waterfall(-1.0, -0.7, 0.33, effects), limit=1)]
    [('price', -1.0, -0.5), ('1 other feature', -0.5, -0.7)]
    """
    steps: list[WaterfallStep] = []
    reached = waterfall.base
    for effect in waterfall.effects[:limit]:
        steps.append(WaterfallStep(effect.label, reached, reached + effect.effect, effect.value))
        reached += effect.effect
    rest = len(waterfall.effects) - limit
    if rest > 0:
        label = f"{rest} other feature{'s' if rest > 1 else ''}"
        steps.append(WaterfallStep(label, reached, waterfall.log_odds, None, rest))
    return tuple(steps)
