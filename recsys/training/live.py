"""Which run serves whom: the live pointer `runs/live.json`, its canary, and every change of either.

The pointer is one file, replaced in one atomic swap; whoever makes a list reads it and asks `serving_run`.
"""

import fcntl
import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from recsys.errors import RunError
from recsys.settings import ShopPaths
from recsys.training.decisions import Action, record_decision
from recsys.training.run_files import LIVE_FILE, verify_run, write_json

MOST_PREVIOUS = 20
MOST_CANARY_SHARE = 0.5
"""A canary serves at most half of the shoppers; more than that is a promotion."""


def live_pointer(paths: ShopPaths) -> dict[str, Any]:
    """Content of the live pointer: version, run_id (None before the first promotion), previous, promoted_at, canary.

    `canary` is None, or run_id, share (0 to 0.5), salt and started_at.

    Raises
    ------
    RunError
        If the file is damaged.
    """
    path = paths.runs / LIVE_FILE
    if not path.is_file():
        return {"version": 0, "run_id": None, "previous": [], "promoted_at": None, "canary": None}
    try:
        pointer: dict[str, Any] = {"canary": None, **json.loads(path.read_text(encoding="utf-8"))}
        if not isinstance(pointer["version"], int) or not isinstance(pointer["previous"], list):
            raise ValueError("version or previous is not what it should be")
        str(pointer["run_id"])
        _check_canary(pointer["canary"])
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"The live pointer {path} is damaged ({error}); delete it and promote a run of `vitrine runs list`."
        ) from error
    return pointer


def _check_canary(canary: Any) -> None:
    """Refuse a canary that is not what it should be."""
    if canary is None:
        return
    if not 0 <= float(canary["share"]) <= MOST_CANARY_SHARE:
        raise ValueError(f"the canary's share {canary['share']} is not between 0 and {MOST_CANARY_SHARE}")
    if not isinstance(canary["run_id"], str) or not isinstance(canary["salt"], str):
        raise ValueError("the canary's run or salt is no text")


def live_run_id(paths: ShopPaths) -> str | None:
    """Return the promoted run's id, None before the first promotion."""
    run_id = live_pointer(paths)["run_id"]
    return None if run_id is None else str(run_id)


def require_live(paths: ShopPaths) -> str:
    """Return the promoted run's id.

    Raises
    ------
    RunError
        Before the first promotion.
    """
    run_id = live_run_id(paths)
    if run_id is None:
        raise RunError("No run is live yet: run `vitrine train` first.")
    return run_id


def place_of(user_id: str, salt: str) -> float:
    """Return where a shopper stands between 0 and 1; the same for the same id and salt, evenly spread over shoppers.

    Examples
    --------
    >>> place_of("S1", "a") == place_of("S1", "a") != place_of("S1", "b")
    True
    """
    digest = hashlib.blake2b(f"{salt}\x00{user_id}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2.0**64


def serving_run(pointer: Mapping[str, Any], user_id: str | None) -> str | None:
    """Return the run that serves a shopper: the canary's for its share, else the live one; None before any is live.

    Parameters
    ----------
    pointer
        From `live_pointer`.
    user_id
        The shopper; None, or somebody without an id, gets the live run.

    Examples
    --------
    >>> canary = {"run_id": "b", "share": 0.5, "salt": "x"}
    >>> served = [serving_run({"run_id": "a", "canary": canary}, f"S{k}") for k in range(1000)]
    >>> 400 < served.count("b") < 600, serving_run({"run_id": "a", "canary": canary}, None)
    (True, 'a')
    """
    live, canary = pointer["run_id"], pointer.get("canary")
    if live is not None and canary is not None and user_id and place_of(user_id, canary["salt"]) < canary["share"]:
        return str(canary["run_id"])
    return None if live is None else str(live)


def promote(
    paths: ShopPaths, run_id: str, expected_version: int | None = None, *, reason: str = "", detail: str = ""
) -> dict[str, Any]:
    """Make a run the live one, in one atomic swap; a canary ends with it.

    Parameters
    ----------
    paths
        The shop.
    run_id
        A finished run whose files match its manifest.
    expected_version
        Version of the pointer the caller looked at; None takes whatever stands.
    reason, detail
        Why and in spite of what; both are recorded.

    Returns
    -------
    dict
        The new pointer.

    Raises
    ------
    RunError
        If the run is missing or damaged, or somebody promoted in between.
    """
    verify_run(paths, run_id)
    with pointer_lock(paths):
        pointer = live_pointer(paths)
        _require_version(pointer, expected_version)
        if pointer["run_id"] == run_id:
            return pointer
        previous = [r for r in [pointer["run_id"], *pointer["previous"]] if r is not None and r != run_id]
        return _swap(paths, pointer, run_id, previous, Action.PROMOTE, reason, detail)


def roll_back(paths: ShopPaths, expected_version: int | None = None) -> dict[str, Any]:
    """Make the run that was live before the live one again; a canary ends with it.

    Raises
    ------
    RunError
        If nothing was live before, or it is damaged, or somebody promoted in between.
    """
    with pointer_lock(paths):
        pointer = live_pointer(paths)
        _require_version(pointer, expected_version)
        if not pointer["previous"]:
            raise RunError("There is no earlier run to roll back to.")
        run_id, *rest = pointer["previous"]
        verify_run(paths, run_id)
        return _swap(paths, pointer, run_id, rest, Action.ROLL_BACK, "", f"from {pointer['run_id']}")


def start_canary(
    paths: ShopPaths, run_id: str, share: float, expected_version: int | None = None, *, reason: str = ""
) -> dict[str, Any]:
    """Let a run serve a share of the shoppers beside the live one, or change the share.

    A share that grows keeps everybody who was in it, since the salt stays with the run.

    Parameters
    ----------
    paths
        The shop.
    run_id
        A finished run other than the live one.
    share
        Of the shoppers, above 0 and at most 0.5.
    expected_version
        Version of the pointer the caller looked at; None takes whatever stands.
    reason
        Why; recorded.

    Raises
    ------
    RunError
        If the share or the run does not fit, or somebody changed the pointer in between.
    """
    if not 0 < share <= MOST_CANARY_SHARE:
        raise RunError(f"A canary serves above 0 and at most {MOST_CANARY_SHARE:.0%} of the shoppers, got {share:.4g}.")
    verify_run(paths, run_id)
    with pointer_lock(paths):
        pointer = live_pointer(paths)
        _require_version(pointer, expected_version)
        if pointer["run_id"] is None:
            raise RunError("No run is live yet: promote one first, then try another on a share of the shoppers.")
        if pointer["run_id"] == run_id:
            raise RunError(f"Run {run_id} is live already; try another one on a share of the shoppers.")
        before = pointer["canary"]
        same = before is not None and before["run_id"] == run_id
        salt, since = (before["salt"], before["started_at"]) if same else (secrets.token_hex(8), _moment())
        canary = {"run_id": run_id, "share": float(share), "salt": salt, "started_at": since}
        changed = _write(paths, {**pointer, "canary": canary})
        record_decision(paths, Action.CANARY, run_id, reason, f"{share:.4g} of the shoppers")
        return changed


def end_canary(paths: ShopPaths, expected_version: int | None = None) -> dict[str, Any]:
    """Let the live run serve everybody again.

    Raises
    ------
    RunError
        If no canary runs, or somebody changed the pointer in between.
    """
    with pointer_lock(paths):
        pointer = live_pointer(paths)
        _require_version(pointer, expected_version)
        if pointer["canary"] is None:
            raise RunError("No canary runs; the live run serves everybody.")
        changed = _write(paths, {**pointer, "canary": None})
        record_decision(paths, Action.END_CANARY, pointer["canary"]["run_id"])
        return changed


@contextmanager
def pointer_lock(paths: ShopPaths) -> Iterator[None]:
    """Hold the lock under which the pointer changes."""
    paths.runs.mkdir(parents=True, exist_ok=True)
    with (paths.runs / ".promote.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def forget_previous(paths: ShopPaths, run_id: str) -> None:
    """Take a run out of those to roll back to; under `pointer_lock` only."""
    pointer = live_pointer(paths)
    if run_id in pointer["previous"]:
        _write(paths, {**pointer, "previous": [r for r in pointer["previous"] if r != run_id]})


def _require_version(pointer: Mapping[str, Any], expected: int | None) -> None:
    """Refuse a change by somebody who looked at an older pointer."""
    if expected is not None and pointer["version"] != expected:
        raise RunError(
            f"Somebody changed what is live in the meantime (now {pointer['run_id']}); look again and decide."
        )


def _swap(
    paths: ShopPaths,
    pointer: Mapping[str, Any],
    run_id: str,
    previous: list[str],
    action: Action,
    reason: str,
    detail: str,
) -> dict[str, Any]:
    """Put another run in front and say so."""
    wanted = {"run_id": run_id, "previous": previous[:MOST_PREVIOUS], "promoted_at": _moment(), "canary": None}
    changed = _write(paths, {**pointer, **wanted})
    record_decision(paths, action, run_id, reason, detail)
    return changed


def _write(paths: ShopPaths, pointer: Mapping[str, Any]) -> dict[str, Any]:
    """Replace the pointer atomically, one version on."""
    changed = {**pointer, "version": pointer["version"] + 1}
    write_json(paths.runs / LIVE_FILE, changed)
    return changed


def _moment() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
