"""Why is a product not here? Seeds causes of every kind, and checks the gate named and the change offered; prints JSON.

    python benchmarks/absence.py --shop data/var/demo

Each case takes one shopper and one product that was, or was not, on her list, and brings about one cause. It counts
as right when `explain_absence` names the gate of that cause (and the rule, where it is one), and when the first change
it offers, applied from its JSON values and ranked anew by `ranking.rank`, shows the product.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from recsys.data.ranking import Diversity, Filters
from recsys.explanation.absence import explain_absence
from recsys.explanation.changes import Change, ChangeKind, World, apply_change
from recsys.explanation.gates import Gate
from recsys.ranking.rank import SHORTLIST
from recsys.rules.kinds import GroupBy, RuleKind
from recsys.rules.rule import Rule, RuleSet
from recsys.rules.selection import Selection
from recsys.settings import ShopPaths
from recsys.training.runs import load_model
from recsys.vocabulary import ItemScope
from recsys.workflows.lists import request_for

PLACES = 24


@dataclass(frozen=True, eq=False)
class Case:
    """One world in which one product is absent for a known reason."""

    world: World
    item_num: int
    gate: Gate
    rule_id: str = ""


Seed = Callable[[World, np.random.Generator], Case | None]


def rule(kind: RuleKind, selection: Selection, **numbers: object) -> Rule:
    return Rule(f"seeded-{kind.value.replace(' ', '-')}", kind, selection, "bench", "seeded cause", **numbers)  # type: ignore[arg-type]


def with_rule(world: World, added: Rule) -> World:
    others = () if world.rules is None else world.rules.rules
    return replace(world, rules=RuleSet(1, (*others, added)))


def listed(world: World, rng: np.random.Generator) -> int:
    return int(rng.choice(world.rank(PLACES).item_num))


def item_id(world: World, item: int) -> str:
    return str(world.model.catalogue.item_ids[item])


def not_launched(world: World, rng: np.random.Generator) -> Case | None:
    item = listed(world, rng)
    later = str(world.request.at + np.timedelta64(9, "D"))
    change = Change(ChangeKind.LAUNCH, item_id(world, item), None, later)
    return Case(apply_change(world, change), item, Gate.LAUNCH)


def sold_out(world: World, rng: np.random.Generator) -> Case | None:
    item = listed(world, rng)
    return Case(apply_change(world, Change(ChangeKind.STOCK, item_id(world, item), None, 0.0)), item, Gate.STOCK)


def filtered(filters: Callable[[World, int], Filters], gate: Gate) -> Seed:
    def seed(world: World, rng: np.random.Generator) -> Case | None:
        item = listed(world, rng)
        return Case(replace(world, request=replace(world.request, filters=filters(world, item))), item, gate)

    return seed


def other_category(world: World, item: int) -> Filters:
    tops = world.model.catalogue.top_categories
    return Filters(categories=(next(str(t) for t in tops if t != tops[item]),))


def cheaper(world: World, item: int) -> Filters:
    return Filters(price_to=float(world.model.catalogue.prices[item]) - 0.01)


def other_scope(world: World, item: int) -> Filters:
    return Filters(items=ItemScope.WARM if world.model.is_new[item] else ItemScope.NEW)


def seen(world: World, rng: np.random.Generator) -> Case | None:
    own = [int(i) for i in world.rank(PLACES).item_num if i in world.request.history.item_num]
    if not own:
        return None
    asked = replace(world.request, filters=Filters(exclude_seen=True))
    return Case(replace(world, request=asked), int(rng.choice(own)), Gate.SEEN)


def blocked(world: World, rng: np.random.Generator) -> Case | None:
    item = listed(world, rng)
    added = rule(RuleKind.BLOCK, Selection((item_id(world, item),)))
    return Case(with_rule(world, added), item, Gate.BLOCKED, added.rule_id)


def ruled_out(world: World, rng: np.random.Generator) -> Case | None:
    item = listed(world, rng)
    tops = world.model.catalogue.top_categories
    added = rule(RuleKind.FILTER, Selection(category=next(str(t) for t in tops if t != tops[item])))
    return Case(with_rule(world, added), item, Gate.RULE_FILTER, added.rule_id)


def buried(world: World, rng: np.random.Generator) -> Case | None:
    item = listed(world, rng)
    added = rule(RuleKind.BURY, Selection(brand=str(world.model.catalogue.brands[item])), strength=6.0)
    return Case(with_rule(world, added), item, Gate.BURIED, added.rule_id)


def capped(world: World, rng: np.random.Generator) -> Case | None:
    items, brands = world.rank(PLACES).item_num, world.model.catalogue.brands
    counts = Counter(str(brands[i]) for i in items)
    brand, n = counts.most_common(1)[0]
    if n < 2 or not brand:
        return None
    last = [int(i) for i in items if brands[i] == brand][-1]
    added = rule(RuleKind.CAP, Selection(brand=brand), limit=1, window=PLACES, per=GroupBy.BRAND)
    return Case(with_rule(world, added), last, Gate.CAPPED, added.rule_id)


def pushed_by_pin(world: World, rng: np.random.Generator) -> Case | None:
    ranked = world.rank(SHORTLIST).item_num
    added = rule(RuleKind.PIN, Selection((item_id(world, int(ranked[120])),)), place=int(rng.integers(1, PLACES)))
    return Case(with_rule(world, added), int(ranked[PLACES - 1]), Gate.PUSHED, added.rule_id)


def pushed_by_boost(world: World, rng: np.random.Generator) -> Case | None:
    ranked = world.rank(SHORTLIST).item_num
    added = rule(RuleKind.BOOST, Selection((item_id(world, int(ranked[60])),)), strength=5.0)
    return Case(with_rule(world, added), int(ranked[PLACES - 1]), Gate.PUSHED, added.rule_id)


def varied(world: World, rng: np.random.Generator) -> Case | None:
    there = replace(world, request=replace(world.request, diversity=Diversity(strength=0.6)))
    lost = np.setdiff1d(world.rank(PLACES).item_num, there.rank(PLACES).item_num)
    return Case(there, int(rng.choice(lost)), Gate.VARIETY) if len(lost) else None


def no_candidate(world: World, rng: np.random.Generator) -> Case | None:
    open_ = np.flatnonzero(world.model.on_sale(world.request.at))
    far = np.setdiff1d(open_, world.rank(4 * SHORTLIST).item_num)
    return Case(world, int(rng.choice(far)), Gate.CANDIDATES) if len(far) else None


def low_sum(world: World, rng: np.random.Generator) -> Case | None:
    return Case(world, int(rng.choice(world.rank(SHORTLIST).item_num[PLACES + 1 : 150])), Gate.LOWER_SUM)


def unknown(world: World, rng: np.random.Generator) -> Case | None:
    return Case(world, int(world.model.catalogue.numbers(["no such product"])[0]), Gate.CATALOGUE)


SEEDS: dict[str, Seed] = {
    "not launched": not_launched,
    "sold out": sold_out,
    "category filter": filtered(other_category, Gate.CATEGORY),
    "price filter": filtered(cheaper, Gate.PRICE),
    "scope filter": filtered(other_scope, Gate.SCOPE),
    "seen": seen,
    "block": blocked,
    "filter rule": ruled_out,
    "bury": buried,
    "cap": capped,
    "pin of another": pushed_by_pin,
    "boost of another": pushed_by_boost,
    "variety": varied,
    "no candidate": no_candidate,
    "low sum": low_sum,
    "not in catalogue": unknown,
}


def judge(case: Case) -> dict[str, object]:
    """Tell whether the gate is right, and whether the first change shows the product."""
    start, world = time.perf_counter(), case.world
    told = explain_absence(world.model, world.request, case.item_num, world.rules, PLACES)
    seconds = time.perf_counter() - start
    by_rule = not case.rule_id or any(f.rule_id == case.rule_id for f in told.findings)
    shown = False
    if told.smallest is not None:
        there = world
        for change in told.smallest.changes:
            there = apply_change(there, change)
        shown = case.item_num in there.rank(PLACES).item_num
    nothing_to_offer = case.gate == Gate.CATALOGUE and told.smallest is None
    change = [c.to_json() for c in told.smallest.changes] if told.smallest else []
    return {
        "gate": told.gate,
        "gate_right": told.gate == case.gate and by_rule,
        "shown_after_change": shown or nothing_to_offer,
        "sum_error": abs(sum(g.gap for g in told.gaps) - (told.bar - told.score)),
        "ways_offered": len(told.remedies),
        "seconds": round(seconds, 3),
        "change": change,
    }


def measure(paths: ShopPaths, n_cases: int, seed: int) -> dict[str, object]:
    model, rng = load_model(paths), np.random.default_rng(seed)
    users = rng.permutation(np.flatnonzero(model.interactions.histories.lengths > 3))
    cases: list[dict[str, object]] = []
    kinds, tried = list(SEEDS), 0
    while len(cases) < n_cases:
        world = World(model, request_for(model, str(model.interactions.user_ids[users[tried % len(users)]]), PLACES))
        name = kinds[len(cases) % len(kinds)]
        tried += 1
        case = SEEDS[name](world, rng)
        if case is None or (case.item_num >= 0 and case.world.place_of(case.item_num, PLACES) is not None):
            continue  # the cause does not bite here
        cases.append({"cause": name, "expected": case.gate, **judge(case)})
    right = [bool(c["gate_right"]) for c in cases]
    shown = [bool(c["shown_after_change"]) for c in cases]
    seconds = [float(str(c["seconds"])) for c in cases]
    return {
        "run": model.run_id,
        "cases": n_cases,
        "gate_right": sum(right),
        "shown_after_change": sum(shown),
        "both": sum(a and b for a, b in zip(right, shown, strict=True)),
        "target": 48,
        "median_s": round(float(np.median(seconds)), 3),
        "largest_s": max(seconds),
        "largest_sum_error": max(float(str(c["sum_error"])) for c in cases),
        "wrong": [c for c in cases if not (c["gate_right"] and c["shown_after_change"])],
        "causes": dict(Counter(str(c["cause"]) for c in cases)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shop", type=Path, required=True, help="a trained shop")
    parser.add_argument("--cases", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    print(json.dumps(measure(ShopPaths(given.shop), given.cases, given.seed), indent=2))


if __name__ == "__main__":
    main()
