"""Pictures over HTTP: content-addressed names only, cached for ever by the browser."""

import os
import re
from collections.abc import Awaitable, Callable, Mapping
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


def media_route(shops: Callable[[], Mapping[str, ShopPaths]]) -> Callable[[Request], Awaitable[Response]]:
    """Return the handler of `/pictures/{name}`.

    Parameters
    ----------
    shops
        Tells which shops are offered now, the most likely first; a name says what is in a picture, so whichever shop
        holds it will do.
    """

    async def picture(request: Request) -> Response:
        name = request.path_params["name"]
        found = (find_picture(paths, name) for paths in shops().values())
        path = next((p for p in found if p is not None), None)
        if path is None:
            return PlainTextResponse("No such picture.", status_code=404)
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
        return FileResponse(os.fspath(path), media_type="image/webp", headers=headers)

    return picture
