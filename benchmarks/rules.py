"""What rules cost: one request of a page with 50 rules in force, against the same request without, at 5,000 items.

    python benchmarks/rules.py [--items 5000] [--rules 50] [--requests 80] [--out FILE]

The shop is simulated and structured (`structured_shop.py`), with brands, categories and colours given to its items. The
rules are of every kind in equal parts, all of them in scope. Each request is timed with and without them in turn, so
that whatever else the machine does falls on both. Times are milliseconds of processor time, because wall time on a busy
machine says more about its neighbours; `ratio` is of the medians.
"""

import argparse
import json
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from structured_shop import make_model

from recsys.data.catalogue import Catalogue
from recsys.data.ranking import Request
from recsys.ranking import rank
from recsys.ranking.model import Model
from recsys.rules.rule import GroupBy, Rule, RuleKind, RuleSet, Selection
from recsys.vocabulary import Columns

LIMIT = 1.2
"""Largest ratio allowed."""
WARM = 8


def with_labels(model: Model) -> Model:
    """The model with 40 brands, 30 categories and 8 colours drawn for its items."""
    frame, rng = model.catalogue.frame.copy(), np.random.default_rng(3)
    n = len(frame)
    frame[Columns.BRAND] = [f"Brand {k}" for k in rng.integers(0, 40, n)]
    frame[Columns.CATEGORY] = [f"Shop > Tree {k % 6} > Branch {k}" for k in rng.integers(0, 30, n)]
    frame[Columns.ATTRIBUTES] = [json.dumps({"colour": f"c{k}"}) for k in rng.integers(0, 8, n)]
    return replace(model, catalogue=Catalogue(frame), _cache={})


def make_rules(model: Model, n_rules: int) -> RuleSet:
    """Draw rules of every kind in turn."""
    rng, kinds = np.random.default_rng(4), list(RuleKind)
    return RuleSet(1, tuple(_rule(n, kinds[n % len(kinds)], model, rng) for n in range(n_rules)))


def _rule(n: int, kind: RuleKind, model: Model, rng: np.random.Generator) -> Rule:
    """One rule of a kind."""
    item = str(rng.choice(model.catalogue.item_ids))
    place = int(rng.integers(1, 25))
    everything = Selection(category="Shop")
    numbers: dict[str, Any] = {
        RuleKind.FILTER: {"selection": everything},
        RuleKind.BLOCK: {"selection": Selection(brand=f"Brand {n % 40}", category=f"Shop > Tree {n % 6}")},
        RuleKind.PIN: {"selection": Selection((item,)), "place": place},
        RuleKind.SOFT_PIN: {"selection": Selection((item,)), "place": place},
        RuleKind.SLOT: {"selection": Selection(attribute=f"colour=c{n % 8}"), "place": place},
        RuleKind.CAP: {"selection": Selection(), "limit": 3, "window": 24, "per": GroupBy.BRAND},
        RuleKind.BOOST: {"selection": Selection(brand=f"Brand {n % 40}"), "strength": 0.3},
        RuleKind.BURY: {"selection": Selection(attribute=f"colour=c{n % 8}"), "strength": 0.2},
    }[kind]
    return Rule(f"r{n}", kind, owner="benchmark", reason="benchmark", **numbers)


def measure(model: Model, rules: RuleSet, n_requests: int) -> dict[str, Any]:
    """Time the requests of different shoppers with and without rules, in turn."""
    histories = model.interactions.histories
    requests = [Request(histories.one(u), model.data_to, n=24) for u in range(n_requests + WARM)]
    plain, ruled = [], []
    for request in requests:
        plain.append(_timed(request, model, None))
        ruled.append(_timed(request, model, rules))
    without, with_rules = (float(np.median(t[WARM:])) for t in (plain, ruled))
    return {
        "n_items": len(model.catalogue),
        "n_rules": len(rules),
        "without_ms": round(without, 2),
        "with_ms": round(with_rules, 2),
        "ratio": round(with_rules / without, 3),
        "limit": LIMIT,
        "load": round(os.getloadavg()[0], 2),
    }


def _timed(request: Request, model: Model, rules: RuleSet | None) -> float:
    """Milliseconds of processor time of one request."""
    started = time.process_time()
    rank(request, model, rules)
    return 1e3 * (time.process_time() - started)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=5_000)
    parser.add_argument("--rules", type=int, default=50)
    parser.add_argument("--requests", type=int, default=80)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    model = with_labels(make_model(options.items))
    report = measure(model, make_rules(model, options.rules), options.requests)
    print(json.dumps(report))
    if options.out is not None:
        options.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
