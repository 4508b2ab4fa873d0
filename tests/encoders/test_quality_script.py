"""The published check of image encoders, on drawn products: any transformers model by path, and our own."""

import io
import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import transformers as hf

from recsys.simulation.drawing import draw_product, random_look
from tests.architecture.tree import REPOSITORY

N_PRODUCTS, N_PHOTOS = 160, 60
SMALL = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
VISION = SMALL | {"image_size": 32, "patch_size": 16}
TEXT = SMALL | {"vocab_size": 50, "max_position_embeddings": 16}


def drawn(rng):
    """A product's look and its picture as a file's bytes."""
    look = random_look(rng)
    file = io.BytesIO()
    draw_product(look, 32, int(rng.integers(2**31))).save(file, "JPEG")
    return look, file.getvalue()


@pytest.fixture(scope="module")
def datasets(tmp_path_factory):
    """Both data sets in small, with the columns of the real ones."""
    rng, folder = np.random.default_rng(4), tmp_path_factory.mktemp("datasets")
    looks, files = zip(*[drawn(rng) for _ in range(N_PRODUCTS + N_PHOTOS)], strict=True)
    products = pd.DataFrame(
        {
            "product_id": range(N_PRODUCTS),
            "title": [f"{look.colour} {look.silhouette} {look.pattern}" for look in looks[:N_PRODUCTS]],
            "gender": "Unisex",
            "master_category": "Things",
            "sub_category": [look.silhouette[0] for look in looks[:N_PRODUCTS]],
            "article_type": [look.silhouette for look in looks[:N_PRODUCTS]],
            "base_colour": [look.colour for look in looks[:N_PRODUCTS]],
        }
    )
    (folder / "fashion_catalogue").mkdir()
    products.to_parquet(folder / "fashion_catalogue" / "products.parquet")
    thumbnails = pd.DataFrame({"product_id": range(N_PRODUCTS), "image_bytes": files[:N_PRODUCTS]})
    thumbnails.to_parquet(folder / "fashion_catalogue" / "thumbnails.parquet")
    (folder / "clothing_photos").mkdir()
    kinds = ["top" if look.silhouette > "t-shirt" else "rest" for look in looks[N_PRODUCTS:]]
    photos = pd.DataFrame({"class": kinds, "image_bytes": files[N_PRODUCTS:]})
    photos["split"] = np.where(photos.index % 4 == 0, "validation", np.where(photos.index % 4 == 1, "test", "train"))
    photos.to_parquet(folder / "clothing_photos" / "photos.parquet")
    return folder


def model_folder(kind, folder):
    """Save a random model as transformers does."""
    vit, clip = hf.ViTConfig(**VISION), hf.CLIPConfig(text_config=TEXT, vision_config=VISION, projection_dim=12)
    (hf.ViTModel(vit) if kind == "vit" else hf.CLIPModel(clip)).save_pretrained(folder)
    hf.ViTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(folder)
    return str(folder)


def measure(datasets, tmp_path, *encoders, split="test"):
    """Run the script as a person does and return its report."""
    out = tmp_path / "report.json"
    sizes = ["--n-train", "100", "--n-test", "30", "--budget-s", "60", "--split", split, "--no-baselines"]
    script = [sys.executable, "benchmarks/image_encoder_quality.py", "--datasets", str(datasets), "--out", str(out)]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [*script, *sizes, "--encoder", *encoders], cwd=REPOSITORY, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(out.read_text())


def numbers(content):
    """All figures of a nested report."""
    return [n for value in content.values() for n in (numbers(value) if isinstance(value, dict) else [value])]


@pytest.mark.slow
def test_models_by_path_are_measured_like_our_own(datasets, tmp_path):
    folders = [model_folder(kind, tmp_path / kind) for kind in ("vit", "clip")]
    report = measure(datasets, tmp_path, "compact_vit", *folders)
    rows = {name.rpartition("-")[0]: row for name, row in report.items() if isinstance(row, dict) and "photos" in row}
    assert set(rows) == {"compact_vit", "vit", "clip"}
    assert report["n_held_out"] == 30 and report["split"] == "test"
    for row in rows.values():
        assert set(row["photos"]) == {"linear_probe", "nearest"}
        assert set(row["catalogue"]) == {"text_to_image_r10", "category", "colour", "tags"}
        assert set(row["catalogue"]["tags"]) == {"category", "colour", "pattern"}
        shares = [n for n in numbers(row["photos"]) + numbers(row["catalogue"]) if isinstance(n, float)]
        assert all(0 <= share <= 1 or np.isnan(share) for share in shares)
    assert rows["compact_vit"]["catalogue_tuned"]["n_pictures"] >= 90
    assert rows["compact_vit"]["catalogue_tuned"]["text_to_image_r10"] > 10 / 30
    assert "Only the compact ViT" in rows["vit"]["catalogue_tuned"]["skipped"]


@pytest.mark.slow
def test_choices_are_made_on_other_products_than_the_published_ones(datasets, tmp_path):
    folder = model_folder("vit", tmp_path / "vit")
    first, second = (measure(datasets, tmp_path, folder, split=split) for split in ("test", "validation"))
    (name,) = [name for name in first if name.startswith("vit-")]
    assert first[name]["catalogue"] != second[name]["catalogue"]
