"""Do the reasons shown carry the place? Take away the top reason, and a random other one; prints JSON.

    python benchmarks/deletion.py --shop data/var/demo

For a product on a list, the weight of its largest positive contribution is set to 0 and the list is made again; so
too with another term that speaks for it, drawn at random. The drops in rank are compared, pair by pair.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from scipy.stats import wilcoxon

from recsys.explanation.changes import Change, ChangeKind, World, apply_change
from recsys.ranking.rank import SHORTLIST
from recsys.settings import ShopPaths
from recsys.training.runs import load_model
from recsys.workflows.lists import request_for

PLACES = 24


def place_without(world: World, term: str, item: int) -> int:
    """Place of the item once a term weighs nothing; one below the shortlist where it fell off it."""
    there = apply_change(world, Change(ChangeKind.WEIGHT, term, world.weights[term], 0.0))
    return there.place_of(item, SHORTLIST) or SHORTLIST + 1


def measure(paths: ShopPaths, n_pairs: int, seed: int) -> dict[str, object]:
    model, rng = load_model(paths), np.random.default_rng(seed)
    users = np.flatnonzero(model.interactions.histories.lengths)
    top, other, worst_sum = [], [], 0.0
    while len(top) < n_pairs:
        user = str(model.interactions.user_ids[rng.choice(users)])
        world = World(model, request_for(model, user, PLACES))
        ranking = world.rank(PLACES)
        place = int(rng.integers(len(ranking)))
        parts = ranking.contributions[place]
        worst_sum = max(worst_sum, abs(float(parts.sum() - ranking.scores[place])))
        speaking = np.flatnonzero(parts > 0)
        if len(speaking) < 2:
            continue
        first = int(speaking[np.argmax(parts[speaking])])
        second = int(rng.choice(speaking[speaking != first]))
        item = int(ranking.item_num[place])
        drops = [place_without(world, ranking.components[c], item) - (place + 1) for c in (first, second)]
        top.append(drops[0])
        other.append(drops[1])
    test = wilcoxon(top, other, alternative="greater")
    return {
        "run": model.run_id,
        "pairs": n_pairs,
        "largest_sum_error": worst_sum,
        "mean_drop_top_reason": round(float(np.mean(top)), 2),
        "mean_drop_random_reason": round(float(np.mean(other)), 2),
        "share_top_drops_more": round(float(np.mean(np.array(top) > np.array(other))), 4),
        "share_equal": round(float(np.mean(np.array(top) == np.array(other))), 4),
        "wilcoxon_p": float(test.pvalue),
        "target_p": 0.01,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shop", type=Path, required=True, help="a trained shop")
    parser.add_argument("--pairs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    print(json.dumps(measure(ShopPaths(given.shop), given.pairs, given.seed), indent=2))


if __name__ == "__main__":
    main()
