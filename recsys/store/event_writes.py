"""Events into the store: idempotent by `event_id`, which is given or made from the content."""

import pyarrow as pa
from duckdb import DuckDBPyConnection

from recsys.store.ledger import ImportRecord, WriteCounts, find_same_input, next_number, note_import
from recsys.vocabulary import EVENT_COLUMNS

_FINGERPRINT = """md5(concat_ws(chr(31), user_id, coalesce(item_id, ''), event_type, epoch_us(stated_at),
    coalesce(CAST(quantity AS VARCHAR), ''), coalesce(CAST(value AS VARCHAR), ''),
    coalesce(request_id, ''), coalesce(CAST(position AS VARCHAR), '')))"""


def write_events(cursor: DuckDBPyConnection, incoming: pa.Table, record: ImportRecord) -> WriteCounts:
    """Insert events not stored yet, inside the caller's transaction.

    A row without `event_id` gets `<md5 of its content>-<n>`, where n counts identical rows within this file: invoices
    with repeated lines survive, the same file twice changes nothing, and files that overlap agree.

    Parameters
    ----------
    cursor
        Inside a transaction.
    incoming
        Canonical event columns, `event_id` may be null; and `stated_at`, the time as the file gives it, which enters
        made-up ids where `occurred_at` was corrected.
    record
        For the ledger.

    Returns
    -------
    WriteCounts
        `unchanged` counts events that were stored before; `import_id` is None when the same input was imported before
        and nothing is new: then nothing is noted.
    """
    _stage(cursor, incoming)
    states = dict(cursor.execute("SELECT is_new, count(*) FROM staged GROUP BY is_new").fetchall())
    counts = WriteCounts(added=int(states.get(True, 0)), changed=0, unchanged=int(states.get(False, 0)))
    if counts.added == 0 and find_same_input(cursor, record) is not None:
        return counts
    number = next_number(cursor)
    columns = ", ".join(EVENT_COLUMNS)
    cursor.execute("INSERT INTO event_claims SELECT event_id, ? FROM staged WHERE NOT is_new", [number])
    cursor.execute(
        f"INSERT INTO events ({columns}, import_number) SELECT {columns}, ? FROM staged WHERE is_new", [number]
    )
    import_id = note_import(cursor, number, record, counts)
    return WriteCounts(counts.added, counts.changed, counts.unchanged, import_id)


def _stage(cursor: DuckDBPyConnection, incoming: pa.Table) -> None:
    """Give every row its id and say whether it is new, in the temporary table `staged`."""
    cursor.register("incoming_rows", incoming)
    others = ", ".join(column for column in EVENT_COLUMNS if column not in {"event_id", "occurred_at"})
    cursor.execute(
        f"""CREATE OR REPLACE TEMP TABLE staged AS
        WITH prints AS (
            SELECT event_id, {others}, CAST(occurred_at AS TIMESTAMP) AS occurred_at,
                   CASE WHEN event_id IS NULL THEN {_FINGERPRINT} END AS print
            FROM incoming_rows
        ), identified AS (
            SELECT coalesce(event_id, print || '-' || row_number() OVER (PARTITION BY print)) AS event_id,
                   occurred_at, {others}
            FROM prints
        )
        SELECT identified.*, identified.event_id IN (SELECT event_id FROM events) IS NOT TRUE AS is_new
        FROM identified"""
    )
    cursor.unregister("incoming_rows")


def roll_back_events(cursor: DuckDBPyConnection, number: int) -> None:
    """Remove the events of import `number` in the caller's transaction; what a later import repeated passes to it."""
    cursor.execute("DELETE FROM event_claims WHERE import_number = ?", [number])
    cursor.execute(
        """CREATE OR REPLACE TEMP TABLE heirs AS
        SELECT claims.event_id, min(claims.import_number) AS heir
        FROM event_claims AS claims JOIN events ON events.event_id = claims.event_id
        WHERE events.import_number = ? GROUP BY claims.event_id""",
        [number],
    )
    cursor.execute(
        "UPDATE events SET import_number = heirs.heir FROM heirs "
        "WHERE events.event_id = heirs.event_id AND events.import_number = ?",
        [number],
    )
    cursor.execute(
        "DELETE FROM event_claims USING heirs "
        "WHERE event_claims.event_id = heirs.event_id AND event_claims.import_number = heirs.heir"
    )
    cursor.execute("DELETE FROM events WHERE import_number = ?", [number])
