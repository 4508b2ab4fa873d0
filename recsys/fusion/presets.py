"""Named weights: those that come with the product, and those a shop saved in its folder."""

import fcntl
import json
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from recsys.errors import InputError
from recsys.fusion.scopes import Preset, Scope
from recsys.settings import ShopPaths

BUILT_IN: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "Balanced": {
            "text": 0.2,
            "image": 0.2,
            "behaviour": 0.2,
            "next": 0.1,
            "repeat": 0.05,
            "trend": 0.1,
            "momentum": 0.05,
            "fresh": 0.1,
        },
        "Words and looks": {"text": 0.45, "image": 0.45, "fresh": 0.1},
        "Looks first": {"text": 0.1, "image": 0.6, "behaviour": 0.2, "fresh": 0.1},
        "Regular customers": {"behaviour": 0.3, "next": 0.25, "repeat": 0.25, "trend": 0.1, "text": 0.1},
        "New arrivals": {"text": 0.25, "image": 0.25, "behaviour": 0.1, "fresh": 0.4},
        "Best sellers": {"trend": 0.6, "behaviour": 0.25, "momentum": 0.15},
    }
)
"""Weights by component; a component left out weighs 0."""
NAME_LENGTH = 60
NOWHERE = Scope()


def list_presets(paths: ShopPaths) -> dict[str, dict[str, float]]:
    """Return every preset by name, the built-in ones first, then the shop's own in alphabetical order.

    Raises
    ------
    InputError
        If the shop's file of presets is damaged.
    """
    return {name: dict(weights) for name, weights in BUILT_IN.items()} | {
        preset.name: dict(preset.weights) for preset in list_own_presets(paths)
    }


def list_own_presets(paths: ShopPaths) -> list[Preset]:
    """Return the presets a shop saved, with where they apply by themselves, in alphabetical order.

    Raises
    ------
    InputError
        If the shop's file of presets is damaged.
    """
    return [preset for _, preset in sorted(_read(paths).items())]


def save_preset(paths: ShopPaths, name: str, weights: Mapping[str, float], scope: Scope = NOWHERE) -> None:
    """Keep weights under a name, replacing the shop's earlier ones of that name.

    Parameters
    ----------
    paths
        The shop.
    name
        1 to `NAME_LENGTH` letters; not the name of a built-in preset.
    weights
        Finite, at least 0, one of them above 0.
    scope
        Where they apply without being asked for; by default nowhere.

    Raises
    ------
    InputError
        If the name or the weights do not fit; nothing is written.
    """
    name = " ".join(name.split())
    _require_own_name(name)
    values = {component: float(weight) for component, weight in weights.items()}
    if not all(math.isfinite(w) and w >= 0 for w in values.values()) or not any(values.values()):
        raise InputError(f"A preset needs weights of at least 0, one of them above; got {dict(weights)}.")
    with _changing(paths) as own:
        if scope.everyone:
            _withdraw(own)
        own[name] = Preset(name, values, scope)


def published_preset(paths: ShopPaths) -> Preset | None:
    """Return the preset that makes every list that no narrower one covers; None when the run's weights do.

    Raises
    ------
    InputError
        If the shop's file of presets is damaged.
    """
    return next((preset for preset in list_own_presets(paths) if preset.scope.everyone), None)


def withdraw_preset(paths: ShopPaths) -> None:
    """Go back to the run's own weights: what was published stays as a preset that applies nowhere by itself."""
    with _changing(paths) as own:
        _withdraw(own)


def _withdraw(own: dict[str, Preset]) -> None:
    """Take the scope from whatever is published."""
    for name, preset in own.items():
        if preset.scope.everyone:
            own[name] = Preset(name, preset.weights, NOWHERE)


def delete_preset(paths: ShopPaths, name: str) -> None:
    """Remove one of the shop's own presets.

    Raises
    ------
    InputError
        If the name is built in or unknown.
    """
    _require_own_name(name)
    with _changing(paths) as own:
        if name not in own:
            raise InputError(f"There is no preset {name!r}; there is {', '.join(sorted(own)) or 'none yet'}.")
        del own[name]


def _require_own_name(name: str) -> None:
    if not 1 <= len(name) <= NAME_LENGTH or not name.isprintable():
        raise InputError(f"A preset needs a name of 1 to {NAME_LENGTH} printable letters, got {name!r}.")
    if name in BUILT_IN:
        raise InputError(f"{name!r} comes with the product and stays as it is; choose another name.")


@contextmanager
def _changing(paths: ShopPaths) -> Iterator[dict[str, Preset]]:
    """Yield the shop's own presets and write them back at once; one writer at a time."""
    paths.root.mkdir(parents=True, exist_ok=True)
    with paths.presets.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        own = _read(paths)
        yield own
        temporary = paths.presets.with_suffix(f".new-{os.getpid()}")
        told = {preset.name: _to_json(preset) for preset in own.values()}
        temporary.write_text(json.dumps(told, indent=1, ensure_ascii=False, sort_keys=True), encoding="utf-8")
        os.replace(temporary, paths.presets)


def _to_json(preset: Preset) -> dict[str, Any]:
    """Weights alone where there is no scope, as files of earlier versions have them."""
    return {"weights": dict(preset.weights), **vars(preset.scope)} if preset.scope else dict(preset.weights)


def _from_json(name: str, told: Mapping[str, Any]) -> Preset:
    """Read what `_to_json` gave."""
    scoped = "weights" in told
    weights = {str(c): float(w) for c, w in (told["weights"] if scoped else told).items()}
    return Preset(name, weights, _read_scope(told) if scoped else NOWHERE)


def _read_scope(told: Mapping[str, Any]) -> Scope:
    """Scope of a preset; files of earlier versions do not say whether it is everyone's."""
    return Scope(str(told["category"]), str(told["segment"]), bool(told.get("everyone", False)))


def _read(paths: ShopPaths) -> dict[str, Preset]:
    """The shop's own presets by name; empty when it saved none."""
    if not paths.presets.exists():
        return {}
    try:
        told = json.loads(paths.presets.read_text(encoding="utf-8"))
        return {str(n): _from_json(str(n), entry) for n, entry in told.items()}
    except (ValueError, AttributeError, TypeError, KeyError) as error:
        raise InputError(f"{paths.presets} is damaged ({error}): repair it, or delete it to start without.") from error
