"""Who may upload: whoever holds a token that the page handed out, signed with a key in the shop folder.

So nobody fills the disk who has not opened the page; a token outlives a reload and a restart of the server.
"""

import hmac
import os
import re
import secrets
import shutil
import time
from hashlib import sha256
from pathlib import Path

from recsys.settings import ShopPaths
from recsys.workflows.upload_box import RefusedUpload, UploadBox

KEEP_HOURS = 24
_KEY = "uploads.key"
_TOKEN = re.compile(r"([0-9a-f]{32})\.(\d{10})\.([0-9a-f]{64})")


def issue_token(paths: ShopPaths) -> str:
    """Return a new token, good for `KEEP_HOURS` hours; and clear away boxes that nobody finished."""
    clear_uploads(paths)
    nonce, until = secrets.token_hex(16), int(time.time() + 3600 * KEEP_HOURS)
    return f"{nonce}.{until}.{_sign(paths, nonce, until)}"


def open_box(paths: ShopPaths, token: str) -> UploadBox:
    """Return the box of a token.

    Raises
    ------
    RefusedUpload
        When the token was not issued here or has expired.
    """
    match = _TOKEN.fullmatch(token)
    issued_here = match is not None and (paths.spool / _KEY).is_file()
    if match is None or not issued_here or not hmac.compare_digest(match[3], _sign(paths, match[1], int(match[2]))):
        raise RefusedUpload("This upload was not begun on the page: open the page again.", 401)
    if int(match[2]) < time.time():
        raise RefusedUpload("This upload was begun over a day ago: open the page again.", 401)
    return UploadBox(paths.spool / "uploads" / match[1])


def clear_uploads(paths: ShopPaths, keep_hours: float = KEEP_HOURS) -> None:
    """Remove uploads that nobody finished."""
    oldest = time.time() - 3600 * keep_hours
    for folder in (paths.spool / "uploads").glob("*"):
        if folder.is_dir() and max(_changes(folder)) < oldest:
            shutil.rmtree(folder, ignore_errors=True)


def _changes(folder: Path) -> list[float]:
    """When the folder and the files in it were changed."""
    return [folder.stat().st_mtime, *(file.stat().st_mtime for file in folder.iterdir())]


def _sign(paths: ShopPaths, nonce: str, until: int) -> str:
    """Signature of a token with the shop's own key."""
    return hmac.new(_key(paths), f"{nonce}.{until}".encode(), sha256).hexdigest()


def _key(paths: ShopPaths) -> bytes:
    """The key, made at the first question, readable by its owner only."""
    path = paths.spool / _KEY
    if not path.exists():
        paths.spool.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".uploads.key.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_bytes(secrets.token_bytes(32))
        try:
            os.link(fresh, path)  # of two at once the first one wins
        except FileExistsError:
            return path.read_bytes()
        finally:
            fresh.unlink()
    return path.read_bytes()
