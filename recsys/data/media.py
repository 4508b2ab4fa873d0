"""Where a shop keeps its pictures: the one place that knows the layout of the media folder."""

from pathlib import Path

ENCODED_SIZE = 320
"""Longest side in pixels of the file that encoders read."""


def media_file(media: Path, picture: str, size: int = ENCODED_SIZE) -> Path:
    """Return where a picture is kept: `media/ab/abcd…-320.webp`.

    Parameters
    ----------
    media
        The shop's media folder.
    picture
        Content hash of the original.
    size
        Longest side in pixels.
    """
    return media / picture[:2] / f"{picture}-{size}.webp"
