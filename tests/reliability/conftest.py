"""The plain shop, for tests that train."""

from tests.plain import own_shop, plain_shop, shop_of_tables  # noqa: F401 (fixtures)
