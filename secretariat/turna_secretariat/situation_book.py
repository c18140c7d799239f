"""Reads what a situation report rolls up, in time however large the archive is.

Forms are few and every one of them counts, for good: they stand side by side in a table of their
own, each is read and decoded once, and kept for the next question.  Situation reports are many and
only the last one of a handset counts: of the period that is asked for, the database picks it out.
Whom they count is kept beside them: the last that counts anybody may lie far back.
"""

import json
from collections.abc import Sequence
from threading import Lock
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.sql.util import ClauseAdapter

from turna_secretariat import picture
from turna_secretariat.queries import revoked_generations
from turna_secretariat.registry import Registry
from turna_secretariat.schema import (
    COUNTED,
    contact,
    counted,
    form,
    is_proved_sitrep,
    report,
)
from turna_secretariat.scope import devices_in_view
from turna_secretariat.sitrep_counts import Count
from turna_secretariat.situation import Said
from turna_secretariat.uncollected import uncollected

_SAID_MS = sa.func.coalesce(report.c.observed_s * 1000, report.c.arrived_ms).label("at_ms")
_AT_ONCE = 200
_HEADING = ("device", "type", "lat_e5", "lon_e5", "body")
_OF_COUNTS = (counted.c.device, counted.c.at_ms, counted.c.lat_e5, counted.c.lon_e5)


class _Kept:
    """The forms of one mode that somebody may see, oldest first, and up to where they are read."""

    def __init__(self) -> None:
        self.said: list[Said] = []
        self.read_to = 0


class SituationBook:
    """What was said so far; may be asked from several threads."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._kept: dict[tuple[frozenset[int] | None, str], _Kept] = {}
        self._lock = Lock()

    def said(self, connection: Connection, mode: str, since_ms: int, until_ms: int) -> list[Said]:
        """Return all forms, and the last situation report of each handset in the period."""
        forms = self.read(connection, mode)
        last = _last_sitreps(connection, mode, since_ms, until_ms)
        return [*forms, *self._decoded(last)]

    def read(self, connection: Connection, mode: str) -> list[Said]:
        """Return all forms of a mode; only those are read that came since the last time."""
        with self._lock, uncollected:
            asked_by = (devices_in_view.get(), mode)
            kept = self._kept.setdefault(asked_by, _Kept())
            rows = _forms_after(connection, mode, kept.read_to)
            if len(kept.said) + len(rows) != _form_count(connection, mode):
                # One of before is proved since: a handset that the kit had not known.
                self._kept[asked_by] = kept = _Kept()
                rows = _forms_after(connection, mode, kept.read_to)
            if rows:
                kept.read_to = rows[-1].report_id
                kept.said = sorted((*kept.said, *self._decoded(rows)), key=lambda one: one.at_ms)
            return kept.said

    def _decoded(self, rows: Sequence[sa.Row[Any]]) -> list[Said]:
        decoded: list[Said] = []
        # Some at once: each by itself takes longer to begin, all of them would fill the memory.
        for start in range(0, len(rows), _AT_ONCE):
            some = rows[start : start + _AT_ONCE]
            bodies = json.loads(f"[{','.join([row.body for row in some])}]")
            decoded += [self._one(row, body) for row, body in zip(some, bodies, strict=True)]
        return decoded

    def _one(self, row: sa.Row[Any], body: dict[str, Any]) -> Said:
        handset = self._registry.handset(row.device)
        return Said(
            at_ms=row.at_ms,
            team=self._registry.call_sign(row.device) if handset is None else handset.team,
            type=row.type,
            body=body,
            place=None if row.lat_e5 is None else (row.lat_e5 / 100_000, row.lon_e5 / 100_000),
            worksite=picture.worksite_name(self._registry, row.device, body)
            if body.get("worksite")
            else None,
        )


def counts_in_sitreps(
    connection: Connection, registry: Registry, mode: str, since_ms: int, until_ms: int
) -> list[Count]:
    """Return of each handset the newest number of each kind that it gave within a period."""
    in_period = (counted.c.mode == mode) & counted.c.at_ms.between(since_ms, until_ms - 1)
    last_ms = (sa.func.max(sa.case((counted.c[n].is_not(None), counted.c.at_ms))) for n in COUNTED)
    named = (one.label(name) for one, name in zip(last_ms, COUNTED, strict=True))
    last = (
        sa.select(counted.c.device, *named).where(in_period).group_by(counted.c.device).subquery()
    )
    # Of thousands of rows the database picks out those that are the newest in anything.
    is_last = sa.or_(*(counted.c.at_ms == last.c[name] for name in COUNTED))
    query = sa.select(*_OF_COUNTS, *(counted.c[name] for name in COUNTED)).where(
        in_period & is_last
    )
    query = query.join(last, last.c.device == counted.c.device)
    found: dict[tuple[int, str], sa.Row[Any]] = {}
    for row in connection.execute(query.order_by(counted.c.at_ms, counted.c.report_id)):
        for name, number in zip(COUNTED, row[len(_OF_COUNTS) :], strict=True):
            if number is not None:
                found[row.device, name] = row
    return [_count(registry, name, row) for (_, name), row in found.items()]


def revoked_teams(connection: Connection, registry: Registry) -> frozenset[str]:
    """Return the teams of whose handsets none has keys that count."""
    revoked = revoked_generations(connection)
    handsets = registry.handsets()
    able = {h.team for h in handsets if revoked.get(h.device, -1) < h.generation}
    return frozenset(h.team for h in handsets) - able


def _count(registry: Registry, name: str, row: sa.Row[Any]) -> Count:
    handset = registry.handset(row.device)
    call_sign = registry.call_sign(row.device)
    return Count(
        call_sign=call_sign,
        team=call_sign if handset is None else handset.team,
        name=name,
        number=getattr(row, name),
        at_ms=row.at_ms,
        place=None if row.lat_e5 is None else (row.lat_e5 / 100_000, row.lon_e5 / 100_000),
    )


def _forms_after(connection: Connection, mode: str, read_to: int) -> Sequence[sa.Row[Any]]:
    """Return the forms that came since, in the order in which they came."""
    columns = [form.c[name] for name in ("report_id", "at_ms", *_HEADING)]
    query = sa.select(*columns).where((form.c.mode == mode) & (form.c.report_id > read_to))
    return connection.execute(query.order_by(form.c.report_id)).all()


def _form_count(connection: Connection, mode: str) -> int:
    query = sa.select(sa.func.count()).select_from(form).where(form.c.mode == mode)
    return int(connection.execute(query).scalar_one())


def _last_sitreps(
    connection: Connection, mode: str, since_ms: int, until_ms: int
) -> Sequence[sa.Row[Any]]:
    """Return each handset's last one that came before the end, if it came within the period."""
    later = report.alias()
    last = (
        sa.select(later.c.id)
        .where((later.c.mode == mode) & (later.c.device == contact.c.device))
        .where(_of(later, is_proved_sitrep) & (later.c.arrived_ms < until_ms))
        .order_by(later.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    senders = sa.select(last.label("id")).where(contact.c.mode == mode).subquery()
    said = sa.select(_SAID_MS, *(report.c[name] for name in _HEADING))
    query = said.join(senders, senders.c.id == report.c.id)
    query = query.where(report.c.arrived_ms >= since_ms).order_by(report.c.id)
    return connection.execute(query).all()


def _of(alias: sa.FromClause, said: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Return what is said of `report` as said of an alias of it."""
    return ClauseAdapter(alias).traverse(said)
