"""The archive's writes: what one transaction keeps, all of it or nothing."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from turna_protocol.delivery import ACTED, AT_SECRETARIAT
from turna_secretariat import lookups
from turna_secretariat.schema import (
    action,
    alarm,
    carriage,
    change,
    gateway,
    is_sos,
    notice,
    owed,
    quarantine,
    refusal,
    report,
)
from turna_secretariat.totals import Totals

# Device, generation and number of a report.
Key = tuple[int, int, int]

# Numbers for so many reports; nobody else writes, and what is given is never given again.
_NUMBERS = {
    "sqlite": """
        WITH RECURSIVE n(id) AS (
            SELECT coalesce(max(id), 0) + 1 FROM report
            UNION ALL SELECT id + 1 FROM n LIMIT :count
        ) SELECT id FROM n""",
    "postgresql": "SELECT nextval('report_id_seq') FROM generate_series(1, :count)",
}
_REPEAT = (
    carriage.update()
    .where(carriage.c.report_id == sa.bindparam("of"))
    .where(carriage.c.gateway == sa.bindparam("by"))
    .values(copies=carriage.c.copies + sa.bindparam("more"))
)


class Window(NamedTuple):
    """The `size` numbers below `newest`, and the state that is asked of them."""

    device: int
    generation: int
    newest: int
    size: int
    state: int


class NewReport(NamedTuple):
    """What the desk has found out about a report before it is stored."""

    device: int
    generation: int
    seq: int
    fingerprint: bytes
    standing: str
    mode: str
    type: str
    priority: int
    observed_s: int | None
    arrived_ms: int
    state: int
    lat_e5: int | None
    lon_e5: int | None
    body: str
    content: bytes
    end_to_end_tag: bytes


class Carriage(NamedTuple):
    """How one gateway brought a report."""

    gateway: str
    boot_id: bytes
    digest: bytes
    heard_ms: int
    arrived_ms: int
    rssi_dbm: int
    snr_db_x4: int
    hops: int


class Transaction:
    """The archive's writes, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._totals = Totals()
        self._new: set[int] = set()

    def finish(self) -> None:
        """Write what was counted; the last statements before the commit."""
        self._totals.write(self._connection)

    @property
    def connection(self) -> Connection:
        """Return what a module that keeps its own tables here runs its statements on."""
        return self._connection

    def execute(self, statement: sa.Executable) -> sa.CursorResult[*tuple[Any, ...]]:
        """Run a statement of a module that keeps its own tables here."""
        return self._connection.execute(statement)

    def reports_named(self, keys: Iterable[Key]) -> Sequence[sa.Row[Any]]:
        """Return every report kept under these keys; two of one mean a clone or a forgery."""
        return lookups.named(self._connection, keys)

    def report_by_id(self, report_id: int) -> RowMapping | None:
        found = self._connection.execute(sa.select(report).where(report.c.id == report_id))
        return found.mappings().first()

    def insert_reports(self, new: Sequence[NewReport], at_ms: int) -> list[int]:
        """Store reports in this order and return their numbers."""
        if not new:
            return []
        numbers = self._new_numbers(len(new))
        rows = []
        for number, one in zip(numbers, new, strict=True):
            rows.append(one._asdict() | {"id": number})
            self._totals.filed(number, one)
        self._connection.execute(report.insert(), rows)
        self._new.update(numbers)
        changes = [{"kind": "report", "report_id": each, "at_ms": at_ms} for each in numbers]
        self._connection.execute(change.insert(), changes)
        return numbers

    def _new_numbers(self, count: int) -> list[int]:
        query = sa.text(_NUMBERS[self._connection.dialect.name])
        return [
            int(number) for number in self._connection.execute(query, {"count": count}).scalars()
        ]

    def change_standing(
        self, report_id: int, before: NewReport, after: NewReport, at_ms: int
    ) -> None:
        """Keep what a report is worth by a later proof."""
        mine = report.c.id == report_id
        self._connection.execute(report.update().where(mine).values(standing=after.standing))
        self._totals.changed(report_id, before, after)
        self.note_change("report", report_id, at_ms)

    def note_number(self, device: int, generation: int, seq: int, at_ms: int) -> None:
        """Note a number that a proved packet has brought which is no report."""
        self._totals.numbered(device, generation, seq, at_ms)

    def note_carriages(self, ways: Sequence[tuple[int, Carriage]]) -> None:
        """Keep the first way of each gateway with each report, and count its repeats."""
        there = self._carried({report_id for report_id, _ in ways} - self._new)
        new: dict[tuple[int, str], dict[str, Any]] = {}
        repeated: Counter[tuple[int, str]] = Counter()
        for report_id, way in ways:
            key = report_id, way.gateway
            if key in there:
                repeated[key] += 1
            elif key in new:
                new[key]["copies"] += 1
            else:
                new[key] = way._asdict() | {"report_id": report_id, "copies": 1}
                continue
            self._totals.repeated(report_id)
        if new:
            self._connection.execute(carriage.insert(), list(new.values()))
        if repeated:
            rows = [{"of": key[0], "by": key[1], "more": more} for key, more in repeated.items()]
            self._connection.execute(_REPEAT, rows)

    def _carried(self, report_ids: Collection[int]) -> set[tuple[int, str]]:
        """Return which gateways carried which of these reports already."""
        if not report_ids:
            return set()
        known = sa.select(carriage.c.report_id, carriage.c.gateway)
        known = known.where(carriage.c.report_id.in_(report_ids))
        return {(row.report_id, row.gateway) for row in self._connection.execute(known)}

    def set_state(self, report_id: int, state: int, person: str | None, at_ms: int) -> None:
        values: dict[str, Any] = {"state": state}
        if person is not None:
            values["person"] = person
        self._connection.execute(report.update().where(report.c.id == report_id).values(**values))
        self.note_change("state", report_id, at_ms)

    def record_action(
        self, report_id: int, person: str, did: str, at_ms: int, reason: str | None = None
    ) -> None:
        deed = {"report_id": report_id, "at_ms": at_ms, "person": person, "did": did}
        self._connection.execute(action.insert().values(**deed, reason=reason))

    def raise_alarm(self, kind: str, report_id: int | None, detail: str, at_ms: int) -> None:
        self._connection.execute(
            alarm.insert().values(at_ms=at_ms, kind=kind, report_id=report_id, detail=detail[:200])
        )
        self.note_change("alarm", report_id, at_ms)

    def is_alarmed(self, kind: str, detail: str) -> bool:
        """Tell whether an open alarm says just this already."""
        same = (alarm.c.kind == kind) & (alarm.c.detail == detail[:200])
        query = sa.select(alarm.c.id).where(same & alarm.c.closed_ms.is_(None))
        return self._connection.execute(query).first() is not None

    def alarm_by_id(self, alarm_id: int) -> RowMapping | None:
        found = self._connection.execute(sa.select(alarm).where(alarm.c.id == alarm_id))
        return found.mappings().first()

    def alarm_about(self, report_id: int, kind: str) -> RowMapping | None:
        mine = (alarm.c.report_id == report_id) & (alarm.c.kind == kind)
        return self._connection.execute(sa.select(alarm).where(mine)).mappings().first()

    def close_alarm(self, alarm_id: int, person: str, at_ms: int) -> None:
        """End an open alarm; a person is answerable for it."""
        self._change_alarm(alarm_id, at_ms, closed_ms=at_ms, closed_by=person)

    def cancel_alarm(self, alarm_id: int, at_ms: int) -> None:
        """Note that the sender took an SOS back; the alarm stays open for a person."""
        self._change_alarm(alarm_id, at_ms, cancelled_ms=at_ms)

    def sos_of(self, device: int, generation: int, mode: str) -> list[RowMapping]:
        """Return a handset's proved SOS of one mode, each with its alarm's id if it raised one."""
        mine = (report.c.device == device) & (report.c.generation == generation)
        mine &= report.c.mode == mode
        query = (
            sa.select(
                report.c.id.label("report_id"),
                report.c.seq,
                report.c.body,
                alarm.c.id.label("alarm_id"),
            )
            .outerjoin(alarm, (alarm.c.report_id == report.c.id) & (alarm.c.kind == "sos"))
            .where(mine & is_sos)
            .where(report.c.standing.in_(("authentic", "clone")))
            .order_by(report.c.seq)
        )
        return list(self._connection.execute(query).mappings())

    def held_in_windows(self, windows: Iterable[Window]) -> dict[Window, set[int]]:
        """Return which numbers of each window a receipt may speak of with its state."""
        held: dict[Window, set[int]] = {window: set() for window in windows}
        twice: dict[Window, set[int]] = {window: set() for window in held}
        for row in lookups.below(self._connection, held):
            window = Window._make(row[:5])
            if row.standing == "clone":
                twice[window].add(row.seq)
            elif row.standing == "authentic" and _is_at(row.state, window.state):
                held[window].add(row.seq)
        # Of two reports under one number no more is told than that they are here: their handset
        # would take it for both.
        return {
            window: numbers if window.state == AT_SECRETARIAT else numbers - twice[window]
            for window, numbers in held.items()
        }

    def digests_by_gateway(self, report_id: int) -> dict[str, bytes]:
        """Return which gateways carried a report, first one first, and their packets' digests."""
        mine = sa.select(carriage.c.gateway, carriage.c.digest)
        mine = mine.where(carriage.c.report_id == report_id).order_by(carriage.c.arrived_ms)
        return {row.gateway: row.digest for row in self._connection.execute(mine)}

    def owe(self, report_id: int, gateway_name: str, state: int) -> int:
        """Keep a person's word for one gateway until `settle`."""
        values = {"report_id": report_id, "gateway": gateway_name, "state": state}
        return _inserted_id(self._connection.execute(owed.insert().values(**values)))

    def owed(self) -> list[RowMapping]:
        return list(self._connection.execute(sa.select(owed).order_by(owed.c.id)).mappings())

    def settle(self, owed_ids: Sequence[int]) -> None:
        self._connection.execute(owed.delete().where(owed.c.id.in_(owed_ids)))

    def put_aside(self, fingerprint: bytes, payload: bytes, reason: str, at_ms: int) -> bool:
        """Keep a report raw that cannot be filed; return whether it was not there before."""
        same = quarantine.c.fingerprint == fingerprint
        again = quarantine.update().where(same).values(copies=quarantine.c.copies + 1)
        if self._connection.execute(again).rowcount:
            return False
        values = {"fingerprint": fingerprint, "payload": payload, "reason": reason[:200]}
        self._connection.execute(quarantine.insert().values(at_ms=at_ms, copies=1, **values))
        return True

    def put_aside_before(self, limit: int) -> list[tuple[int, bytes]]:
        """Return the oldest of what is kept raw: number and payload."""
        query = sa.select(quarantine.c.id, quarantine.c.payload).order_by(quarantine.c.id)
        return [(row.id, row.payload) for row in self._connection.execute(query.limit(limit))]

    def take_up(self, number: int) -> None:
        """Forget what was kept raw: it is filed."""
        self._connection.execute(quarantine.delete().where(quarantine.c.id == number))

    def count_refusal(self, reason: str, topic: str, payload: bytes, at_ms: int) -> None:
        kept = {"last_ms": at_ms, "last_topic": topic[:200], "last_payload": payload[:1024]}
        counted = refusal.update().where(refusal.c.reason == reason)
        counted = counted.values(count=refusal.c.count + 1, **kept)
        if self._connection.execute(counted).rowcount == 0:
            self._connection.execute(refusal.insert().values(reason=reason, count=1, **kept))

    def note_gateway(self, name: str, country: str, at_ms: int, **known: Any) -> None:
        """Keep what is known of a gateway: `connected` (bool), `health` (JSON text)."""
        values = {"country": country, "heard_ms": at_ms} | known
        updated = gateway.update().where(gateway.c.name == name).values(**values)
        if self._connection.execute(updated).rowcount == 0:
            fresh: dict[str, Any] = {"connected": False, "health": "{}"} | values
            self._connection.execute(gateway.insert().values(name=name, **fresh))
        self.note_change("gateway", None, at_ms)

    def gateway_health(self, name: str) -> dict[str, Any]:
        """Return what a gateway's last heartbeat said; empty if there was none."""
        query = sa.select(gateway.c.health).where(gateway.c.name == name)
        known: dict[str, Any] = json.loads(self._connection.execute(query).scalar() or "{}")
        return known

    def insert_notice(self, **values: Any) -> bool:
        """Keep an official alert; False if it is kept already."""
        same = [notice.c[name] == values[name] for name in ("sender", "identifier", "sent_s")]
        if self._connection.execute(sa.select(notice.c.id).where(*same)).first() is not None:
            return False
        self._connection.execute(notice.insert().values(**values))
        return True

    def _change_alarm(self, alarm_id: int, at_ms: int, **values: Any) -> None:
        mine = alarm.c.id == alarm_id
        self._connection.execute(alarm.update().where(mine).values(**values))
        about = self._connection.execute(sa.select(alarm.c.report_id).where(mine)).scalar()
        self.note_change("alarm", about, at_ms)

    def note_change(self, kind: str, report_id: int | None, at_ms: int) -> None:
        """Tell the page that there is news."""
        self._connection.execute(
            change.insert().values(kind=kind, report_id=report_id, at_ms=at_ms)
        )


def _is_at(state: int, wanted: int) -> bool:
    """Tell whether a report stands where it is asked for, or beyond.

    A final word is not beyond another: what was refused was not acted on.
    """
    return state == wanted or wanted < min(state, ACTED)


def _inserted_id(result: "sa.CursorResult[Any]") -> int:
    key = result.inserted_primary_key
    assert key is not None  # an INSERT of one row into a table with a primary key
    return int(key[0])
