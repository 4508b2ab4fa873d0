"""Numbered SQL files, applied once each, in order, each in a transaction, recorded in a table."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from duckdb import DuckDBPyConnection

from recsys.errors import StoreError
from recsys.store.rows import first_row

MIGRATIONS_FOLDER = Path(__file__).parent / "migrations"


@dataclass(frozen=True)
class Migration:
    """One step of the schema: `number` from the file name `NNN_name.sql`."""

    number: int
    name: str
    sql: str


def load_migrations(folder: Path = MIGRATIONS_FOLDER) -> list[Migration]:
    """Return the steps in order.

    Raises
    ------
    StoreError
        When the numbers are not 1, 2, 3, … without a gap.
    """
    found = []
    for path in sorted(folder.glob("*.sql")):
        number, _, name = path.stem.partition("_")
        found.append(Migration(int(number), name, path.read_text(encoding="utf-8")))
    if [step.number for step in found] != list(range(1, len(found) + 1)):
        raise StoreError(f"The migrations in {folder} are not numbered 1, 2, 3, …: {[s.number for s in found]}.")
    return found


def applied_number(cursor: DuckDBPyConnection) -> int:
    """Return the number of the newest applied step, 0 for an empty database."""
    known = first_row(cursor, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'migrations'")
    if not known or known[0] == 0:
        return 0
    newest = first_row(cursor, "SELECT coalesce(max(number), 0) FROM migrations")
    return int(newest[0]) if newest else 0


def apply_migrations(cursor: DuckDBPyConnection, migrations: list[Migration]) -> list[Migration]:
    """Apply what is pending and return it.

    Raises
    ------
    StoreError
        When the database was written by a newer version of this program.
    """
    reached = applied_number(cursor)
    if reached > len(migrations):
        raise StoreError(
            f"The store has schema {reached}, this program knows {len(migrations)}: it was written by a newer version. "
            "Update the program, or restore a backup made by this version."
        )
    pending = [step for step in migrations if step.number > reached]
    for step in pending:
        _apply(cursor, step)
    return pending


def _apply(cursor: DuckDBPyConnection, step: Migration) -> None:
    """Run one step and record it in the same transaction."""
    cursor.execute("BEGIN TRANSACTION")
    try:
        cursor.execute("CREATE TABLE IF NOT EXISTS migrations (number INTEGER, name VARCHAR, applied_at TIMESTAMP)")
        cursor.execute(step.sql)
        now = datetime.now(UTC).replace(tzinfo=None)
        cursor.execute("INSERT INTO migrations VALUES (?, ?, ?)", [step.number, step.name, now])
        cursor.execute("COMMIT")
    except BaseException:
        cursor.execute("ROLLBACK")
        raise
