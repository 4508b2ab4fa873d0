"""Lists and explanations from a run, for one shopper or for all."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from recsys.data.ranking import RULES, Diversity, Filters, Ranking, Request, rankings_to_frame
from recsys.errors import InputError
from recsys.fusion.presets import list_own_presets
from recsys.fusion.scopes import PresetBook
from recsys.progress import Progress, scaled, silent
from recsys.ranking import rank, rank_many
from recsys.ranking.model import Model
from recsys.rules.book import read_rules
from recsys.rules.rule import RuleSet
from recsys.settings import Settings, ShopPaths
from recsys.training.live import live_pointer, serving_run
from recsys.training.runs import load_model
from recsys.vocabulary import ItemScope

EVERYONE = "all"


def now() -> np.datetime64:
    """Return the time of a request made now, UTC, datetime64[us]."""
    return np.datetime64("now", "us")


def request_for(
    model: Model,
    user_id: str,
    n: int,
    filters: Filters | None = None,
    weights: Mapping[str, float] | None = None,
    at: np.datetime64 | None = None,
    diversity: Diversity | None = None,
    book: PresetBook | None = None,
) -> Request:
    """Build the request of one shopper, known or not, at a time (default: now), varied or not (default: not).

    Without weights of its own, a request that a preset of the `book` covers gets that preset's weights.
    """
    moment, filters, source = now() if at is None else at, filters or Filters(), ""
    history, request_id = model.interactions.history(user_id), f"{user_id}@{moment}"
    if weights is None and book is not None:
        preset = book.choose(len(history.item_num), filters.categories)
        if preset is not None:
            weights, source = preset.weights, preset.source
    return Request(history, moment, filters, n, weights, user_id, request_id, diversity or Diversity(), source)


def preset_book(paths: ShopPaths, model: Model) -> PresetBook:
    """Return the shop's presets that apply by themselves, for one run.

    Raises
    ------
    InputError
        If the shop's file of presets is damaged.
    """
    return PresetBook.build(list_own_presets(paths), model.interactions.histories.lengths, model.names)


def merge_weights(model: Model, weights: Mapping[str, float] | None) -> dict[str, float] | None:
    """Lay some weights over the run's own; None stays None."""
    return None if weights is None else {**{n: model.weights.get(n, 0.0) for n in model.names}, **weights}


def recommend(
    settings: Settings,
    *,
    user: str,
    n: int = 20,
    items: ItemScope = ItemScope.ALL,
    exclude_seen: bool | None = None,
    weights: Mapping[str, float] | None = None,
    run_id: str | None = None,
    diversity: Diversity | None = None,
    rules: bool = True,
    page: str = "",
    market: str = "",
    progress: Progress = silent,
) -> pd.DataFrame:
    """Rank for one shopper or for everyone.

    Parameters
    ----------
    settings
        The shop.
    user
        A shopper's id, or "all".
    n
        Length of each list.
    items
        Every item, only new, or only warm ones.
    exclude_seen
        Leave out what the shopper touched; None means no.
    weights
        Laid over the run's own.
    run_id
        None takes the run that serves each shopper: the live one, or the canary for its share.
    diversity
        How varied the first places shall be; None means not at all.
    rules
        Whether the shop's published merchandising rules act.
    page, market
        Where the lists stand and for which market; rules may be scoped by them.
    progress
        Told of the share of lists made.

    Returns
    -------
    DataFrame
        user_id, item_id, rank, score, one contribution column per component, and run_id, the run that served;
        `.attrs["notes"]` says which components filled the list of a shopper nobody knows, what diversity and rules
        changed, and how many lists a canary made. Where a boost or bury acts, `rules` is one column more.
    """
    progress("Loading the run", 0.0)
    pointer = live_pointer(settings.shop) if run_id is None else {"run_id": run_id, "canary": None}
    first = load_model(settings.shop, serving_run(pointer, None if user == EVERYONE else user))
    users = [str(u) for u in first.interactions.user_ids] if user == EVERYONE else [user]
    if not users:
        raise InputError("The run's data has no shopper; ask for one by id to get the list of somebody unknown.")
    by_run: dict[str | None, list[str]] = {}
    for one in users:
        by_run.setdefault(serving_run(pointer, one), []).append(one)
    published = read_rules(settings.shop) if rules else None
    filters = Filters(items=items, exclude_seen=bool(exclude_seen))
    asked = Asked(n, filters, weights, diversity, now(), published, page, market)
    frames, done = [], 0.0
    for served, group in by_run.items():
        model = first if served in (None, first.run_id) else load_model(settings.shop, served)
        share = len(group) / len(users)
        told = scaled(progress, 0.1 + 0.9 * done, 0.1 + 0.9 * (done + share))
        frames.append(_lists_of(settings.shop, model, group, asked, told))
        done += share
    frame = frames[0] if len(frames) == 1 else _in_order(frames, users)
    frame.attrs["notes"] = [note for part in frames for note in part.attrs["notes"]]
    if len(frames) > 1:
        made = {str(run): len(group) for run, group in by_run.items()}
        frame.attrs["notes"].append("Lists by run: " + ", ".join(f"{run} {count:,}" for run, count in made.items()))
    return frame


@dataclass(frozen=True, eq=False)
class Asked:
    """What is asked of every list: length, filters, weights over the run's own, variety, when, rules and where."""

    n: int
    filters: Filters
    weights: Mapping[str, float] | None
    diversity: Diversity | None
    moment: np.datetime64
    rules: RuleSet | None = None
    page: str = ""
    market: str = ""


def _lists_of(paths: ShopPaths, model: Model, users: list[str], asked: Asked, progress: Progress) -> pd.DataFrame:
    """Lists of some shoppers from one run."""
    merged, book = merge_weights(model, asked.weights), preset_book(paths, model)
    plain = (request_for(model, u, asked.n, asked.filters, merged, asked.moment, asked.diversity, book) for u in users)
    requests = [replace(request, page=asked.page, market=asked.market) for request in plain]
    order = sorted(range(len(users)), key=lambda row: requests[row].weights_from)  # alike ones are ranked together
    told = [requests[row] for row in order]
    ranked = rank_many(told, model, lambda done: progress("Making lists", done), asked.rules)
    lists = [ranking for _, ranking in sorted(zip(order, ranked, strict=True), key=lambda pair: pair[0])]
    frame = rankings_to_frame(lists).assign(run_id=model.run_id)
    frame.attrs["notes"] = _notes(lists) + _say_presets(requests)
    return frame


def _in_order(frames: list[pd.DataFrame], users: list[str]) -> pd.DataFrame:
    """Lists of several runs as one frame, in the order of the shoppers; a term that a run lacks stays empty."""
    frame = pd.concat(frames, ignore_index=True)
    frame["run_id"] = frame.pop("run_id")  # last, after the terms of every run
    place = {user: number for number, user in enumerate(users)}
    return frame.sort_values("user_id", key=lambda ids: ids.map(place), kind="stable", ignore_index=True)


def _notes(lists: list[Ranking]) -> list[str]:
    """Say who got a cold list and what filled it, and who got none."""
    notes = []
    cold = [r for r in lists if "behaviour" in r.silent]
    if cold:
        first = cold[0]
        weights = zip(first.components, first.weights, strict=True)
        spoke = [n for n, w in weights if w and n != RULES and n not in first.silent]
        who = repr(first.user_id) if len(cold) == 1 else f"{len(cold):,} shoppers"
        notes.append(f"No history of {who}: the list was filled by {', '.join(spoke) or 'no component'}.")
    empty = sum(len(r) == 0 for r in lists)
    if empty:
        notes.append(f"{empty:,} of {len(lists):,} lists are empty: no product passes the filters.")
    varied = [s for r in lists for s in r.trace if s.name == "diversity"]
    if len(varied) == 1:
        notes.append(f"Variety: {varied[0].detail}.")
    elif varied:
        notes.append(f"Variety changed {sum(bool(s.moves) for s in varied):,} of {len(varied):,} lists.")
    return notes + _say_rules(lists)


def _say_rules(lists: list[Ranking]) -> list[str]:
    """Say which version of the rules applied, and on how many lists one of them acted."""
    version = lists[0].rules_version
    if version is None:
        return ["Merchandising rules were left aside."]
    acted = sum(any(s.rule_id and s.acted for s in r.trace) for r in lists)
    return [f"Rules version {version}: acted on {acted:,} of {len(lists):,} lists."] if version else []


def _say_presets(requests: list[Request]) -> list[str]:
    """Say which presets gave their weights to how many lists."""
    used = Counter(r.weights_from for r in requests if r.weights_from)
    return [f"Weights of {source} for {n:,} list{'' if n == 1 else 's'}." for source, n in sorted(used.items())]


def explain(settings: Settings, user: str, item: str, run_id: str | None = None) -> dict[str, Any]:
    """Explain one item to one shopper, see `explanation.explain_pair`.

    Raises
    ------
    InputError
        If the run's catalogue has no such item.
    """
    from recsys.explanation import explain_pair

    model = load_model(settings.shop, run_id or serving_run(live_pointer(settings.shop), user))
    request = request_for(model, user, 24, book=preset_book(settings.shop, model))
    return explain_pair(model, request, model.catalogue.number(item), read_rules(settings.shop)).to_json()


def best_for(model: Model, user_id: str, n: int = 24, filters: Filters | None = None) -> Ranking:
    """Rank now for one shopper with the run's own weights."""
    return rank(request_for(model, user_id, n, filters), model)
