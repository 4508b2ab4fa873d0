"""Pictures by content hash only; the policy lets the front end's own start script run and nothing else inline."""

from pathlib import Path

import pytest

from recsys.settings import ShopPaths
from ui.components import picture_url
from ui.headers import CONTENT_SECURITY_POLICY
from ui.media import find_picture

HASH = "ab" + "0" * 62


@pytest.fixture
def shop(tmp_path: Path) -> ShopPaths:
    paths = ShopPaths(tmp_path)
    (paths.media / "ab").mkdir(parents=True)
    (paths.media / "ab" / f"{HASH}-96.webp").write_bytes(b"picture")
    (tmp_path / "store.duckdb").write_bytes(b"secret")
    return paths


def test_a_stored_picture_is_found(shop: ShopPaths):
    assert find_picture(shop, f"{HASH}-96.webp").read_bytes() == b"picture"
    assert picture_url(HASH) == f"/pictures/{HASH}-96.webp"


@pytest.mark.parametrize(
    "name",
    [
        f"{HASH}-320.webp",
        f"{HASH}-97.webp",
        f"{HASH}-96.webp\n",
        f"{HASH.upper()}-96.webp",
        f"../ab/{HASH}-96.webp",
        "../../store.duckdb",
        "..%2fstore.duckdb",
        f"{HASH}-96.webp/../../../store.duckdb",
        "",
    ],
)
def test_nothing_else_is(shop: ShopPaths, name: str):
    assert find_picture(shop, name) is None


@pytest.mark.parametrize("value", [None, "", "x", HASH[:-1], f"{HASH}/..", "javascript:alert(1)"])
def test_no_address_without_a_hash(value: str | None):
    assert picture_url(value) == ""


def test_scripts_come_from_here_only():
    rules = dict(rule.split(" ", 1) for rule in CONTENT_SECURITY_POLICY.split("; "))
    assert rules["default-src"] == "'self'"
    assert "unsafe-inline" not in rules["script-src"] and "unsafe-eval" not in rules["script-src"]
    assert "sha256-" in rules["script-src"]
    assert "http" not in CONTENT_SECURITY_POLICY
