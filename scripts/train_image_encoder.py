"""Train the compact image encoder that ships with Vitrine, from data that is free to use.

    python -m scripts.train_image_encoder --photos DIR --work DIR [--start FILE] [--out FILE]

Data: the photos of `clothing_photos` (CC0, `photos.parquet` in DIR, training split only) and products drawn by
`recsys.simulation.drawing`. Nothing else. See docs/image_encoder.md for what is learned and how well.

Every step sees two augmented views of some photos and one of some drawn products, and adds up
  1. labels: silhouette, colour, pattern, cut and detail of a drawing, class of a photo (cosine softmax);
  2. self-supervision: a view of a photo finds what the averaged network says of the photo's other view;
  3. contrast with text: a picture finds its phrase ("navy striped dress") among those of the step.

The described half of the embedding (see `recsys.encoders.describe`) is set first, by principal components.
"""

import argparse
import time
from dataclasses import asdict
from pathlib import Path

import torch

from recsys.encoders.image.compact_vit import SHIPPED_WEIGHTS
from recsys.encoders.vit import save_network
from scripts.image_training.pictures import load_photos, render_drawn
from scripts.image_training.trainer import TrainConfig, Trainer

SAVE_EVERY_S = 120


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True, help="folder with photos.parquet (clothing_photos, CC0)")
    parser.add_argument("--work", type=Path, required=True, help="folder outside the repository for drawn pictures")
    parser.add_argument("--start", type=Path, help="weights to go on from; random ones without it")
    parser.add_argument("--out", type=Path, default=SHIPPED_WEIGHTS, help="weights to write")
    parser.add_argument("--threads", type=int, default=1)
    for name, value in asdict(TrainConfig()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    config = TrainConfig(**{name: getattr(arguments, name) for name in asdict(TrainConfig())})
    torch.set_num_threads(arguments.threads)
    arguments.work.mkdir(parents=True, exist_ok=True)
    drawn = render_drawn(arguments.work, config.n_drawn, config.seed)
    trainer = Trainer(config, load_photos(arguments.photos), drawn, arguments.start)
    started = saved = time.perf_counter()
    for number in range(config.steps):
        losses = trainer.step(number)
        now = time.perf_counter()
        if number % 20 == 0 or number == config.steps - 1:
            parts = " ".join(f"{name} {value:.3f}" for name, value in losses.items())
            spent = f"{now - started:.0f} s ({time.process_time():.0f} s of processor)"
            print(f"step {number}/{config.steps} {spent} {parts}", flush=True)
        if now - saved > SAVE_EVERY_S or number == config.steps - 1:
            save_network(trainer.average, arguments.out)
            saved = now
    print(f"wrote {arguments.out.name} after {time.perf_counter() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
