"""How much an image encoder sees: classes of photos, attributes, retrieval and tags on a real catalogue. JSON out.

    python benchmarks/image_encoder_quality.py --datasets DIR [--encoder compact_vit …] [--split test] [--out FILE]

Rows: each encoder (a name, a `.safetensors` file, or the folder of any transformers vision model), and with
`--baselines` the same network untrained and colour histogram + HOG.
`photos` (clothing_photos): linear probe (penalty chosen on the validation split) and 10-nearest-neighbour accuracy.
`catalogue` (fashion_catalogue): of products that were held out, 10-nearest-neighbour accuracy of article type and base
colour; R@10 of finding one by its own text; accuracy of tags without labels (`recsys.encoders.tags`), "named" being
those whose probability is at least a half. Before fine-tuning pictures are carried into the text space by ridge
regression, after it by what was learned on the products that are not held out.
`--split validation` judges on other photos and products, for choices; `test` is for the published figures. No picture
of a held-out product is among the rest, byte-identical ones included.
"""

import argparse
import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from _image_baselines import HistogramAndHog, untrained
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from recsys.encoders import load_image_encoder, load_text_encoder
from recsys.encoders.contract import Embeddings, Encoder, normalise_rows
from recsys.encoders.fine_tune import FineTuneConfig, FineTuneResult, fine_tune_image_encoder
from recsys.encoders.tags import PROMPTS, embed_words, fit_tagger

NEIGHBOURS = 10
PATTERNS = {"striped": "strip", "checked": "check", "printed": "print", "plain": "solid", "floral": "floral"}
"""Tag → how a title says it; only titles that say exactly one are judged."""


@dataclass(frozen=True)
class Catalogue:
    """Held-out and other products: picture bytes, texts, labels ("" where unknown)."""

    pictures: list[bytes]
    texts: list[str]
    labels: dict[str, NDArray[np.str_]]
    rest: NDArray[np.intp]
    held_out: NDArray[np.intp]


def load_catalogue(folder: Path, n_train: int, n_test: int, seed: int, split: str) -> Catalogue:
    """Draw test products, the rest, and validation products; drop from the rest what a held-out picture equals."""
    products = pd.read_parquet(folder / "products.parquet").dropna(subset=["title", "base_colour"])
    frame = products.merge(pd.read_parquet(folder / "thumbnails.parquet"), on="product_id")
    frame = frame.sample(n_train + 2 * n_test, random_state=seed).reset_index(drop=True)
    test, rest, validation = frame[:n_test], frame[n_test : n_test + n_train], frame[n_test + n_train :]
    held_out = test if split == "test" else validation
    rest = rest[~rest["image_bytes"].isin(set(held_out["image_bytes"]))]
    frame = pd.concat([held_out, rest], ignore_index=True)
    path = frame[["master_category", "sub_category", "article_type"]].agg(" ".join, axis=1)
    texts = frame["title"] + ". " + path + ". " + frame["base_colour"] + ", " + frame["gender"]
    labels = {"category": frame["article_type"].to_numpy(str), "colour": frame["base_colour"].to_numpy(str)}
    return Catalogue(
        frame["image_bytes"].tolist(),
        texts.tolist(),
        labels | {"pattern": patterns_in(frame["title"].tolist())},
        np.arange(len(held_out), len(frame)),
        np.arange(len(held_out)),
    )


def patterns_in(titles: list[str]) -> NDArray[np.str_]:
    """Name the one pattern a title says, "" where it says none or several."""
    said = [[tag for tag, stem in PATTERNS.items() if stem in title.lower()] for title in titles]
    return np.array([tags[0] if len(tags) == 1 else "" for tags in said])


def nearest_accuracy(
    train: Embeddings, train_labels: NDArray[np.str_], test: Embeddings, test_labels: NDArray[np.str_]
) -> float:
    """Accuracy of a vote of the 10 nearest by cosine, weighted by exp(cosine / 0.1)."""
    names, codes = np.unique(train_labels, return_inverse=True)
    cosines = test @ train.T
    near = np.argpartition(-cosines, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    votes = np.zeros((len(test), len(names)))
    for column in near.T:
        votes[np.arange(len(test)), codes[column]] += np.exp(cosines[np.arange(len(test)), column] / 0.1)
    return float((names[votes.argmax(axis=1)] == test_labels).mean())


def recall_at_10(pictures: Embeddings, texts: Embeddings) -> float:
    """Share of distinct texts that have one of their own pictures among the 10 nearest of all."""
    distinct, group = np.unique(texts, axis=0, return_inverse=True)
    near = np.argpartition(-(distinct @ pictures.T), 10, axis=1)[:, :10]
    return float((group.reshape(-1)[near] == np.arange(len(distinct))[:, None]).any(axis=1).mean())


def ridge_map(features: Embeddings, targets: Embeddings, penalty: float = 1.0) -> NDArray[np.float64]:
    """Least-squares map from picture space to text space, (d + 1, d_text)."""
    x = np.column_stack([features, np.ones(len(features))]).astype(np.float64)
    return np.linalg.solve(x.T @ x + penalty * np.eye(x.shape[1]), x.T @ targets)


def probe_photos(encoder: Encoder, frame: pd.DataFrame, judged: str) -> dict[str, float]:
    """Linear probe and nearest neighbours on the photos of one split."""
    vectors = encoder.encode(frame["image_bytes"].tolist())
    labels = frame["class"].to_numpy(str)
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
    near = nearest_accuracy(vectors[part["train"]], labels[part["train"]], vectors[part[judged]], labels[part[judged]])
    probe = float(best.score(scale.transform(vectors[part[judged]]), labels[part[judged]]))
    return {"linear_probe": probe, "nearest": near}


def judge_vectors(
    vectors: Embeddings, in_text_space: Embeddings, shop: Catalogue, texts: Embeddings
) -> dict[str, float]:
    """Nearest neighbours and retrieval of the held-out products."""
    rest, held_out = shop.rest, shop.held_out
    found = {"text_to_image_r10": recall_at_10(in_text_space[held_out], texts[held_out])}
    for name in ("category", "colour"):
        labels = shop.labels[name]
        found[name] = nearest_accuracy(vectors[rest], labels[rest], vectors[held_out], labels[held_out])
    return found


def judge_tags(in_text_space: Embeddings, shop: Catalogue, text_encoder: Encoder) -> dict[str, dict[str, float]]:
    """Accuracy of tags without labels on held-out products, of all and of those named, beside the commonest word."""
    found = {}
    for name, labels in shop.labels.items():
        words = sorted(set(labels) - {""})
        prototypes = embed_words([word.lower() for word in words], PROMPTS[name], text_encoder)
        tagger = fit_tagger(words, prototypes, in_text_space)
        rows = shop.held_out[labels[shop.held_out] != ""]
        truth = labels[rows]
        right = np.array([word for word, _ in tagger.name(in_text_space[rows], 0.0)]) == truth
        named = np.array([word != "" for word, _ in tagger.name(in_text_space[rows])])
        common = max(words, key=lambda word, labels=labels: int((labels[shop.rest] == word).sum()))
        shares = {"accuracy": right.mean(), "named": named.mean(), "most_common": (truth == common).mean()}
        shares["accuracy_of_named"] = right[named].mean() if named.any() else np.nan
        found[name] = {key: float(value) for key, value in shares.items()} | {"n": len(rows), "words": len(words)}
    return found


def before_tuning(encoder: Encoder, shop: Catalogue, texts: Embeddings, text_encoder: Encoder) -> dict[str, object]:
    """Judge the encoder as it is, with a linear map into the text space."""
    vectors = encoder.encode(shop.pictures)
    mapping = ridge_map(vectors[shop.rest], texts[shop.rest])
    mapped = normalise_rows(np.column_stack([vectors, np.ones(len(vectors))]) @ mapping)
    return {**judge_vectors(vectors, mapped, shop, texts), "tags": judge_tags(mapped, shop, text_encoder)}


def after_tuning(
    encoder: Encoder, shop: Catalogue, texts: Embeddings, text_encoder: Encoder, config: FineTuneConfig
) -> dict[str, object]:
    """Judge after fine-tuning on the products that are not held out."""
    rest = [shop.pictures[row] for row in shop.rest]
    result: FineTuneResult = fine_tune_image_encoder(encoder, rest, texts[shop.rest], text_encoder.encoder_id, config)
    if result.skipped:
        return {"skipped": result.skipped}
    vectors = result.encoder.encode(shop.pictures)
    mapped = result.encoder.project(vectors)  # type: ignore[attr-defined]
    spent = {"n_pictures": result.n_pictures, "n_steps": len(result.losses), "elapsed_s": round(result.elapsed_s, 1)}
    losses = {"first_loss": result.losses[0], "last_loss": result.losses[-1], "cut_short": result.cut_short}
    return {
        **judge_vectors(vectors, mapped, shop, texts),
        "tags": judge_tags(mapped, shop, text_encoder),
        **spent,
        **losses,
    }


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--datasets", type=Path, required=True)
    parser.add_argument("--encoder", nargs="*", default=["compact_vit"])
    parser.add_argument("--baselines", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--split", choices=["validation", "test"], default="test")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--n-train", type=int, default=4000)
    parser.add_argument("--n-test", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--budget-s", type=float, default=600.0)
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    photos = pd.read_parquet(arguments.datasets / "clothing_photos" / "photos.parquet")
    folder, sizes = arguments.datasets / "fashion_catalogue", (arguments.n_train, arguments.n_test)
    shop = load_catalogue(folder, *sizes, arguments.seed, arguments.split)
    text_encoder = load_text_encoder()
    texts = text_encoder.encode(shop.texts)
    config = replace(FineTuneConfig(), budget_s=arguments.budget_s)
    encoders: list[Encoder] = [load_image_encoder(name) for name in arguments.encoder]
    encoders += [untrained(), HistogramAndHog()] if arguments.baselines else []
    report: dict[str, object] = {"split": arguments.split, "seed": arguments.seed, "fine_tune": asdict(config)}
    report |= {"n_rest": len(shop.rest), "n_held_out": len(shop.held_out)}
    for encoder in encoders:
        started = time.perf_counter()
        report[encoder.encoder_id] = {
            "photos": probe_photos(encoder, photos, arguments.split),
            "catalogue": before_tuning(encoder, shop, texts, text_encoder),
            "catalogue_tuned": after_tuning(encoder, shop, texts, text_encoder, config),
        }
        print(
            encoder.encoder_id,
            f"{time.perf_counter() - started:.0f} s",
            json.dumps(report[encoder.encoder_id]),
            flush=True,
        )
        if arguments.out:
            arguments.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
