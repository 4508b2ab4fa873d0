"""Shops of tables, for tests that go through files."""

from tests.plain import shop_of_tables  # noqa: F401 (fixture)
