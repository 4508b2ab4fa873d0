"""The upload route: pieces of files go straight to disk, so that memory stays flat however large a file is.

`GET /uploads` says what has arrived, `PUT /uploads/{file_id}` takes the next piece of a file, `DELETE` takes it out.
Everything a piece can be refused for is checked before the first byte of it is read.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from recsys.settings import ShopPaths
from recsys.workflows.upload_box import CHUNK_BYTES, RefusedUpload, UploadBox
from recsys.workflows.upload_tokens import open_box

TOKEN_HEADER = "x-upload-token"
"""Own header: another site cannot send it without being asked first."""

BOXES = 64
"""Boxes remembered at once."""


def upload_routes(shops: Callable[[], Mapping[str, ShopPaths]]) -> list[Route]:
    """Return the routes.

    Parameters
    ----------
    shops
        Tells which shops are offered now; a token says by its signature which of them it belongs to.
    """
    busy: set[Path] = set()
    boxes: OrderedDict[Path, UploadBox] = OrderedDict()

    def box_of(request: Request) -> UploadBox:
        """The box of the token sent; the same object for every piece, since it remembers its list of files."""
        asked = _open(shops(), request.headers.get(TOKEN_HEADER, ""))
        box = boxes.setdefault(asked.folder, asked)
        boxes.move_to_end(asked.folder)
        if len(boxes) > BOXES:
            boxes.popitem(last=False)
        return box

    async def state(request: Request) -> Response:
        try:
            files = await run_in_threadpool(box_of(request).files)
        except RefusedUpload as error:
            return _refuse(error)
        found = [{"id": f.file_id, "name": f.name, "size": f.size, "received": f.received} for f in files]
        return JSONResponse({"files": found})

    async def receive(request: Request) -> Response:
        try:
            length = _content_length(request)
            name, size, offset = _claim(request)
            box, file_id = box_of(request), request.path_params["file_id"]
            if box.folder / file_id in busy:
                raise RefusedUpload(f"{name} is arriving from another window.", 423)
            busy.add(box.folder / file_id)
            try:
                path = await run_in_threadpool(box.begin, file_id, name, size, offset, length)
                received = offset + await _append(request, path, length)
            finally:
                busy.discard(box.folder / file_id)
        except RefusedUpload as error:
            return _refuse(error)
        return JSONResponse({"received": received})

    async def remove(request: Request) -> Response:
        try:
            await run_in_threadpool(box_of(request).remove, request.path_params["file_id"])
        except RefusedUpload as error:
            return _refuse(error)
        return JSONResponse({})

    return [
        Route("/uploads", state, methods=["GET"]),
        Route("/uploads/{file_id}", receive, methods=["PUT"]),
        Route("/uploads/{file_id}", remove, methods=["DELETE"]),
    ]


def _open(shops: Mapping[str, ShopPaths], token: str) -> UploadBox:
    """The box of a token, whichever shop issued it; the refusal of the last one asked when none did."""
    refusal = RefusedUpload("There is no shop to upload to.", 401)
    for paths in shops.values():
        try:
            return open_box(paths, token)
        except RefusedUpload as error:
            refusal = error
    raise refusal


def _content_length(request: Request) -> int:
    """Bytes of the piece as the request says; one that does not say is refused."""
    said = request.headers.get("content-length", "")
    if not said.isascii() or not said.isdigit():
        raise RefusedUpload("A piece must say how long it is (Content-Length).", 411)
    return int(said)


def _claim(request: Request) -> tuple[str, int, int]:
    """Name of the file, its size and where the piece begins."""
    asked = request.query_params
    size, offset = asked.get("size", ""), asked.get("offset", "")
    if not (size.isascii() and size.isdigit() and offset.isascii() and offset.isdigit()):
        raise RefusedUpload("An upload needs the file's size and where the piece begins.", 400)
    return asked.get("name", ""), int(size), int(offset)


async def _append(request: Request, path: Path, length: int) -> int:
    """Write the body at the end of a file as it comes; what came before a lost connection stays."""
    written, waiting = 0, bytearray()
    with path.open("ab") as file:
        try:
            async for piece in request.stream():
                waiting += piece
                if written + len(waiting) > length:
                    raise RefusedUpload("The piece is longer than it said.", 413)
                if len(waiting) >= CHUNK_BYTES:
                    await run_in_threadpool(file.write, bytes(waiting))
                    written += len(waiting)
                    waiting.clear()
        except ClientDisconnect:
            pass  # the browser asks how much arrived and goes on from there
        await run_in_threadpool(file.write, bytes(waiting))
    return written + len(waiting)


def _refuse(error: RefusedUpload) -> JSONResponse:
    """The answer to what is not taken; the connection ends, so that an unread body is never read."""
    said: dict[str, object] = {"message": str(error)}
    if error.received is not None:
        said["received"] = error.received
    return JSONResponse(said, status_code=error.status, headers={"Connection": "close"})
