"""Items into the store: every import writes new versions; rolling back uncovers the earlier ones."""

import pyarrow as pa
from duckdb import DuckDBPyConnection

from recsys.store.ledger import ImportRecord, WriteCounts, find_same_input, next_number, note_import
from recsys.vocabulary import CATALOGUE_COLUMNS, Columns

_KEPT_WHEN_EMPTY = {
    Columns.TITLE: "coalesce(i.title, c.title, i.item_id)",
    Columns.ATTRIBUTES: "coalesce(i.attributes, '{}')",
    Columns.IMAGES: "CASE WHEN len(i.images) > 0 THEN i.images ELSE coalesce(c.images, []) END",
}
_WHEN_ABSENT = {
    Columns.TITLE: "coalesce(c.title, i.item_id)",
    Columns.ATTRIBUTES: "coalesce(c.attributes, '{}')",
    Columns.IMAGES: "coalesce(c.images, [])",
}


def write_catalogue(
    cursor: DuckDBPyConnection, incoming: pa.Table, provided: frozenset[str], record: ImportRecord
) -> WriteCounts:
    """Upsert items inside the caller's transaction.

    Columns the file does not have keep their stored values; columns it has replace them, empty cells included. Two
    exceptions: an empty title keeps the stored one (or becomes the item's id), and an item without a matched picture
    keeps its pictures.

    Parameters
    ----------
    cursor
        Inside a transaction.
    incoming
        Canonical catalogue columns, one row per item.
    provided
        Canonical columns the file really has.
    record
        For the ledger.

    Returns
    -------
    WriteCounts
        `import_id` is None when the same input was imported before and nothing differs: then nothing is noted.
    """
    _stage(cursor, incoming, provided)
    counts = _count(cursor)
    if counts.added == counts.changed == 0 and find_same_input(cursor, record) is not None:
        return counts
    number = next_number(cursor)
    columns = ", ".join(CATALOGUE_COLUMNS)
    cursor.execute(
        "INSERT INTO item_claims SELECT s.item_id, ?, s.version_number FROM staged s WHERE s.state = 'unchanged'",
        [number],
    )
    cursor.execute(
        "UPDATE item_versions SET is_current = false "
        "WHERE is_current AND item_id IN (SELECT item_id FROM staged WHERE state = 'changed')"
    )
    cursor.execute(
        f"INSERT INTO item_versions ({columns}, import_number, is_current) "
        f"SELECT {columns}, ?, true FROM staged WHERE state != 'unchanged'",
        [number],
    )
    import_id = note_import(cursor, number, record, counts)
    return WriteCounts(counts.added, counts.changed, counts.unchanged, import_id)


def _stage(cursor: DuckDBPyConnection, incoming: pa.Table, provided: frozenset[str]) -> None:
    """Merge incoming rows over the current ones into the temporary table `staged`, with their state."""
    merged = ", ".join(f"{_merged(column, column in provided)} AS {column}" for column in CATALOGUE_COLUMNS)
    same = " AND ".join(f"m.{column} IS NOT DISTINCT FROM c.{column}" for column in CATALOGUE_COLUMNS)
    cursor.register("incoming_rows", incoming)
    cursor.execute("CREATE OR REPLACE TEMP TABLE incoming AS SELECT * FROM incoming_rows")
    cursor.unregister("incoming_rows")
    cursor.execute(
        f"""CREATE OR REPLACE TEMP TABLE staged AS
        WITH m AS (SELECT {merged} FROM incoming i LEFT JOIN items c ON c.item_id = i.item_id)
        SELECT m.*, c.import_number AS version_number,
               CASE WHEN c.item_id IS NULL THEN 'added' WHEN {same} THEN 'unchanged' ELSE 'changed' END AS state
        FROM m LEFT JOIN items c ON c.item_id = m.item_id"""
    )


def _merged(column: str, provided: bool) -> str:
    """SQL for one column of an item after the import; names come from the vocabulary only."""
    if column == Columns.ITEM:
        return "i.item_id"
    if provided:
        value = _KEPT_WHEN_EMPTY.get(column, f"i.{column}")
    else:
        value = _WHEN_ABSENT.get(column, f"c.{column}")
    return f"CAST({value} AS TIMESTAMP)" if column == Columns.LAUNCHED_AT else value


def _count(cursor: DuckDBPyConnection) -> WriteCounts:
    """Rows of `staged` by state."""
    states = dict(cursor.execute("SELECT state, count(*) FROM staged GROUP BY state").fetchall())
    return WriteCounts(int(states.get("added", 0)), int(states.get("changed", 0)), int(states.get("unchanged", 0)))


def roll_back_catalogue(cursor: DuckDBPyConnection, number: int) -> None:
    """Remove what import `number` said, inside the caller's transaction.

    An item goes back to the version before, or disappears when there is none. An item that a later import stated again
    passes to that import. An item that a later import changed keeps the later version as it is.
    """
    cursor.execute(
        """CREATE OR REPLACE TEMP TABLE heirs AS
        SELECT item_id, min(import_number) AS heir FROM item_claims WHERE version_number = ? GROUP BY item_id""",
        [number],
    )
    cursor.execute("DELETE FROM item_claims WHERE import_number = ?", [number])
    cursor.execute(
        "UPDATE item_versions SET import_number = heirs.heir FROM heirs "
        "WHERE item_versions.item_id = heirs.item_id AND item_versions.import_number = ?",
        [number],
    )
    cursor.execute(
        "DELETE FROM item_claims USING heirs "
        "WHERE item_claims.item_id = heirs.item_id AND item_claims.import_number = heirs.heir"
    )
    cursor.execute(
        "UPDATE item_claims SET version_number = heirs.heir FROM heirs "
        "WHERE item_claims.item_id = heirs.item_id AND item_claims.version_number = ?",
        [number],
    )
    cursor.execute("DELETE FROM item_versions WHERE import_number = ?", [number])
    cursor.execute(
        """UPDATE item_versions SET is_current = true FROM (
            SELECT item_id, max(import_number) AS newest FROM item_versions
            GROUP BY item_id HAVING NOT bool_or(is_current)
        ) AS uncovered
        WHERE item_versions.item_id = uncovered.item_id AND item_versions.import_number = uncovered.newest"""
    )


def note_pictures(cursor: DuckDBPyConnection, pictures: pa.Table) -> None:
    """Note pictures not known yet: `picture` (sha256), `width`, `height` in pixels, `bytes` of the original."""
    cursor.register("incoming_pictures", pictures)
    cursor.execute(
        "INSERT INTO pictures SELECT picture, width, height, bytes FROM incoming_pictures "
        "WHERE picture NOT IN (SELECT picture FROM pictures)"
    )
    cursor.unregister("incoming_pictures")
