"""UCI Online Retail: invoice lines of a UK gift wholesaler.

Kept are lines with a known customer, positive quantity and price, and a code that starts with five digits. Local UK
times are taken as UTC, so that days stay trading days. First sales before 2011-02-01 say nothing about newness, as the
log only starts in December 2010; those items have no launch date.
"""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from recsys.ingest.sources.tables import SourceTables

NEW_AFTER = pd.Timestamp("2011-02-01")
_COLUMNS = ["stock_code", "description", "quantity", "invoice_ts", "unit_price_gbp", "customer_id"]


def build(folder: Path, report: Callable[[float], None]) -> SourceTables:
    """Read `transactions.parquet`.

    Returns
    -------
    SourceTables
        Items with their most frequent description, median price and first day of sale; one purchase per customer, item
        and day with the units and pounds of that day.
    """
    lines = load_lines(folder)
    report(0.4)
    catalogue = make_catalogue(lines)
    report(0.7)
    events = make_events(lines)
    return SourceTables(catalogue, events)


def load_lines(folder: Path) -> pd.DataFrame:
    """Return the usable invoice lines: `item_id`, `title`, `quantity`, `occurred_at`, `price`, `user_id`, `day`."""
    table = pq.read_table(folder / "transactions.parquet", columns=_COLUMNS)
    frame: pd.DataFrame = table.to_pandas()
    kept = frame["customer_id"].notna() & (frame["quantity"] > 0) & (frame["unit_price_gbp"] > 0)
    kept &= frame["stock_code"].str.match(r"[0-9]{5}")
    lines = frame[kept].rename(
        columns={
            "stock_code": "item_id",
            "description": "title",
            "invoice_ts": "occurred_at",
            "unit_price_gbp": "price",
        }
    )
    lines["user_id"] = lines["customer_id"].astype("int64").astype("str")
    lines["day"] = lines["occurred_at"].dt.normalize()
    return lines.drop(columns="customer_id")


def make_catalogue(lines: pd.DataFrame) -> pa.Table:
    """One row per item."""
    counts = lines.groupby(["item_id", "title"], as_index=False).size()
    titles = counts.sort_values(["size", "title"], ascending=[False, True]).drop_duplicates("item_id")
    groups = lines.groupby("item_id")
    items = pd.DataFrame({"price": groups["price"].median(), "launched_at": groups["day"].min()})
    items["title"] = titles.set_index("item_id")["title"].str.strip()
    items["launched_at"] = items["launched_at"].where(items["launched_at"] > NEW_AFTER)
    items["currency"] = "GBP"
    return pa.Table.from_pandas(items.reset_index(), preserve_index=False)


def make_events(lines: pd.DataFrame) -> pa.Table:
    """One purchase per customer, item and day."""
    valued = lines.assign(value=lines["quantity"] * lines["price"])
    groups = valued.groupby(["user_id", "item_id", "day"], as_index=False, sort=False, observed=True)
    events = groups.agg(occurred_at=("occurred_at", "min"), quantity=("quantity", "sum"), value=("value", "sum"))
    events["event_type"] = "purchase"
    return pa.Table.from_pandas(events.drop(columns="day"), preserve_index=False)
