"""The archive: every report the Secretariat was ever sent, committed before anything is answered.

One writer. `Archive.transaction()` is all or nothing; readers use `Archive.reader()` of their own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, RowMapping

from turna_secretariat import schema
from turna_secretariat.schema import action, alarm, carriage, change, gateway, refusal, report


class ArchiveError(Exception):
    """The archive cannot be opened as it is; the message says why and what to do."""


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
    heard_ms: int
    arrived_ms: int
    rssi_dbm: int
    snr_db_x4: int
    hops: int


class Archive:
    """Reports, provenance, actions and alarms behind one engine."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._engine: Engine | None = None

    @classmethod
    def in_file(cls, path: Path) -> "Archive":
        return cls(f"sqlite:///{path}")

    def open(self) -> None:
        """Open or create the archive. ArchiveError if a newer Turna wrote it."""
        engine = sa.create_engine(self._url)
        if engine.dialect.name == "sqlite":
            sa.event.listen(engine, "connect", _set_pragmas)
            sa.event.listen(engine, "begin", _begin_for_writing)
        with engine.begin() as connection:
            schema.metadata.create_all(connection)
            _check_version(connection)
        self._engine = engine

    def close(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    @contextmanager
    def transaction(self) -> Iterator["Transaction"]:
        """Commit all that is done inside, or nothing of it."""
        with self._opened().begin() as connection:
            yield Transaction(connection)

    @contextmanager
    def reader(self) -> Iterator[Connection]:
        with self._opened().connect().execution_options(turna_reader=True) as connection:
            yield connection

    def _opened(self) -> Engine:
        if self._engine is None:
            raise ArchiveError("the archive is not open")
        return self._engine


class Transaction:
    """The archive's writes, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def report_named(self, device: int, generation: int, seq: int) -> list[RowMapping]:
        """Return every report kept under one key; more than one means a clone or a forgery."""
        where = (
            (report.c.device == device)
            & (report.c.generation == generation)
            & (report.c.seq == seq)
        )
        return list(self._connection.execute(sa.select(report).where(where)).mappings())

    def report_by_id(self, report_id: int) -> RowMapping | None:
        found = self._connection.execute(sa.select(report).where(report.c.id == report_id))
        return found.mappings().first()

    def insert_report(self, new: NewReport, at_ms: int) -> int:
        result = self._connection.execute(report.insert().values(**new._asdict()))
        report_id = int(_inserted_id(result))
        self._note_change("report", report_id, at_ms)
        return report_id

    def note_carriage(self, report_id: int, carried: Carriage) -> None:
        """Keep the first way of a gateway with a report, and count its repeats."""
        mine = (carriage.c.report_id == report_id) & (carriage.c.gateway == carried.gateway)
        repeated = carriage.update().where(mine).values(copies=carriage.c.copies + 1)
        if self._connection.execute(repeated).rowcount == 0:
            values = carried._asdict() | {"report_id": report_id, "copies": 1}
            self._connection.execute(carriage.insert().values(**values))

    def set_state(self, report_id: int, state: int, person: str | None, at_ms: int) -> None:
        values: dict[str, Any] = {"state": state}
        if person is not None:
            values["person"] = person
        self._connection.execute(report.update().where(report.c.id == report_id).values(**values))
        self._note_change("state", report_id, at_ms)

    def record_action(self, report_id: int, person: str, did: str, at_ms: int) -> None:
        self._connection.execute(
            action.insert().values(report_id=report_id, at_ms=at_ms, person=person, did=did)
        )

    def raise_alarm(self, kind: str, report_id: int | None, detail: str, at_ms: int) -> None:
        self._connection.execute(
            alarm.insert().values(at_ms=at_ms, kind=kind, report_id=report_id, detail=detail[:200])
        )
        self._note_change("alarm", report_id, at_ms)

    def close_alarms(self, report_id: int, kind: str, person: str, at_ms: int) -> None:
        """End the open alarms of one kind about a report; a person is answerable for it."""
        opened = (alarm.c.report_id == report_id) & (alarm.c.kind == kind)
        self._connection.execute(
            alarm.update()
            .where(opened & alarm.c.closed_ms.is_(None))
            .values(closed_ms=at_ms, closed_by=person)
        )
        self._note_change("alarm", report_id, at_ms)

    def held_in_window(
        self, device: int, generation: int, newest_seq: int, window: int, state: int
    ) -> set[int]:
        """Return which of the `window` numbers below `newest_seq` stand at `state` or beyond."""
        where = (
            (report.c.device == device)
            & (report.c.generation == generation)
            & (report.c.seq < newest_seq)
            & (report.c.seq >= newest_seq - window)
            & (report.c.standing == "authentic")
            & (report.c.state >= state)
        )
        return set(self._connection.execute(sa.select(report.c.seq).where(where)).scalars())

    def gateways_of(self, report_id: int) -> list[str]:
        mine = sa.select(carriage.c.gateway).where(carriage.c.report_id == report_id)
        return list(self._connection.execute(mine.order_by(carriage.c.arrived_ms)).scalars())

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
        self._note_change("gateway", None, at_ms)

    def _note_change(self, kind: str, report_id: int | None, at_ms: int) -> None:
        self._connection.execute(
            change.insert().values(kind=kind, report_id=report_id, at_ms=at_ms)
        )


def _set_pragmas(connection: Any, _record: object) -> None:
    # An acknowledgement may follow a commit only if the commit is on the disk: WAL alone is not.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")
    connection.isolation_level = None  # SQLAlchemy's begin event below starts the transaction


def _begin_for_writing(connection: Connection) -> None:
    reader = connection.get_execution_options().get("turna_reader", False)
    connection.exec_driver_sql("BEGIN" if reader else "BEGIN IMMEDIATE")


def _check_version(connection: Connection) -> None:
    stored = connection.execute(sa.select(schema.schema_version.c.version)).scalar()
    if stored is None:
        connection.execute(schema.schema_version.insert().values(version=schema.SCHEMA_VERSION))
    elif stored > schema.SCHEMA_VERSION:
        raise ArchiveError(
            f"the archive has schema version {stored}, this Turna knows {schema.SCHEMA_VERSION}: "
            "start the newer Turna, nothing was changed"
        )


def _inserted_id(result: "sa.CursorResult[Any]") -> int:
    key = result.inserted_primary_key
    assert key is not None  # an INSERT of one row into a table with a primary key
    return int(key[0])
