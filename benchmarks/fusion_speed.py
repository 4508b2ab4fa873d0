"""How fast weights are judged: exact curves, the 21 × 21 map, one evaluation of every goal; prints JSON.

    python benchmarks/fusion_speed.py

Terms are drawn with a common taste behind them, so that tops of lists overlap as real ones do. The budgets stand in
`BUDGETS_S`; medians are held against them.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable

import numpy as np

from recsys.fusion.curve import trace_weight
from recsys.fusion.goals import ListFacts, judge_lists
from recsys.fusion.holdout import HoldoutTerms
from recsys.fusion.surface import map_surface

NAMES = ("text", "image", "behaviour", "repeat", "trend", "fresh", "response")
WEIGHTS = {"text": 0.4, "image": 0.4, "behaviour": 0.8, "repeat": 0.2, "trend": 0.2, "fresh": 0.1, "response": 0.3}
BUDGETS_S = {"curve_holdout": 0.1, "curve_10k_users": 4.0, "map_1k_users": 5.0, "goals_holdout": 0.02}


def draw(n_users: int, n_candidates: int, n_relevant: int, seed: int = 0) -> HoldoutTerms:
    """Noisy views of one taste per shopper; she chose what she likes best."""
    rng = np.random.default_rng(seed)
    taste = rng.normal(size=(n_users, n_candidates)).astype(np.float32)
    noise = [0.8 * rng.normal(size=taste.shape).astype(np.float32) for _ in NAMES]
    liked = taste + rng.normal(size=taste.shape)
    relevant = np.zeros(taste.shape, bool)
    np.put_along_axis(relevant, np.argpartition(-liked, n_relevant, axis=1)[:, :n_relevant], True, axis=1)
    return HoldoutTerms(NAMES, np.stack([0.6 * taste + n for n in noise]), relevant, np.ones(taste.shape, bool))


def facts_of(n_candidates: int, seed: int = 0) -> ListFacts:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(n_candidates, 32)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    between = 1.0 - np.clip(vectors @ vectors.T, 0.0, 1.0)
    return ListFacts(
        new=rng.random(n_candidates) < 0.1,
        novelty=rng.random(n_candidates).astype(np.float32),
        margin=rng.random(n_candidates),
        distances=lambda places: between[places[:, :, None], places[:, None, :]],
        costs=dict.fromkeys(NAMES, 1.0),
    )


def median_s(work: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return round(statistics.median(times), 4)


def measure(scale: float, rounds: int) -> dict[str, object]:
    holdout, facts = draw(150, max(int(2000 * scale), 40), 6), facts_of(max(int(2000 * scale), 40))
    many = draw(max(int(10_000 * scale), 20), max(int(500 * scale), 40), 5)
    sample = draw(max(int(1000 * scale), 20), max(int(2000 * scale), 40), 5)
    steps = len(trace_weight(many, WEIGHTS, "text").points)
    figures = {
        "curve_holdout": median_s(lambda: trace_weight(holdout, WEIGHTS, "text"), rounds),
        "curve_10k_users": median_s(lambda: trace_weight(many, WEIGHTS, "text"), 1),
        "map_1k_users": median_s(lambda: map_surface(sample, WEIGHTS, "text", "image"), 1),
        "goals_holdout": median_s(lambda: judge_lists(holdout, facts, WEIGHTS), rounds),
    }
    within = {name: seconds <= BUDGETS_S[name] for name, seconds in figures.items()}
    machine = {"cpus": os.cpu_count(), "load_1_min": round(os.getloadavg()[0], 2)}
    return {
        "seconds": figures,
        "steps_10k_users": steps,
        "budgets_s": BUDGETS_S,
        "within_budget": within,
        "machine": machine,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0, help="share of shoppers and candidates, for a trial run")
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    print(json.dumps(measure(given.scale, given.rounds), indent=2))


if __name__ == "__main__":
    main()
