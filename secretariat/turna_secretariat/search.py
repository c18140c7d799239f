"""Finds reports by what an officer remembers of them: newest first, a bounded look at a time.

However large the archive, one question looks at a stretch of it and says from where to go on.
"""

import heapq
import json
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from turna_secretariat.queries import report_as_json
from turna_secretariat.registry import Registry
from turna_secretariat.schema import report

# So many numbers of the archive one question covers; a rare type is found within 200 ms.
STRETCH = 200_000
# So many reports one question reads the words of: about 20 us each on a slow core.
READ_AT_MOST = 2_500
TEXT_LIMIT = 100
_HEADING = ("mode", "time", "time_quality")
MODES = ("actual", "exercise", "test", "unknown")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; None or empty means whatever there is."""

    types: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    device: int | None = None
    mode: str | None = None
    state: int | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    text: str = ""


def search(
    connection: Connection, registry: Registry, wanted: Wanted, *, limit: int, before_id: int | None
) -> dict[str, Any]:
    """Return at most `limit` reports, and before which number to ask on (None: all was seen).

    With the newest number of all reports, found or not: so far whoever asks has seen the archive.
    """
    newest = _newest(connection)
    end = newest + 1 if before_id is None else before_id
    start = max(0, end - STRETCH)
    query = _query(registry, wanted).where((report.c.id >= start) & (report.c.id < end))
    words = folded(wanted.text).split()
    at_most = READ_AT_MOST if words else limit
    rows = islice(_rows(connection, query.limit(at_most), wanted), at_most)
    found: list[dict[str, Any]] = []
    read, last = 0, end
    for row in rows:
        read, last = read + 1, row["id"]
        if _says(row, registry, words):
            found.append(report_as_json(row, registry))
        if len(found) == limit:
            break
    stopped_early = len(found) == limit or (words and read == READ_AT_MOST)
    older = last if stopped_early else start
    older_before_id = older if older > 1 else None
    return {"reports": found, "older_before_id": older_before_id, "newest_id": newest}


def devices_of(
    registry: Registry, teams: tuple[str, ...], countries: tuple[str, ...]
) -> list[int] | None:
    """Return the handsets of these teams and countries, or None if neither is asked for."""
    if not teams and not countries:
        return None
    return [
        handset.device
        for handset in registry.handsets()
        if (not teams or handset.team in teams) and (not countries or handset.country in countries)
    ]


def folded(text: str) -> str:
    """Return text as it is compared: without case and without marks over or under letters."""
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return bare.replace("\u0131", "i")  # a Turkish keyboard's small I without a dot


def _rows(connection: Connection, query: sa.Select[Any], wanted: Wanted) -> Iterator[RowMapping]:
    """Yield what a query finds; of some types, walking along `report_by_type` for each."""
    if not wanted.types:
        yield from connection.execute(query).mappings()
        return
    modes = MODES if wanted.mode is None else (wanted.mode,)
    found = [
        connection.execute(
            query.where((report.c.mode == mode) & (report.c.type == kind))
        ).mappings()
        for mode in modes
        for kind in wanted.types
    ]
    yield from heapq.merge(*found, key=lambda row: int(row["id"]), reverse=True)


def _query(registry: Registry, wanted: Wanted) -> sa.Select[Any]:
    query = sa.select(report).order_by(report.c.id.desc())
    devices = devices_of(registry, wanted.teams, wanted.countries)
    if devices is not None:
        query = query.where(report.c.device.in_(devices))
    if wanted.without:
        query = query.where(report.c.type.not_in(wanted.without))
    for column, value in ((report.c.device, wanted.device), (report.c.mode, wanted.mode)):
        if value is not None:
            query = query.where(column == value)
    if wanted.state is not None:
        query = query.where(report.c.state == wanted.state)
    if wanted.since_ms is not None:
        query = query.where(report.c.arrived_ms >= wanted.since_ms)
    if wanted.until_ms is not None:
        query = query.where(report.c.arrived_ms < wanted.until_ms)
    return query


def _newest(connection: Connection) -> int:
    newest = sa.select(sa.func.coalesce(sa.func.max(report.c.id), 0))
    return int(connection.execute(newest).scalar_one())


def _says(row: RowMapping, registry: Registry, words: list[str]) -> bool:
    """Tell whether each word stands in what the report says, or in its sender's name."""
    if not words:
        return True
    sender = (row["type"], registry.call_sign(row["device"]))
    # Whatever is said stands in the body as well, between names: quickly looked at, most are out.
    if not _holds((*sender, row["body"]), [word for word in words if word.isalnum()]):
        return False
    return _holds((*sender, *_strings(json.loads(row["body"]))), words)


def _holds(said: Iterable[str], words: Iterable[str]) -> bool:
    line = folded(" ".join(said).replace("_", " "))
    return all(word in line for word in words)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name == "needs" and isinstance(item, dict):
                yield from item  # what is needed are the names themselves
            elif name not in _HEADING:
                yield from _strings(item)
