"""What an option may be beside text and numbers: `text=.4,image=.2`, a day."""

import math
from datetime import datetime

import click


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


WEIGHTS = WeightsType()
DAY = DayType()
