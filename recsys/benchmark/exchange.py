"""The folder a peer reads, and the two files it answers with. Plain files only, nothing of the held-out window.

What a peer gets:

- `case.json`: sizes, cut-off, the two cuts, seeds and the tuning budget;
- `train.parquet` (before the validation window) and `refit.parquet` (before the test window): `user_num`, `item_num`,
  `occurred_at`, `weight`;
- `text.npy`, `image.npy`: our content vectors, NaN rows where an item has none;
- `validation_users.npy`, `validation_on_sale.npy`, `validation_choices.parquet` (`row`, `item_num`): to choose by;
- `users.npy`, `on_sale.npy`, `new.npy`: whom to serve with what in the test window.

What it answers: `lists.parquet` (`model`, `seed`, `column`, `user_num`, `rank`, `item_num`) and `result.json`, one
record per model with its settings, trials, seconds, or its error.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.benchmark.processes import PeerFailure
from recsys.data.interactions import Interactions
from recsys.data.split import Split
from recsys.training.columns import CUTOFF, FILTERS, Truth, truth_of

Lists = Mapping[str, NDArray[np.int32]]
"""Column of `FILTERS` to item numbers best first, −1 pads, shape (n_users, CUTOFF)."""


@dataclass(frozen=True, eq=False)
class Case:
    """One comparison: two windows of a shop, and whom to serve.

    Parameters
    ----------
    validation, test
        The window for choices and the one that is read once; `test.train` holds all that may be learnt from.
    embeddings
        "text" and "image" where the shop has them, float32 (n_items, d).
    truth
        What `test` held out; it does not leave this process.
    """

    validation: Split
    test: Split
    embeddings: Mapping[str, NDArray[np.float32]]
    truth: Truth

    @staticmethod
    def of(validation: Split, test: Split, embeddings: Mapping[str, NDArray[np.float32]]) -> "Case":
        """Build from two splits of the same interactions."""
        return Case(validation, test, embeddings, truth_of(test))


@dataclass(frozen=True)
class Budget:
    """What every peer's model gets.

    Parameters
    ----------
    trials
        Settings tried on validation, ≥ 1.
    seconds
        Instead: seconds of trying, at least one trial; None counts trials.
    seeds
        Refits of a stochastic model, ≥ 1.
    timeout_s
        Longest time of one peer with all its models.
    """

    trials: int = 8
    seconds: float | None = None
    seeds: int = 3
    timeout_s: float = 3600.0


@dataclass(frozen=True, eq=False)
class Answer:
    """One model of a peer.

    Parameters
    ----------
    model
        Its name.
    lists
        Per seed; empty where it failed.
    settings, trials
        What was chosen, and every trial with its validation recall and seconds.
    seconds
        Trying, refitting and listing together.
    error
        Why there is nothing, or None.
    skipped
        Whether it was not run because the shop lacks what it needs; `error` says what.
    """

    model: str
    lists: Sequence[Lists]
    settings: Mapping[str, Any]
    trials: Sequence[Mapping[str, Any]]
    seconds: float
    error: str | None
    skipped: bool = False


def write_exchange(case: Case, budget: Budget, folder: Path) -> None:
    """Write everything a peer may see."""
    folder.mkdir(parents=True, exist_ok=True)
    told = {
        "n_users": case.test.train.n_users,
        "n_items": case.test.train.n_items,
        "k": CUTOFF,
        "validation_cut": str(case.validation.cut),
        "cut": str(case.test.cut),
        "seeds": list(range(budget.seeds)),
        "trials": budget.trials,
        "seconds": budget.seconds,
    }
    (folder / "case.json").write_text(json.dumps(told), encoding="utf-8")
    _touches(case.validation.train).to_parquet(folder / "train.parquet", index=False)
    _touches(case.test.train).to_parquet(folder / "refit.parquet", index=False)
    for name, vectors in case.embeddings.items():
        np.save(folder / f"{name}.npy", vectors)
    choosers = truth_of(case.validation)
    rows, items = choosers.choices["all"].nonzero()
    pd.DataFrame({"row": rows, "item_num": items}).to_parquet(folder / "validation_choices.parquet", index=False)
    arrays = {
        "validation_users": choosers.users,
        "validation_on_sale": case.validation.on_sale,
        "users": case.truth.users,
        "on_sale": case.test.on_sale,
        "new": case.test.new,
    }
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)


def _touches(seen: Interactions) -> pd.DataFrame:
    """One row per interaction."""
    columns = {"user_num": seen.user_num, "item_num": seen.item_num, "occurred_at": seen.occurred_at}
    return pd.DataFrame({**columns, "weight": seen.histories.weight})


def read_answers(out: Path, truth: Truth, n_items: int) -> list[Answer]:
    """Read what a peer wrote.

    Raises
    ------
    PeerFailure
        If a list names an unknown user or item, the same item or place twice, or a place beyond the cut-off.
    """
    records = json.loads((out / "result.json").read_text(encoding="utf-8"))
    file = out / "lists.parquet"
    rows = pd.read_parquet(file) if file.exists() else None
    answers = []
    for record in records:
        mine = None if rows is None else rows[rows["model"] == record["model"]]
        lists = [] if mine is None else [_lists(part, truth, n_items) for _, part in mine.groupby("seed")]
        answers.append(
            Answer(
                record["model"],
                lists,
                record.get("settings", {}),
                record.get("trials", []),
                float(record.get("seconds", 0.0)),
                record["error"],
                record.get("skipped", False),
            )
        )
    return answers


def _lists(rows: pd.DataFrame, truth: Truth, n_items: int) -> dict[str, NDArray[np.int32]]:
    """Lists of one seed by column, one row per user of the truth."""
    place = np.searchsorted(truth.users, rows["user_num"])
    known = place < len(truth.users)
    known[known] = truth.users[place[known]] == rows["user_num"].to_numpy()[known]
    if (
        not known.all()
        or not rows["item_num"].between(0, n_items - 1).all()
        or not rows["rank"].between(1, CUTOFF).all()
    ):
        raise PeerFailure("its lists name an unknown shopper or item, or a place beyond the cut-off")
    for key in ("item_num", "rank"):
        if rows.duplicated(["column", "user_num", key]).any():
            raise PeerFailure(f"its lists hold the same {'item' if key == 'item_num' else 'place'} twice")
    lists = {column: np.full((len(truth.users), CUTOFF), -1, np.int32) for column in FILTERS}
    for column, values in lists.items():
        mine = (rows["column"] == column).to_numpy()
        values[place[mine], rows["rank"].to_numpy()[mine] - 1] = rows["item_num"].to_numpy()[mine]
    return lists
