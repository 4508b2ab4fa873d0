"""Does the marked region of a picture carry the match? Blank it, and a random one of the same size; prints JSON.

    python benchmarks/picture_regions.py --shop data/var/demo

Pairs are products high on a list. The region is found by filling windows with the picture's mean colour. It is
judged twice: with the same fill, and with a blur that the search never saw, so that it is not the fill that is found.
The random region lies anywhere in the picture but does not share more than half of its area with the marked one.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from recsys.data.media import media_file
from recsys.encoders import load_image_encoder
from recsys.explanation.occlusion import Region, all_windows, judge_parts
from recsys.ranking import rank
from recsys.settings import ShopPaths
from recsys.training.runs import load_model
from recsys.workflows.lists import request_for
from recsys.workflows.occlusion import Occluder
from recsys.workflows.occlusion_worker import FILLS, encode_without


def overlap(a: Region, b: Region) -> float:
    """Share of a region's area that lies in another of the same size."""
    width = max(0.0, min(a.left, b.left) + a.width - max(a.left, b.left))
    height = max(0.0, min(a.top, b.top) + a.height - max(a.top, b.top))
    return width * height / (a.width * a.height)


def random_region(marked: Region, rng: np.random.Generator) -> Region:
    while True:
        left, top = rng.uniform(0, 1 - marked.width), rng.uniform(0, 1 - marked.height)
        region = Region(float(left), float(top), marked.width, marked.height)
        if overlap(marked, region) <= 0.5:
            return region


def measure(paths: ShopPaths, n_pairs: int, seed: int) -> dict[str, object]:
    model = load_model(paths)
    occluder, rng = Occluder(paths, model), np.random.default_rng(seed)
    encoder, space = load_image_encoder(occluder.encoder("image"), "cpu"), occluder.spaces["image"]
    assert space is not None, "the run's picture vectors are not kept any more"
    windows, wins = all_windows(), {fill: [] for fill in FILLS}
    losses: dict[str, list[tuple[float, float]]] = {fill: [] for fill in FILLS}
    unmarked, pairs = 0, 0
    for user in rng.permutation(np.flatnonzero(model.interactions.histories.lengths)):
        if pairs == n_pairs:
            break
        request = request_for(model, str(model.interactions.user_ids[user]), 24)
        item = int(rng.choice(rank(request, model).item_num))
        terms = model.terms(request.history, request.at)
        term = terms.parts[terms.names.index("image")]
        if not model.catalogue.images[item] or term.silent[0]:
            continue
        pairs += 1
        path = media_file(paths.media, model.catalogue.images[item][0])
        found = judge_parts(term, space, encode_without(encoder, path, [list(vars(w).values()) for w in windows]))
        if found.strongest is None:
            unmarked += 1
            continue
        marked = windows[found.strongest]
        both = [list(vars(region).values()) for region in (marked, random_region(marked, rng))]
        for fill in FILLS:
            lost = judge_parts(term, space, encode_without(encoder, path, both, fill)).drops
            wins[fill].append(lost[0] > lost[1])
            losses[fill].append(lost)
    return {
        "run": model.run_id,
        "pairs": pairs,
        "pairs_without_a_region": unmarked,
        "target": 0.8,
        "share_lower": {fill: round(float(np.mean(won)), 4) for fill, won in wins.items()},
        "mean_loss_marked_and_random": {f: np.mean(lost, axis=0).round(4).tolist() for f, lost in losses.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shop", type=Path, required=True, help="a trained shop with pictures")
    parser.add_argument("--pairs", type=int, default=120)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    print(json.dumps(measure(ShopPaths(given.shop), given.pairs, given.seed), indent=2))


if __name__ == "__main__":
    main()
