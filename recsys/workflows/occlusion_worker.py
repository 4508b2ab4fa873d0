"""The child that loads the networks: `python -m recsys.workflows.occlusion_worker FOLDER` does the job noted there."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from recsys.encoders.contract import Encoder

Floats = NDArray[np.float32]
FILLS = ("mean", "blur")
"""What stands in for a part that is left out: the picture's mean colour, or the part blurred beyond recognition."""


def blank(picture: Image.Image, region: Sequence[float], fill: str = FILLS[0]) -> Image.Image:
    """Return a picture with one region left out.

    Parameters
    ----------
    picture
        RGB.
    region
        left, top, width, height in fractions.
    fill
        One of `FILLS`.
    """
    left, top, width, height = region
    box = (
        round(left * picture.width),
        round(top * picture.height),
        max(round((left + width) * picture.width), round(left * picture.width) + 1),
        max(round((top + height) * picture.height), round(top * picture.height) + 1),
    )
    out = picture.copy()
    if fill == "blur":
        out.paste(picture.filter(ImageFilter.GaussianBlur(picture.width / 8)).crop(box), box[:2])
    else:
        mean = np.asarray(picture).reshape(-1, 3).mean(axis=0)
        out.paste(tuple(round(float(c)) for c in mean), box)
    return out


def encode_without(encoder: Encoder, path: Path, regions: Sequence[Sequence[float]], fill: str = FILLS[0]) -> Floats:
    """Encode a picture whole, then without each region; float32, shape (1 + n_regions, d)."""
    with Image.open(path) as file:
        picture = file.convert("RGB")
    return encoder.encode([picture, *(blank(picture, region, fill) for region in regions)])


def main(folder: Path) -> None:
    """Do the job in `folder`."""
    from recsys.encoders import load_image_encoder, load_text_encoder

    job: dict[str, Any] = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    if "image" in job:
        asked = job["image"]
        vectors = encode_without(load_image_encoder(asked["encoder"], "cpu"), Path(asked["picture"]), asked["regions"])
        np.save(folder / "image.npy", vectors, allow_pickle=False)
    if "text" in job:
        encoder = load_text_encoder(job["text"]["encoder"], "cpu")
        np.save(
            folder / "text.npy", encoder.encode([text.strip() for text in job["text"]["texts"]]), allow_pickle=False
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
