"""What a demo shop is made from: sizes, rates and a seed."""

import json
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from recsys.errors import InputError

_RANGES: dict[str, tuple[float, float]] = {
    "seed": (0, 2**31),
    "n_items": (60, 50_000),
    "n_users": (20, 100_000),
    "n_days": (42, 731),
    "sessions_per_user": (0.5, 100),
    "requests_per_session": (0.0, 3.0),
    "click_through_rate": (0.005, 0.3),
    "picture_size": (32, 1024),
}


@dataclass(frozen=True, slots=True)
class ShopDefinition:
    """Everything that decides a demo shop; the same definition and end give the same files.

    Parameters
    ----------
    name
        Name shown to people; says that the shop is simulated.
    seed
        Of every random choice.
    end
        Day on which the history ends, at midnight UTC; None for today.
    n_items, n_users, n_days
        Products, shoppers and days of history before `end`.
    sessions_per_user
        Mean visits of a shopper over the whole history.
    requests_per_session
        Mean recommendation lists shown in a visit.
    click_through_rate
        Mean clicks per impression, a fraction.
    picture_size
        Side of a product picture in pixels, a multiple of 4.

    Raises
    ------
    InputError
        When a value is out of range or the name hides that the shop is simulated.
    """

    name: str = "Demo shop (simulated)"
    seed: int = 20260
    end: date | None = None
    n_items: int = 2000
    n_users: int = 3000
    n_days: int = 182
    sessions_per_user: float = 5.9
    requests_per_session: float = 0.54
    click_through_rate: float = 0.055
    picture_size: int = 320

    def __post_init__(self) -> None:
        """Check ranges and the name."""
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise InputError(f"{name} is {value}; a demo shop needs a value between {low} and {high}.")
        if self.picture_size % 4:
            raise InputError(f"picture_size is {self.picture_size}; choose a multiple of 4.")
        if "simulated" not in self.name.lower():
            raise InputError(f"The shop is called {self.name!r}; the name of a demo shop must contain 'simulated'.")

    @property
    def ends_at(self) -> datetime:
        """Midnight UTC at the end of the history."""
        return datetime.combine(self.end or datetime.now(UTC).date(), time(), UTC)

    @property
    def weekly_launches(self) -> int:
        """Products launched in each week of the history."""
        return max(2, round(self.n_items * 0.011))

    @property
    def n_unseen(self) -> int:
        """Products of the last days that nobody has been shown yet."""
        return max(2, round(self.n_items * 0.011))

    @property
    def n_announced(self) -> int:
        """Products whose launch lies in the future."""
        return max(1, round(self.n_items * 0.006))

    def as_json(self) -> dict[str, Any]:
        """Plain values, `end` as an ISO date or None."""
        return {**asdict(self), "end": None if self.end is None else self.end.isoformat()}


def read_definition(path: Path) -> ShopDefinition:
    """Read a definition from JSON.

    Raises
    ------
    InputError
        When the file is not JSON, names an unknown setting, or a value is out of range.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(values, dict):
            raise InputError(f"{path.name} must hold one JSON object with the settings of a demo shop.")
        if values.get("end"):
            values["end"] = date.fromisoformat(values["end"])
    except (OSError, ValueError) as error:
        raise InputError(f"{path.name} cannot be read as a demo shop definition: {error}") from error
    known = {field.name for field in fields(ShopDefinition)}
    if unknown := sorted(set(values) - known):
        raise InputError(f"{path.name} has unknown settings {unknown}; known are {sorted(known)}.")
    return ShopDefinition(**values)
