"""Looks up many things of many handsets in one statement: by number, by window, by gap.

What is asked for stands in the statement itself, as rows of whole numbers; each row is one look
into an index, in both databases.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

# SQLite goes through a CROSS JOIN from left to right; to PostgreSQL it is a join as any other.
# Nothing more is asked of a row than what its index knows: for that SQLite may read the whole table
# first, to make itself a filter.
_NAMED = """
    SELECT r.id, r.device, r.generation, r.seq, r.fingerprint, r.standing, r.state
    FROM asked AS a CROSS JOIN report AS r
    WHERE r.device = a.device AND r.generation = a.generation AND r.seq = a.seq ORDER BY r.id
"""
_BELOW = """
    SELECT a.device, a.generation, a.newest, a.size, a.wanted, r.seq, r.standing, r.state
    FROM asked AS a CROSS JOIN report AS r
    WHERE r.device = a.device AND r.generation = a.generation
    AND r.seq < a.newest AND r.seq >= a.newest - a.size
"""
# Gaps of a handset do not overlap: the one that begins last before a number is the only candidate.
_GAPS = """
    SELECT DISTINCT g.* FROM asked AS a CROSS JOIN gap AS g
    WHERE g.id = (
        SELECT b.id FROM gap AS b WHERE b.device = a.device AND b.generation = a.generation
        AND b.first <= a.number ORDER BY b.first DESC LIMIT 1
    )
"""
_Rows = Iterable[tuple[int, ...]]


def named(connection: Connection, keys: _Rows) -> Sequence[sa.Row[Any]]:
    """Return every report kept under these keys; more than one of a key: a clone or a forgery."""
    return _look(connection, "device, generation, seq", keys, _NAMED)


def below(connection: Connection, windows: _Rows) -> Sequence[sa.Row[Any]]:
    """Return every report in each window: the window's five columns, then what is kept.

    A window has device, generation, newest number, size and the state wanted; in it are the `size`
    numbers below the newest.
    """
    return _look(connection, "device, generation, newest, size, wanted", windows, _BELOW)


def gaps_before(connection: Connection, numbers: _Rows) -> Sequence[sa.Row[Any]]:
    """Return the only gaps in which these numbers (device, generation, number) can lie."""
    return _look(connection, "device, generation, number", numbers, _GAPS)


def _look(connection: Connection, names: str, rows: _Rows, query: str) -> Sequence[sa.Row[Any]]:
    asked = ", ".join(f"({', '.join([str(int(value)) for value in row])})" for row in rows)
    if not asked:
        return ()
    # Whole numbers and our own words, nothing that came from outside as text.
    statement = f"WITH asked ({names}) AS (VALUES {asked}) {query}"
    return connection.exec_driver_sql(statement).all()
