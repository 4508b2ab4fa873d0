"""The plain shop, for tests that train."""

from tests.plain import own_shop, plain_shop  # noqa: F401 (fixtures)
