"""How much an image encoder sees: classes of photos, attributes and text retrieval on a real catalogue. JSON out.

    python benchmarks/image_encoder_quality.py --datasets DIR [--encoder compact_vit] [--out FILE]

Rows: the encoder, the same network untrained, and colour histogram + HOG.
`photos` (clothing_photos): linear probe (penalty chosen on the validation split) and 10-nearest-neighbour accuracy on
the test split. `catalogue` (fashion_catalogue): 10-nearest-neighbour accuracy of article type and base colour of
held-out products, and R@10 of finding a held-out product by its own text, before (a ridge map into the text space) and
after fine-tuning on the rest. No picture of a held-out product is among the rest, byte-identical ones included.
"""

import argparse
import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from recsys.encoders import load_image_encoder, load_text_encoder
from recsys.encoders.contract import Embeddings, Encoder, normalise_rows
from recsys.encoders.fine_tune import FineTuneConfig, FineTuneResult, fine_tune_image_encoder
from recsys.encoders.image.compact_vit import CompactVitEncoder
from recsys.encoders.pictures import read_batches
from recsys.encoders.vit import CompactVit, VitConfig

NEIGHBOURS = 10


class HistogramAndHog:
    """The classical baseline as an encoder: joint colour histogram (8 × 8 × 8) and oriented gradients (8 × 8 × 9)."""

    encoder_id = "histogram_hog-1"
    embedding_size = 512 + 576

    def encode(self, contents: list[bytes], progress: object = None) -> Embeddings:
        """Encode picture files; float32 (n, 1088) of length 1."""
        vectors = np.full((len(contents), self.embedding_size), np.nan, dtype=np.float32)
        for rows, pixels in read_batches(contents, 96, 256):
            halves = [normalise_rows(colour_histogram(pixels)), normalise_rows(oriented_gradients(pixels) + 1e-9)]
            vectors[rows] = np.concatenate(halves, axis=1)
        return normalise_rows(vectors)


def colour_histogram(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Square root of the share of pixels in each of 512 colours, (b, 512)."""
    code = (pixels >> 5).astype(np.int64) @ np.array([64, 8, 1])
    counts = np.stack([np.bincount(one.ravel(), minlength=512) for one in code])
    return np.sqrt(counts / code[0].size).astype(np.float32)


def oriented_gradients(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Histograms of 9 edge directions in 8 × 8 cells, normalised over 2 × 2 blocks' energy, (b, 576)."""
    grey = pixels.astype(np.float32).mean(axis=3)
    down, right = np.gradient(grey, axis=(1, 2))
    strength = np.hypot(down, right)
    direction = (np.arctan2(down, right) / np.pi % 1.0 * 8.999).astype(np.int64)
    cells = np.zeros((len(pixels), 8, 8, 9), dtype=np.float32)
    side = pixels.shape[1] // 8
    for bin_number in range(9):
        plane = np.where(direction == bin_number, strength, 0)
        cells[..., bin_number] = plane.reshape(len(pixels), 8, side, 8, side).sum(axis=(2, 4))
    energy = np.sqrt((cells**2).sum(axis=3, keepdims=True)) + 20.0
    return np.sqrt(cells / energy).reshape(len(pixels), -1)


@dataclass(frozen=True)
class Catalogue:
    """Held-out and other products: picture bytes, texts, labels."""

    pictures: list[bytes]
    texts: list[str]
    article_type: NDArray[np.object_]
    colour: NDArray[np.object_]
    train: NDArray[np.intp]
    test: NDArray[np.intp]


def load_catalogue(folder: Path, n_train: int, n_test: int, seed: int) -> Catalogue:
    """Draw products; a rest product whose thumbnail equals a held-out one is dropped."""
    products = pd.read_parquet(folder / "products.parquet").dropna(subset=["title", "base_colour"])
    frame = products.merge(pd.read_parquet(folder / "thumbnails.parquet"), on="product_id")
    frame = frame.sample(n_train + n_test, random_state=seed).reset_index(drop=True)
    held_out = set(frame["image_bytes"].head(n_test))
    keep = (frame.index < n_test) | ~frame["image_bytes"].isin(held_out)
    frame = frame[keep].reset_index(drop=True)
    path = frame[["master_category", "sub_category", "article_type"]].agg(" ".join, axis=1)
    texts = frame["title"] + ". " + path + ". " + frame["base_colour"] + ", " + frame["gender"]
    return Catalogue(
        frame["image_bytes"].tolist(),
        texts.tolist(),
        frame["article_type"].to_numpy(dtype=object),
        frame["base_colour"].to_numpy(dtype=object),
        np.arange(n_test, len(frame)),
        np.arange(n_test),
    )


def nearest_accuracy(
    train: Embeddings, train_labels: NDArray[np.object_], test: Embeddings, test_labels: NDArray[np.object_]
) -> float:
    """Accuracy of a vote of the 10 nearest by cosine, weighted by exp(cosine / 0.1)."""
    names, codes = np.unique(train_labels.astype(str), return_inverse=True)
    cosines = test @ train.T
    near = np.argpartition(-cosines, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    votes = np.zeros((len(test), len(names)))
    for column in near.T:
        votes[np.arange(len(test)), codes[column]] += np.exp(cosines[np.arange(len(test)), column] / 0.1)
    return float((names[votes.argmax(axis=1)] == test_labels.astype(str)).mean())


def recall_at_10(pictures: Embeddings, texts: Embeddings) -> float:
    """Share of distinct texts that have one of their own pictures among the 10 nearest of all."""
    distinct, group = np.unique(texts, axis=0, return_inverse=True)
    near = np.argpartition(-(distinct @ pictures.T), 10, axis=1)[:, :10]
    return float((group.reshape(-1)[near] == np.arange(len(distinct))[:, None]).any(axis=1).mean())


def ridge_map(features: Embeddings, targets: Embeddings, penalty: float = 1.0) -> NDArray[np.float64]:
    """Least-squares map from picture space to text space, (d + 1, d_text)."""
    x = np.column_stack([features, np.ones(len(features))]).astype(np.float64)
    return np.linalg.solve(x.T @ x + penalty * np.eye(x.shape[1]), x.T @ targets)


def probe_photos(encoder: Encoder, frame: pd.DataFrame) -> dict[str, float]:
    """Linear probe and nearest neighbours on the photos."""
    vectors = encoder.encode(frame["image_bytes"].tolist())
    labels = frame["class"].to_numpy(dtype=object)
    part = {name: (frame["split"] == name).to_numpy() for name in ("train", "validation", "test")}
    scale = StandardScaler().fit(vectors[part["train"]])
    best, best_accuracy = None, -1.0
    for penalty in (0.001, 0.01, 0.1, 1.0):
        model = LogisticRegression(C=penalty, max_iter=400).fit(
            scale.transform(vectors[part["train"]]), labels[part["train"]]
        )
        accuracy = model.score(scale.transform(vectors[part["validation"]]), labels[part["validation"]])
        if accuracy > best_accuracy:
            best, best_accuracy = model, accuracy
    assert best is not None
    return {
        "linear_probe": float(best.score(scale.transform(vectors[part["test"]]), labels[part["test"]])),
        "nearest": nearest_accuracy(
            vectors[part["train"]], labels[part["train"]], vectors[part["test"]], labels[part["test"]]
        ),
    }


def attributes(vectors: Embeddings, shop: Catalogue) -> dict[str, float]:
    """Nearest-neighbour accuracy of the two attributes on held-out products."""
    train, test = vectors[shop.train], vectors[shop.test]
    return {
        "article_type": nearest_accuracy(train, shop.article_type[shop.train], test, shop.article_type[shop.test]),
        "colour": nearest_accuracy(train, shop.colour[shop.train], test, shop.colour[shop.test]),
    }


def before_tuning(encoder: Encoder, shop: Catalogue, texts: Embeddings) -> dict[str, float]:
    """Attributes and retrieval with the encoder as it is and a linear map into the text space."""
    vectors = encoder.encode(shop.pictures)
    mapping = ridge_map(vectors[shop.train], texts[shop.train])
    mapped = normalise_rows(np.column_stack([vectors[shop.test], np.ones(len(shop.test))]) @ mapping)
    return attributes(vectors, shop) | {"text_to_image_r10": recall_at_10(mapped, texts[shop.test])}


def after_tuning(
    encoder: Encoder, shop: Catalogue, texts: Embeddings, text_id: str, config: FineTuneConfig
) -> dict[str, object]:
    """Attributes and retrieval after fine-tuning on the products that are not held out."""
    rest = [shop.pictures[row] for row in shop.train]
    result: FineTuneResult = fine_tune_image_encoder(encoder, rest, texts[shop.train], text_id, config)
    if result.skipped:
        return {"skipped": result.skipped}
    vectors = result.encoder.encode(shop.pictures)
    found = recall_at_10(result.encoder.project(vectors[shop.test]), texts[shop.test])  # type: ignore[attr-defined]
    spent = {"n_pictures": result.n_pictures, "n_steps": len(result.losses), "elapsed_s": round(result.elapsed_s, 1)}
    losses = {"first_loss": result.losses[0], "last_loss": result.losses[-1], "cut_short": result.cut_short}
    return attributes(vectors, shop) | {"text_to_image_r10": found} | spent | losses


def untrained() -> CompactVitEncoder:
    """The same network with random weights everywhere, the directions of its described half included."""
    torch.manual_seed(0)
    network = CompactVit(VitConfig()).eval()
    for projection in (network.summary.edges, network.summary.colours):
        torch.nn.init.normal_(projection, std=projection.shape[0] ** -0.5)
    return CompactVitEncoder(network, "untrained")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--datasets", type=Path, required=True)
    parser.add_argument("--encoder", default="compact_vit")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--n-train", type=int, default=6000)
    parser.add_argument("--n-test", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--budget-s", type=float, default=FineTuneConfig().budget_s)
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    photos = pd.read_parquet(arguments.datasets / "clothing_photos" / "photos.parquet")
    shop = load_catalogue(arguments.datasets / "fashion_catalogue", arguments.n_train, arguments.n_test, arguments.seed)
    text_encoder = load_text_encoder()
    texts = text_encoder.encode(shop.texts)
    config = replace(FineTuneConfig(), budget_s=arguments.budget_s)
    encoder = load_image_encoder(arguments.encoder)
    rows: dict[str, Encoder] = {
        encoder.encoder_id: encoder,
        "untrained": untrained(),
        "histogram_hog": HistogramAndHog(),
    }
    report: dict[str, object] = {"fine_tune": asdict(config), "n_train": len(shop.train), "n_test": len(shop.test)}
    for name, one in rows.items():
        started = time.perf_counter()
        row: dict[str, object] = {"photos": probe_photos(one, photos), "catalogue": before_tuning(one, shop, texts)}
        if isinstance(one, CompactVitEncoder):
            row["catalogue_tuned"] = after_tuning(one, shop, texts, text_encoder.encoder_id, config)
        report[name] = row
        print(name, json.dumps(row), f"{time.perf_counter() - started:.0f} s", flush=True)
    if arguments.out:
        arguments.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
