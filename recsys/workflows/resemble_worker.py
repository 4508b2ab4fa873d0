"""The child that finds what a sentence or a picture resembles: `python -m recsys.workflows.resemble_worker JOB`.

It loads a run's encoders and the catalogue's kept vectors once, then answers one JSON line for each one asked, and ends
after a while without a question. The process that shows pages never loads a network.
"""

import json
import select
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
from PIL import Image

from recsys.data.catalogue import Catalogue
from recsys.encoders.contract import Embeddings, Encoder, normalise_rows
from recsys.errors import InputError, VitrineError

MAX_PIXELS = 25_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
IDLE_S = 600.0
_UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError)


@dataclass(frozen=True, eq=False)
class Side:
    """One modality of the catalogue: centred unit vectors, float32 (n_items, d), NaN where there is none; the mean."""

    vectors: Embeddings
    mean: Embeddings

    @classmethod
    def of(cls, vectors: Embeddings) -> "Side":
        """Centre over the items that have a vector."""
        known = np.isfinite(vectors).all(axis=1)
        mean = vectors[known].mean(axis=0) if known.any() else np.zeros(vectors.shape[1], np.float32)
        return cls(normalise_rows(vectors - mean), mean)

    def nearest(self, query: Embeddings, mean: Embeddings, k: int) -> list[tuple[int, float]]:
        """Items and cosines, nearest first, of a query that is centred by a mean of its own kind."""
        cosine = self.vectors @ normalise_rows((query - mean)[None])[0]
        cosine = np.where(np.isfinite(cosine), cosine, -np.inf)
        order = np.argsort(-cosine, kind="stable")[:k]
        return [(int(i), round(float(cosine[i]), 4)) for i in order if np.isfinite(cosine[i])]


class Resemblance:
    """Encoders and vectors of one run.

    Parameters
    ----------
    job
        `catalogue` (Parquet), `embeddings` and `media` (folders), `text` and `image` (encoders, "" for none).
    """

    def __init__(self, job: dict[str, Any]) -> None:
        from recsys.encoders import load_image_encoder, load_text_encoder
        from recsys.encoders.cache import EmbeddingCache
        from recsys.encoders.catalogue import encode_images, encode_texts

        catalogue = Catalogue(pd.read_parquet(job["catalogue"]))
        cache = EmbeddingCache(Path(job["embeddings"]))
        self.text: Encoder | None = None
        self.image: Encoder | None = None
        self.texts = self.pictures = self.shown = None
        if job["text"]:
            self.text = load_text_encoder(job["text"], "cpu")
            self.texts = Side.of(encode_texts(catalogue.texts(), self.text, cache))
        if job["image"]:
            self.image = load_image_encoder(job["image"], "cpu")
            vectors = encode_images(catalogue.images, Path(job["media"]), self.image, cache)
            self.pictures = Side.of(vectors)
            if hasattr(self.image, "project") and self.text is not None:
                self.shown = Side.of(cast(Any, self.image).project(vectors))

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Return `text` and `image`: lists of item number and cosine, nearest first, None where there is no way.

        Raises
        ------
        InputError
            When the picture cannot be read, or the run cannot encode what is asked.
        """
        k = int(asked.get("k", 12))
        return self._of_text(str(asked["text"]), k) if "text" in asked else self._of_picture(Path(asked["picture"]), k)

    def _of_text(self, text: str, k: int) -> dict[str, Any]:
        """A sentence against texts, and against pictures where a tuned encoder joins both."""
        if self.text is None or self.texts is None:
            raise InputError("This run reads no texts by an encoder, so a sentence cannot be compared.")
        query = self.text.encode([text.strip()])[0]
        if not np.isfinite(query).all():
            raise InputError("The sentence is empty: write a few words.")
        mean = self.texts.mean
        return {
            "text": self.texts.nearest(query, mean, k),
            "image": None if self.shown is None else self.shown.nearest(query, mean, k),
        }

    def _of_picture(self, path: Path, k: int) -> dict[str, Any]:
        """A picture against pictures, and against texts where a tuned encoder joins both."""
        if self.image is None or self.pictures is None:
            raise InputError("This run reads no pictures by an encoder, so a picture cannot be compared.")
        query = self.image.encode([open_picture(path)])[0]
        found: dict[str, Any] = {"image": self.pictures.nearest(query, self.pictures.mean, k), "text": None}
        if self.shown is not None and self.texts is not None:
            projected = cast(Any, self.image).project(query[None])[0]
            found["text"] = self.texts.nearest(projected, self.shown.mean, k)
        return found


def open_picture(path: Path) -> Image.Image:
    """Return a picture's first frame, upright, in RGB on white.

    Raises
    ------
    InputError
        When it is no picture, is damaged, or has more than 25 million pixels.
    """
    from PIL import ImageOps

    try:
        with Image.open(path, formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise InputError(
                    f"The picture has {image.width:,} × {image.height:,} pixels, more than {MAX_PIXELS // 10**6} "
                    "million: make it smaller."
                )
            upright = ImageOps.exif_transpose(image)
            if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
                whole = upright.convert("RGBA")
                upright = Image.alpha_composite(Image.new("RGBA", whole.size, "white"), whole)
            return upright.convert("RGB")
    except _UNREADABLE as error:
        raise InputError(f"The picture is damaged or none ({error}): choose another file.") from error


def main(job: str) -> None:
    """Answer questions from standard input until none has come for a while."""
    try:
        resemblance = Resemblance(json.loads(job))
    except VitrineError as error:
        _say({"refused": str(error)})
        return
    _say({"ready": True})
    while select.select([sys.stdin], [], [], IDLE_S)[0] and (line := sys.stdin.readline()):
        try:
            _say(resemblance.answer(json.loads(line)))
        except VitrineError as error:
            _say({"refused": str(error)})


def _say(said: dict[str, Any]) -> None:
    """One line."""
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
