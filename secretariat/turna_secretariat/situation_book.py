"""Reads what a situation report rolls up, in time however large the archive is.

Forms are few and every one of them counts, for good: each is read and decoded once, and kept for
the next question.  Situation reports are many and only the last one of a handset counts: of the
period that is asked for, the database picks it out.
"""

import json
from collections.abc import Iterator
from threading import Lock
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping
from sqlalchemy.sql.util import ClauseAdapter

from turna_secretariat import picture
from turna_secretariat.registry import Registry
from turna_secretariat.schema import contact, is_proved_sitrep, report
from turna_secretariat.scope import devices_in_view
from turna_secretariat.situation import Said

FORMS = ("worksite_triage", "worksite_report", "victim", "area", "hazard")
# Of a decoded form what the roll-up asks for; the rest is not kept.
_KEPT = frozenset(
    (
        *("triage", "completed", "asr_level", "live_rescued", "deceased_recovered", "missing"),
        *("live_contacts", "releasable", "needs", "hazards", "number", "outcome", "sector"),
        *("radius_m", "security_level", "hazard", "state", "team_status"),
    )
)
_COLUMNS = [
    report.c[name]
    for name in ("id", "device", "type", "arrived_ms", "observed_s", "lat_e5", "lon_e5", "body")
]


class _Kept:
    """The forms of one mode that somebody may see, oldest first, and up to where they are read."""

    def __init__(self) -> None:
        self.said: list[Said] = []
        self.read_to = dict.fromkeys(FORMS, 0)


class SituationBook:
    """What was said so far; may be asked from several threads."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._kept: dict[tuple[frozenset[int] | None, str], _Kept] = {}
        self._lock = Lock()

    def said(self, connection: Connection, mode: str, since_ms: int, until_ms: int) -> list[Said]:
        """Return all forms, and the last situation report of each handset in the period."""
        with self._lock:
            kept = self._kept.setdefault((devices_in_view.get(), mode), _Kept())
            new = [self._one(row) for row in _new_forms(connection, mode, kept.read_to)]
            if new:
                kept.said = sorted((*kept.said, *new), key=lambda one: one.at_ms)
            forms = kept.said
        last = _last_sitreps(connection, mode, since_ms, until_ms)
        return [*forms, *(self._one(row) for row in last)]

    def _one(self, row: RowMapping) -> Said:
        body: dict[str, Any] = json.loads(row["body"])
        handset = self._registry.handset(row["device"])
        has_place = row["lat_e5"] is not None
        return Said(
            at_ms=row["arrived_ms"] if row["observed_s"] is None else row["observed_s"] * 1000,
            team=self._registry.call_sign(row["device"]) if handset is None else handset.team,
            type=row["type"],
            body={name: value for name, value in body.items() if name in _KEPT},
            place=(row["lat_e5"] / 100_000, row["lon_e5"] / 100_000) if has_place else None,
            worksite=picture.worksite_name(self._registry, row["device"], body)
            if body.get("worksite")
            else None,
        )


def _new_forms(connection: Connection, mode: str, read_to: dict[str, int]) -> Iterator[RowMapping]:
    """Yield the forms that came since, each type along its index, and note how far it was read."""
    for kind in FORMS:
        query = sa.select(*_COLUMNS).where((report.c.mode == mode) & (report.c.type == kind))
        query = query.where((report.c.standing == "authentic") & (report.c.id > read_to[kind]))
        for row in connection.execute(query.order_by(report.c.id)).mappings():
            read_to[kind] = row["id"]
            yield row


def _last_sitreps(
    connection: Connection, mode: str, since_ms: int, until_ms: int
) -> list[RowMapping]:
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
    query = sa.select(*_COLUMNS).join(senders, senders.c.id == report.c.id)
    query = query.where(report.c.arrived_ms >= since_ms).order_by(report.c.id)
    return list(connection.execute(query).mappings())


def _of(alias: sa.FromClause, said: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Return what is said of `report` as said of an alias of it."""
    return ClauseAdapter(alias).traverse(said)
