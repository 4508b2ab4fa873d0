"""The shop's DuckDB file: one owner, one write path, a cursor per use. The only room with SQL and with duckdb."""

from recsys.store.ledger import ImportRecord, ImportStatus, WriteCounts
from recsys.store.reads import ItemPage, ShopCounts
from recsys.store.store import Store

__all__ = ["ImportRecord", "ImportStatus", "ItemPage", "ShopCounts", "Store", "WriteCounts"]
