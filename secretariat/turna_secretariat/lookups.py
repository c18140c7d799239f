"""Looks up many things of many handsets in one statement: by number, by window, by gap.

What is asked for stands in the statement itself, as rows of whole numbers; each row is one look
into an index, in both databases.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from turna_protocol.delivery import ACTED, READ

# SQLite goes through a CROSS JOIN from left to right; to PostgreSQL it is a join as any other.
_NAMED = """
    SELECT r.id, r.device, r.generation, r.seq, r.fingerprint, r.standing, r.state
    FROM asked AS a CROSS JOIN report AS r
    WHERE r.device = a.device AND r.generation = a.generation AND r.seq = a.seq ORDER BY r.id
"""
# A final word is not beyond another: what was refused was not acted on.  A person's word is about
# one report: of a number that has two it says nothing.
_HELD = f"""
    SELECT a.device, a.generation, a.newest, a.size, a.state, r.seq
    FROM asked AS a CROSS JOIN report AS r
    WHERE r.device = a.device AND r.generation = a.generation
    AND r.seq < a.newest AND r.seq >= a.newest - a.size AND r.standing = 'authentic'
    AND (r.state = a.state OR a.state < {ACTED} AND r.state > a.state)
    AND (a.state < {READ} OR NOT EXISTS (
        SELECT 1 FROM report AS c WHERE c.device = r.device AND c.generation = r.generation
        AND c.seq = r.seq AND c.standing = 'clone'
    ))
"""  # noqa: S608  # a number of our own
# Gaps of a handset do not overlap: the one that begins last before a number is the only candidate.
_GAPS = """
    SELECT DISTINCT g.* FROM asked AS a CROSS JOIN gap AS g
    WHERE g.last >= a.number AND g.id = (
        SELECT b.id FROM gap AS b WHERE b.device = a.device AND b.generation = a.generation
        AND b.first <= a.number ORDER BY b.first DESC LIMIT 1
    )
"""
_Rows = Iterable[tuple[int, ...]]


def named(connection: Connection, keys: _Rows) -> Sequence[sa.Row[Any]]:
    """Return every report kept under these keys; more than one of a key: a clone or a forgery."""
    return _look(connection, "device, generation, seq", keys, _NAMED)


def held_in_windows(connection: Connection, windows: _Rows) -> Sequence[sa.Row[Any]]:
    """Return each window with each number held in it: five columns of the one, one of the other.

    A window has device, generation, newest number, size and state; held is what stands at that
    state or beyond, among the `size` numbers below the newest.
    """
    return _look(connection, "device, generation, newest, size, state", windows, _HELD)


def gaps_around(connection: Connection, numbers: _Rows) -> Sequence[sa.Row[Any]]:
    """Return every gap in which one of these numbers (device, generation, number) lies."""
    return _look(connection, "device, generation, number", numbers, _GAPS)


def _look(connection: Connection, names: str, rows: _Rows, query: str) -> Sequence[sa.Row[Any]]:
    asked = ", ".join(f"({', '.join([str(int(value)) for value in row])})" for row in rows)
    if not asked:
        return ()
    # Whole numbers and our own words, nothing that came from outside as text.
    statement = f"WITH asked ({names}) AS (VALUES {asked}) {query}"
    return connection.exec_driver_sql(statement).all()
