"""A catalogue's content as vectors: text first, then pictures by an encoder fitted to the shop's own."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.catalogue import Catalogue
from recsys.encoders.supplied import SUPPLIED, read_supplied
from recsys.progress import Progress, scaled
from recsys.settings import Settings
from recsys.training.config import TrainingConfig

ENCODER_FOLDER = "image_encoder"


@dataclass(frozen=True, eq=False)
class ContentVectors:
    """Embeddings by modality, and what made them.

    Parameters
    ----------
    embeddings
        "text" and "image" to float32 (n_items, d), NaN rows where an item has no such content.
    facts
        Encoder ids, fine-tuning and counts.
    """

    embeddings: dict[str, NDArray[np.float32]]
    facts: dict[str, Any] = field(default_factory=dict)


def embed_catalogue(
    catalogue: Catalogue,
    settings: Settings,
    config: TrainingConfig,
    known_by: np.datetime64,
    run_folder: Path,
    progress: Progress,
) -> ContentVectors:
    """Encode texts and pictures through the shop's cache; a modality with supplied vectors takes those.

    Parameters
    ----------
    catalogue
        The items.
    settings
        Where cache and media are, and the device.
    config
        Which encoders, and how long to fine-tune.
    known_by
        Fine-tuning sees only items launched before this time, so that later ones judge it honestly.
    run_folder
        Where a tuned encoder is saved.
    progress
        Told of every batch.
    """
    vectors = ContentVectors({})
    supplied = read_supplied(settings.shop.embeddings, catalogue.item_ids)
    for modality, encoder in (("text", config.text_encoder), ("image", config.image_encoder)):
        if encoder and modality in supplied:
            vectors.embeddings[modality] = supplied[modality]
            vectors.facts[f"{modality}_encoder"] = SUPPLIED
    if config.text_encoder and "text" not in supplied:
        _embed_texts(catalogue, settings, config, vectors, scaled(progress, 0.0, 0.4))
    if config.image_encoder and "image" not in supplied and any(catalogue.images):
        _embed_images(catalogue, settings, config, known_by, run_folder, vectors, scaled(progress, 0.4, 1.0))
    return vectors


def _embed_texts(
    catalogue: Catalogue, settings: Settings, config: TrainingConfig, vectors: ContentVectors, progress: Progress
) -> None:
    """Encode the texts."""
    from recsys.encoders import load_text_encoder
    from recsys.encoders.cache import EmbeddingCache
    from recsys.encoders.catalogue import encode_texts

    progress("Loading the text encoder", 0.0)
    encoder = load_text_encoder(config.text_encoder, settings.device)
    cache = EmbeddingCache(settings.shop.embeddings)
    vectors.embeddings["text"] = encode_texts(catalogue.texts(), encoder, cache, _counted(progress, "Reading texts"))
    vectors.facts["text_encoder"] = encoder.encoder_id


def _embed_images(
    catalogue: Catalogue,
    settings: Settings,
    config: TrainingConfig,
    known_by: np.datetime64,
    run_folder: Path,
    vectors: ContentVectors,
    progress: Progress,
) -> None:
    """Fine-tune on the shop's own pictures if asked and possible, then encode the pictures."""
    from recsys.encoders import load_image_encoder
    from recsys.encoders.cache import EmbeddingCache
    from recsys.encoders.catalogue import encode_images

    progress("Loading the image encoder", 0.0)
    encoder = load_image_encoder(config.image_encoder, settings.device)
    if config.fine_tune_s and "text" in vectors.embeddings:
        encoder = _fine_tune(
            encoder, catalogue, settings, config, known_by, run_folder, vectors, scaled(progress, 0.0, 0.5)
        )
    cache = EmbeddingCache(settings.shop.embeddings)
    told = scaled(progress, 0.5, 1.0)
    vectors.embeddings["image"] = encode_images(
        catalogue.images, settings.shop.media, encoder, cache, _counted(told, "Looking at pictures")
    )
    vectors.facts["image_encoder"] = encoder.encoder_id
    if vectors.facts.get("text_encoder", SUPPLIED) != SUPPLIED:
        progress("Naming what pictures show", 1.0)
        _tag(encoder, catalogue, settings, config, run_folder, vectors)


def _tag(
    encoder: Any,
    catalogue: Catalogue,
    settings: Settings,
    config: TrainingConfig,
    run_folder: Path,
    vectors: ContentVectors,
) -> None:
    """Keep words for what pictures show, found in the space that a tuned encoder shares with the texts."""
    from recsys.encoders import load_text_encoder
    from recsys.encoders.image.tuned import TunedVitEncoder
    from recsys.training.picture_tags import tag_catalogue, write_tags

    if isinstance(encoder, TunedVitEncoder):
        tower = load_text_encoder(config.text_encoder, settings.device)
        tags = tag_catalogue(catalogue, encoder.project(vectors.embeddings["image"]), tower)
        write_tags(run_folder, tags)
        vectors.facts["picture_tags"] = int((tags["tag"] != "").sum())


def _fine_tune(
    encoder: Any,
    catalogue: Catalogue,
    settings: Settings,
    config: TrainingConfig,
    known_by: np.datetime64,
    run_folder: Path,
    vectors: ContentVectors,
    progress: Progress,
) -> Any:
    """Return the encoder to use, tuned or as it came, and note which."""
    from recsys.data.media import media_file
    from recsys.encoders.fine_tune import FineTuneConfig, fine_tune_image_encoder
    from recsys.encoders.image.tuned import TunedVitEncoder

    early = np.isnat(catalogue.launched_at) | (catalogue.launched_at < known_by)
    rows = [i for i in np.flatnonzero(early) if catalogue.images[i]]
    pictures = [media_file(settings.shop.media, catalogue.images[i][0]) for i in rows]
    result = fine_tune_image_encoder(
        encoder,
        pictures,
        vectors.embeddings["text"][rows],
        vectors.facts["text_encoder"],
        FineTuneConfig(budget_s=config.fine_tune_s, seed=config.seed),
        progress,
    )
    vectors.facts["fine_tuning"] = result.skipped or (
        f"{result.n_pictures} pictures, {len(result.losses)} steps, {result.elapsed_s:.0f} s"
        + (", cut short by its time budget" if result.cut_short else "")
    )
    if isinstance(result.encoder, TunedVitEncoder):
        result.encoder.save(run_folder / ENCODER_FOLDER)
    return result.encoder


def _counted(progress: Progress, stage: str) -> Any:
    """Turn (done, total) into progress of one stage."""

    def report(done: int, total: int) -> None:
        progress(stage, done / max(total, 1), message=f"{done:,} of {total:,}")

    return report
