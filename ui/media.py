"""Pictures over HTTP: content-addressed names only, cached for ever by the browser."""

import os
import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from recsys.settings import ShopPaths

_NAME = re.compile(r"([0-9a-f]{2})([0-9a-f]{62})-(96|320)\.webp")


def find_picture(paths: ShopPaths, name: str) -> Path | None:
    """Return the file of a picture name such as `ab…ef-96.webp`; None for any other name or a missing file."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    path = paths.media / match[1] / name
    return path if path.is_file() else None


def media_route(paths: ShopPaths):
    """Return the handler of `/pictures/{name}`."""

    async def picture(request: Request) -> Response:
        path = find_picture(paths, request.path_params["name"])
        if path is None:
            return PlainTextResponse("No such picture.", status_code=404)
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
        return FileResponse(os.fspath(path), media_type="image/webp", headers=headers)

    return picture
