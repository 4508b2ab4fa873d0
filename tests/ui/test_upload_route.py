"""The upload route: refused before it is read, resumed where it stopped, closed to strangers."""

import asyncio
from collections.abc import Coroutine
from threading import Thread

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from recsys.settings import ShopPaths
from recsys.workflows.upload_tokens import issue_token, open_box
from ui.upload_route import TOKEN_HEADER, upload_routes

ID = "c" * 28


def answer(call: Coroutine[None, None, None]) -> None:
    """Run a call of the application to its end, in a thread of its own: this one may hold a browser's event loop."""
    thread = Thread(target=asyncio.run, args=(call,))
    thread.start()
    thread.join()


@pytest.fixture
def token(empty_shop: ShopPaths) -> str:
    return issue_token(empty_shop)


@pytest.fixture
def client(empty_shop: ShopPaths, token: str) -> TestClient:
    app = Starlette(routes=upload_routes(lambda: {"other": ShopPaths(empty_shop.root / "x"), "shop": empty_shop}))
    return TestClient(app, headers={TOKEN_HEADER: token})


def put(client: TestClient, content: bytes, size: int, offset: int = 0, name: str = "a.csv", **more):
    return client.put(f"/uploads/{ID}", params={"name": name, "size": size, "offset": offset}, content=content, **more)


def test_pieces_are_put_together(client: TestClient, empty_shop: ShopPaths, token: str):
    assert put(client, b"abc", 6).json() == {"received": 3}
    assert client.get("/uploads").json() == {"files": [{"id": ID, "name": "a.csv", "size": 6, "received": 3}]}
    again = put(client, b"abc", 6)
    assert again.status_code == 409 and again.json()["received"] == 3
    assert put(client, b"def", 6, 3).json() == {"received": 6}
    box = open_box(empty_shop, token)
    assert box.named(box.files()[0]).read_bytes() == b"abcdef"
    assert client.delete(f"/uploads/{ID}").status_code == 200
    assert client.get("/uploads").json() == {"files": []}


def test_a_stranger_gets_in_nowhere(client: TestClient, empty_shop: ShopPaths):
    for method in ("GET", "PUT", "DELETE"):
        path = "/uploads" if method == "GET" else f"/uploads/{ID}?name=a.csv&size=1&offset=0"
        answer = client.request(method, path, headers={TOKEN_HEADER: "nonsense"}, content=b"x")
        assert answer.status_code == 401
    assert not (empty_shop.spool / "uploads").exists()


@pytest.mark.parametrize(
    ("size", "length", "name", "status"),
    [
        (2_000_000_000, "100", "a.zip", 413),
        (100, "2000000000", "a.zip", 413),
        (100, "100", "a.exe", 415),
        (100, "", "a.csv", 411),
        (-1, "1", "a.csv", 400),
    ],
)
def test_what_is_refused_is_refused_unread(
    empty_shop: ShopPaths, token: str, size: int, length: str, name: str, status: int
):
    app = Starlette(routes=upload_routes(lambda: {"shop": empty_shop}))
    asked: list[str] = []
    sent: list[dict] = []

    async def receive() -> dict:
        asked.append("body")
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def send(message: dict) -> None:
        sent.append(message)

    headers = [(TOKEN_HEADER.encode(), token.encode())] + ([(b"content-length", length.encode())] if length else [])
    query = f"name={name}&size={size}&offset=0".encode()
    scope = {"type": "http", "method": "PUT", "path": f"/uploads/{ID}", "query_string": query, "headers": headers}
    answer(app({**scope, "http_version": "1.1", "scheme": "http", "server": ("x", 1)}, receive, send))
    assert sent[0]["status"] == status and asked == []
    assert not list((empty_shop.spool / "uploads").glob("*/*"))


def test_a_body_longer_than_it_says_is_cut(empty_shop: ShopPaths, token: str):
    app = Starlette(routes=upload_routes(lambda: {"shop": empty_shop}))
    sent: list[dict] = []

    async def receive() -> dict:
        return {"type": "http.request", "body": b"x" * 500_000, "more_body": True}

    async def send(message: dict) -> None:
        sent.append(message)

    headers = [(TOKEN_HEADER.encode(), token.encode()), (b"content-length", b"1000000")]
    scope = {"type": "http", "method": "PUT", "path": f"/uploads/{ID}", "headers": headers}
    more = {"query_string": b"name=a.csv&size=2000000&offset=0", "http_version": "1.1", "scheme": "http"}
    answer(app({**scope, **more, "server": ("x", 1)}, receive, send))
    assert sent[0]["status"] == 413
    assert open_box(empty_shop, token).files()[0].received <= 1_000_000


def test_a_lost_connection_keeps_what_arrived(empty_shop: ShopPaths, token: str):
    app = Starlette(routes=upload_routes(lambda: {"shop": empty_shop}))
    messages = iter([{"type": "http.request", "body": b"abc", "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> dict:
        return next(messages)

    async def send(message: dict) -> None:
        return None

    headers = [(TOKEN_HEADER.encode(), token.encode()), (b"content-length", b"6")]
    scope = {"type": "http", "method": "PUT", "path": f"/uploads/{ID}", "headers": headers}
    more = {"query_string": b"name=a.csv&size=6&offset=0", "http_version": "1.1", "scheme": "http"}
    answer(app({**scope, **more, "server": ("x", 1)}, receive, send))
    assert open_box(empty_shop, token).files()[0].received == 3
