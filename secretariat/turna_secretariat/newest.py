"""Finds the newest reports of some types without reading the many of other types in between."""

import heapq
from collections.abc import Sequence
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from turna_secretariat.schema import report

# Above every number that a database gives.
_NO_ID_YET = (1 << 63) - 1
MODES = ("actual", "exercise", "test", "unknown")


def newest_of(
    connection: Connection,
    types: Sequence[str],
    *,
    limit: int,
    modes: Sequence[str] = MODES,
    before_id: int | None = None,
    proved: bool = False,
) -> list[RowMapping]:
    """Return the newest first.

    A database that is asked for several types in order of number walks through all reports; asked
    for one type of one mode it walks along `report_by_type`.
    """
    found = []
    for mode in modes:
        for kind in types:
            query = sa.select(report).where((report.c.mode == mode) & (report.c.type == kind))
            if before_id is not None:
                query = query.where(report.c.id < before_id)
            if proved:
                query = query.where(report.c.standing == "authentic")
            query = query.order_by(report.c.id.desc()).limit(limit)
            found.append(connection.execute(query).mappings())
    merged = heapq.merge(*found, key=lambda row: int(row["id"]), reverse=True)
    return list(islice(merged, limit))


def first_id_since(connection: Connection, since_ms: int) -> int:
    """Return the lowest number that arrived since then, or one that no report has yet.

    From there a question about a period walks along the index of its own kind.  The inner question
    is answered from `report_by_arrival` alone; asked for the minimum at once, PostgreSQL would walk
    through all numbers before.
    """
    arrived = sa.select(report.c.id).where(report.c.arrived_ms >= since_ms).offset(0).subquery()
    found = connection.execute(sa.select(sa.func.min(arrived.c.id))).scalar()
    return _NO_ID_YET if found is None else int(found)
