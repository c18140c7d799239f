"""The archive: every report the Secretariat was ever sent, committed before anything is answered.

One writer. `Archive.transaction()` is all or nothing; readers use `Archive.reader()` of their own.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, RowMapping

from turna_secretariat import schema
from turna_secretariat.schema import (
    action,
    alarm,
    carriage,
    change,
    gateway,
    notice,
    owed,
    quarantine,
    refusal,
    report,
)

# What one statement's values can cause; every other error says that the storage itself has failed.
_CAUSED_BY_VALUES = (
    sa.exc.DataError,
    sa.exc.IntegrityError,
    sa.exc.InterfaceError,
    sa.exc.NotSupportedError,
    sa.exc.ProgrammingError,
)


class ArchiveError(Exception):
    """The archive cannot be opened as it is; the message says why and what to do."""


def is_storage_failure(error: BaseException) -> bool:
    """Tell whether the database failed, rather than what it was asked to keep."""
    if isinstance(error, sa.exc.DBAPIError):
        return not isinstance(error, _CAUSED_BY_VALUES)
    return isinstance(error, sqlite3.Error | OSError | sa.exc.TimeoutError | ArchiveError)


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


class Archive:
    """Reports, provenance, actions and alarms: one connection writes, others only read."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._writer: Engine | None = None
        self._readers: Engine | None = None
        # Grows with each commit, so that a page may ask cheaply whether there is news.
        self.commits = 0

    @classmethod
    def in_file(cls, path: Path) -> "Archive":
        return cls(f"sqlite:///{path}")

    def open_to_read(self) -> None:
        """Open an existing archive beside its writer; `transaction` stays closed."""
        readers = sa.create_engine(self._url)
        if readers.dialect.name == "sqlite":
            path = Path(str(readers.url.database)).absolute()
            if not path.exists():
                raise ArchiveError(f"there is no archive at {path}")
            # Not even its existence may be changed by a reader.
            readers = sa.create_engine(f"sqlite:///{path.as_uri()}?mode=ro&uri=true")
            sa.event.listen(readers, "connect", _prepare_to_read)
            sa.event.listen(readers, "begin", _begin_to_read)
        try:
            with readers.connect() as connection:
                _require_known_version(connection)
        except sa.exc.DBAPIError as error:
            raise ArchiveError(f"the archive cannot be read: {error.orig}") from None
        self._readers = readers

    def open(self) -> None:
        """Open or create the archive. ArchiveError if it is none, is damaged, or is too new."""
        # SQLite before 3.51.3 may lose a WAL reset between two connections that both write.
        writer = sa.create_engine(self._url, pool_size=1, max_overflow=0)
        readers = sa.create_engine(self._url)
        if writer.dialect.name == "sqlite":
            sa.event.listen(writer, "connect", _prepare_to_write)
            sa.event.listen(writer, "begin", _begin_to_write)
            sa.event.listen(readers, "connect", _prepare_to_read)
            sa.event.listen(readers, "begin", _begin_to_read)
        try:
            was_cut_off = _has_journal(writer)
            with writer.begin() as connection:
                if was_cut_off:
                    _require_intact(connection)
                schema.metadata.create_all(connection)
                _check_version(connection)
        except sa.exc.DBAPIError as error:
            raise ArchiveError(f"the archive cannot be opened: {error.orig}") from None
        self._writer, self._readers = writer, readers

    def close(self) -> None:
        for engine in (self._readers, self._writer):
            if engine is not None:
                engine.dispose()
        self._writer = self._readers = None

    @contextmanager
    def transaction(self) -> Iterator["Transaction"]:
        """Commit all that is done inside, or nothing of it."""
        with _opened(self._writer).begin() as connection:
            yield Transaction(connection)
        self.commits += 1

    @contextmanager
    def reader(self) -> Iterator[Connection]:
        with _opened(self._readers).connect() as connection:
            yield connection


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

    def actions_on(self, report_id: int) -> list[RowMapping]:
        mine = sa.select(action).where(action.c.report_id == report_id).order_by(action.c.id)
        return list(self._connection.execute(mine).mappings())

    def raise_alarm(self, kind: str, report_id: int | None, detail: str, at_ms: int) -> None:
        self._connection.execute(
            alarm.insert().values(at_ms=at_ms, kind=kind, report_id=report_id, detail=detail[:200])
        )
        self._note_change("alarm", report_id, at_ms)

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

    def sos_of(self, device: int, generation: int) -> list[RowMapping]:
        """Return a handset's proved SOS reports, each with its alarm's id if it raised one."""
        mine = (report.c.device == device) & (report.c.generation == generation)
        query = (
            sa.select(
                report.c.id.label("report_id"),
                report.c.seq,
                report.c.body,
                alarm.c.id.label("alarm_id"),
            )
            .outerjoin(alarm, (alarm.c.report_id == report.c.id) & (alarm.c.kind == "sos"))
            .where(mine & (report.c.type == "sos"))
            .where(report.c.standing.in_(("authentic", "clone")))
            .order_by(report.c.seq)
        )
        return list(self._connection.execute(query).mappings())

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
        self._note_change("alarm", about, at_ms)

    def _note_change(self, kind: str, report_id: int | None, at_ms: int) -> None:
        self._connection.execute(
            change.insert().values(kind=kind, report_id=report_id, at_ms=at_ms)
        )


def _opened(engine: Engine | None) -> Engine:
    if engine is None:
        raise ArchiveError("the archive is not open")
    return engine


def _prepare_to_write(connection: Any, _record: object) -> None:
    # An acknowledgement may follow a commit only if the commit is on the disk: WAL alone is not.
    _prepare(connection, "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")


def _prepare_to_read(connection: Any, _record: object) -> None:
    _prepare(connection, "query_only=ON")


def _prepare(connection: Any, *pragmas: str) -> None:
    for pragma in ("busy_timeout=5000", *pragmas):
        connection.execute(f"PRAGMA {pragma}")
    connection.isolation_level = None  # the begin events below start each transaction


def _begin_to_write(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_to_read(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _has_journal(engine: Engine) -> bool:
    """Tell whether the last run ended without closing: SQLite then leaves its journal behind."""
    database = engine.url.database
    is_file = engine.dialect.name == "sqlite" and database is not None
    return is_file and Path(f"{database}-wal").exists()


def _require_intact(connection: Connection) -> None:
    found = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
    if found != "ok":
        raise ArchiveError(
            f"the archive is damaged ({found}): keep the file, put back the last good copy; "
            "the gateways send again what is missing in it"
        )


def _check_version(connection: Connection) -> None:
    if _require_known_version(connection) is None:
        connection.execute(schema.schema_version.insert().values(version=schema.SCHEMA_VERSION))


def _require_known_version(connection: Connection) -> int | None:
    stored = connection.execute(sa.select(schema.schema_version.c.version)).scalar()
    if stored is not None and stored > schema.SCHEMA_VERSION:
        raise ArchiveError(
            f"the archive has schema version {stored}, this Turna knows {schema.SCHEMA_VERSION}: "
            "start the newer Turna, nothing was changed"
        )
    return None if stored is None else int(stored)


def _inserted_id(result: "sa.CursorResult[Any]") -> int:
    key = result.inserted_primary_key
    assert key is not None  # an INSERT of one row into a table with a primary key
    return int(key[0])
