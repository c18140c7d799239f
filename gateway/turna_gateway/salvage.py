"""What of a damaged database can still be read; whether it is damaged at all.

Handsets send again what the Secretariat never receipted, so a row that cannot be read is not yet a
report that is lost.
"""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

_ROWS_AT_ONCE = 256
# Primary result codes that speak of the disk or of another process, not of the file.
_DISK_FAULTS = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
)
# Those that speak of the file.
BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def schema_of(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return names and definitions of all tables and indexes."""
    return db.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()


def columns_of(db: sqlite3.Connection) -> dict[str, set[str]]:
    """Return the names of each table's columns."""
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {
        table: {row[0] for row in db.execute("SELECT name FROM pragma_table_info(?)", (table,))}
        for table in tables
    }


def has_columns(db: sqlite3.Connection, wanted: dict[str, set[str]]) -> bool:
    """Tell whether all these columns can be read."""
    there = columns_of(db)
    return all(columns <= there.get(table, set()) for table, columns in wanted.items())


def is_damaged(db: sqlite3.Connection, schemas: Sequence[list[tuple[str, str]]]) -> bool:
    """Tell whether the file's structure is broken; reads all of it.  A failing disk is an error.

    `schemas` are those of the versions that we know, from 0 on: quick_check does not notice a
    definition in which a letter changed.
    """
    try:
        (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version < len(schemas) and schema_of(db) != schemas[version]:
            return True
    except sqlite3.DatabaseError as error:
        if is_of_the_disk(error):
            raise
        return True
    except UnicodeDecodeError:  # of a message that quotes what is broken
        return True
    return bool(verdict != "ok")


def is_of_the_disk(error: sqlite3.Error) -> bool:
    """Tell whether the disk refused, or another process, rather than what was written."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DISK_FAULTS


def readable_rows(damaged: Path, table: str) -> Iterator[dict[str, object]]:
    """Return the rows of a table that can still be read, without those of broken pages."""
    db = sqlite3.connect(damaged)
    db.row_factory = sqlite3.Row
    try:
        for first in range(0, _newest_id(db, table) + 1, _ROWS_AT_ONCE):
            yield from _rows(db, table, first, first + _ROWS_AT_ONCE)
    finally:
        db.close()


def _newest_id(db: sqlite3.Connection, table: str) -> int:
    # Either end of the tree, or an index, may be the part that is broken.
    for newest in ("MAX(id)", "COUNT(*)"):
        with contextlib.suppress(sqlite3.DatabaseError, UnicodeDecodeError):
            question = f"SELECT {newest} FROM {table}"  # noqa: S608 - our own names
            return int(db.execute(question).fetchone()[0] or 0)
    return 0


def _rows(db: sqlite3.Connection, table: str, first: int, end: int) -> list[dict[str, object]]:
    question = f"SELECT * FROM {table} WHERE id >= ? AND id < ?"  # noqa: S608 - our own names
    try:
        return [dict(row) for row in db.execute(question, (first, end))]
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        if end - first == 1:
            return []
        middle = (first + end) // 2
        return _rows(db, table, first, middle) + _rows(db, table, middle, end)
