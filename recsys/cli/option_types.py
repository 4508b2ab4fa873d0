"""What an option may be beside text and numbers: `text=.4,image=.2`, a day, `mmr:0.3`."""

import math
from datetime import datetime
from typing import TYPE_CHECKING

import click

from recsys.errors import InputError
from recsys.vocabulary import DiversityMethod

if TYPE_CHECKING:
    from recsys.data.ranking import Diversity


class WeightsType(click.ParamType[dict[str, float]]):
    """Component weights as `name=number`, separated by commas; whether a name exists is the workflow's to say."""

    name = "name=number,…"

    def convert(
        self, value: str | dict[str, float], param: click.Parameter | None, ctx: click.Context | None
    ) -> dict[str, float]:
        """Parse, or fail with the part that is wrong.

        Examples
        --------
        >>> WeightsType().convert("text=.4, image=0.2", None, None)
        {'text': 0.4, 'image': 0.2}
        """
        if isinstance(value, dict):
            return value
        weights: dict[str, float] = {}
        for part in value.split(","):
            name, equals, number = (word.strip() for word in part.partition("="))
            if not equals or not name:
                self.fail(f"{part.strip()!r} is not name=number, such as text=.4.", param, ctx)
            if name in weights:
                self.fail(f"{name!r} is given twice.", param, ctx)
            weights[name] = self._number(name, number, param, ctx)
        return weights

    def _number(self, name: str, text: str, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            weight = float(text)
        except ValueError:
            self.fail(f"the weight of {name!r} is {text!r}, not a number.", param, ctx)
        if not math.isfinite(weight) or weight < 0:
            self.fail(f"the weight of {name!r} is {text}; it must be 0 or more.", param, ctx)
        return weight


class DayType(click.ParamType[str]):
    """A day such as 2011-09-01, or a time of it, in ISO 8601; UTC where no zone is said."""

    name = "day"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check, and return it as it was said."""
        try:
            datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a day; write it as 2011-09-01.", param, ctx)
        return value


class DiversityType(click.ParamType["Diversity"]):
    """How varied a list shall be, as `method:strength`; the strength lies between 0 and 1."""

    name = "method:strength"

    def convert(
        self, value: "str | Diversity", param: click.Parameter | None, ctx: click.Context | None
    ) -> "Diversity":
        """Parse, or fail with the part that is wrong.

        Examples
        --------
        >>> DiversityType().convert("mmr:0.3", None, None)
        Diversity(method=<DiversityMethod.MMR: 'mmr'>, strength=0.3, window=24)
        """
        from recsys.data.ranking import Diversity

        if isinstance(value, Diversity):
            return value
        method, _, strength = value.partition(":")
        if method not in list(DiversityMethod):
            self.fail(f"{method!r} is no method; there is {' and '.join(DiversityMethod)}.", param, ctx)
        try:
            return Diversity(DiversityMethod(method), float(strength))
        except (ValueError, InputError):
            self.fail(f"{value!r} needs a strength between 0 and 1, such as {method}:0.3.", param, ctx)


WEIGHTS = WeightsType()
DIVERSITY = DiversityType()
DAY = DayType()
