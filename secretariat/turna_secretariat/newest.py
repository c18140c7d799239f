"""Finds the newest reports of some types without reading the many of other types in between."""

import heapq
from collections.abc import Sequence
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from turna_secretariat.schema import report

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
