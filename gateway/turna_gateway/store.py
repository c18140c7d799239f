"""The gateway's one database: reports, receipts for the radio, what must survive a restart.

SQLite in WAL mode with `synchronous=FULL`, one connection, one thread, one process (a lock beside
the file sees to it).  An error of the disk is never retried here: the process ends and starts anew.
"""

import contextlib
import fcntl
import logging
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import IO, NamedTuple

from turna_gateway import salvage
from turna_protocol import delivery

log = logging.getLogger(__name__)

SCHEMA_VERSION = 3
# Retired reports stay this long, so that a Secretariat restored from a backup can ask for them.
KEEP_RETIRED_S = 7 * 24 * 3600
PRUNE_AT_ONCE = 500
# A million reports take a third of this; a disk that is nearly full ends sooner.
LIMIT_BYTES = 1 << 30
# What the rest of the system, and the write-ahead log, need of the disk.
DISK_RESERVE_BYTES = 16 << 20
SALVAGED = "salvaged"
RECEIPTS_KEPT_PER_DEVICE = 128
RECEIPTS_PRUNED_EVERY = 16

NOT_OWED, OWED, SAID_ONCE = 0, 1, 2
# Behind every id.
NO_END = (1 << 63) - 1


class StoreError(Exception):
    """The database cannot be used; the message is one sentence for the operator."""


class NewReport(NamedTuple):
    """An authentic report on its way into the store: the columns of its row, in their order."""

    device: int
    generation: int
    seq: int
    digest: bytes
    header: bytes
    content: bytes
    end_to_end_tag: bytes
    lane: int
    quarantined: bool
    heard_at_s: int
    rssi_dbm: int
    snr_db_x4: int
    hops: int


class StoredReport(NamedTuple):
    """A report in the store, in the order in which it is published; `quarantined` is 0 or 1."""

    device: int
    generation: int
    seq: int
    header: bytes
    content: bytes
    end_to_end_tag: bytes
    digest: bytes
    quarantined: int
    heard_at_s: int
    rssi_dbm: int
    snr_db_x4: int
    hops: int
    lane: int
    id: int


@dataclass(frozen=True, slots=True)
class RadioReceipt:
    """A sealed entry to be said by radio."""

    id: int
    device: int
    entry: bytes
    owed: int


@dataclass(frozen=True, slots=True)
class Advanced:
    """A report that the Secretariat spoke of; `was_waiting` until this very word."""

    id: int
    lane: int
    was_waiting: bool


STORED, DUPLICATE, CLONE = "stored", "duplicate", "clone"

# Our own column names, nothing that came from outside.
_REPORT_COLUMNS = ", ".join(NewReport._fields)
_STORED_COLUMNS = ", ".join(StoredReport._fields)
_INSERT_REPORT = (
    f"INSERT INTO report ({_REPORT_COLUMNS}, state)"  # noqa: S608
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)
_RETIRE = (
    "UPDATE report SET state = ?, retired_at_s = ?"
    " WHERE device = ? AND generation = ? AND seq = ? AND digest = ?"
    " AND retired_at_s IS NULL AND state = ? RETURNING id, lane"
)
_HIGHEST_NUMBER = "SELECT MAX(seq) FROM report WHERE device = ? AND generation = ?"
_COUNT_NUMBER = "SELECT COUNT(*) FROM report WHERE device = ? AND generation = ? AND seq = ?"


class Store:
    """Opened once, used by one thread; every write happens inside `transaction()`."""

    def __init__(self, path: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        self._path = path
        self._limit_bytes = limit_bytes
        self._lock: IO[bytes] | None = None
        self._db: sqlite3.Connection | None = None
        # By device and generation: a report with a higher number cannot be the second under it.
        self._highest: dict[tuple[int, int], int] = {}
        self.commits = 0

    def open(self) -> None:
        """Lock the file against a second gateway, open and, if new, create it."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = self._path.with_name(self._path.name + ".lock").open("wb")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(f"{self._path}: another gateway process is using it") from None
        except OSError as error:
            raise StoreError(f"{self._path}: cannot be opened ({error.strerror})") from None
        try:
            self._open_or_salvage()
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self._path}: is damaged or cannot be used ({error})") from None

    def _open_or_salvage(self) -> None:
        try:
            self._db = self._connect()
            damaged = salvage.is_damaged(self._db, _known_schemas())
        except sqlite3.OperationalError:
            raise
        except (sqlite3.DatabaseError, UnicodeDecodeError):  # not even the beginning of a database
            damaged = True
        if not damaged:
            self._prepare()
            return
        if self._db is not None:
            self._db.close()
        aside = salvage.move_aside(self._path, int(time.time()))
        self._db = self._connect()
        self._prepare()
        self._take_over(aside)

    def _take_over(self, aside: Path) -> None:
        saved = 0
        with self.transaction():
            with contextlib.suppress(sqlite3.DatabaseError, UnicodeDecodeError):
                for row in salvage.readable_rows(aside, "report"):
                    names = ", ".join(name for name in row if name != "id")
                    marks = ", ".join("?" for name in row if name != "id")
                    saved += self._connection.execute(
                        f"INSERT OR IGNORE INTO report ({names}) VALUES ({marks})",  # noqa: S608 - our columns
                        [value for name, value in row.items() if name != "id"],
                    ).rowcount
            self.remember(SALVAGED, f"{aside.name}: {saved} reports saved".encode())
        log.error("the database was damaged aside=%s saved=%d", aside, saved)

    def close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; when it is left without an error, everything is on disk."""
        changes = self._connection.total_changes
        self._connection.execute("BEGIN")
        try:
            yield
            self._connection.commit()
        except BaseException:
            self._connection.rollback()
            raise
        self.commits += self._connection.total_changes != changes

    def execute(self, statement: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        """Run a statement of a module that keeps its own tables here."""
        return self._connection.execute(statement, values)

    def put(self, report: NewReport) -> str:
        """Keep a report: STORED, DUPLICATE (kept before) or CLONE (kept beside a different one)."""
        connection = self._connection
        if not connection.execute(_INSERT_REPORT, (*report, delivery.AT_GATEWAY)).rowcount:
            return DUPLICATE
        highest = self._highest_before(report)
        if report.seq > highest:
            self._highest[report.device, report.generation] = report.seq
            return STORED
        (same_number,) = connection.execute(_COUNT_NUMBER, report[:3]).fetchone()
        return CLONE if same_number > 1 else STORED

    def _highest_before(self, report: NewReport) -> int:
        """Return the highest number of this handset that was kept, or tried to be, before."""
        who = (report.device, report.generation)
        highest = self._highest.get(who)
        if highest is None:
            (highest,) = self._connection.execute(_HIGHEST_NUMBER, who).fetchone()
            self._highest[who] = highest
        return highest

    def fill_pct(self) -> int:
        """Return how much of the room for the database is taken, by its limit or by the disk's."""
        pages, free, limit, size = (
            self._connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "max_page_count", "page_size")
        )
        disk = shutil.disk_usage(self._path.parent)
        room = min(limit - pages, max(0, disk.free - DISK_RESERVE_BYTES) // size) + free
        return int(100 * (pages - free) // max(1, pages - free + room))

    def blame(self, packet: bytes, now_s: int) -> None:
        """Note, in a transaction of its own, that the process broke off at this packet."""
        with self.transaction():
            self._connection.execute(
                "INSERT INTO suspect (packet, crashes, at_s) VALUES (?, 1, ?)"
                " ON CONFLICT (packet) DO UPDATE SET crashes = crashes + 1",
                (packet, now_s),
            )

    def suspects(self, crashes: int) -> set[bytes]:
        """Return the packets at which the process broke off at least so often."""
        rows = self._connection.execute("SELECT packet FROM suspect WHERE crashes >= ?", (crashes,))
        return {packet for (packet,) in rows}

    def held_before(self, device: int, generation: int, seq: int, span: int) -> list[int]:
        """Return the numbers from `seq - span` to `seq - 1` that are held."""
        rows = self._connection.execute(
            "SELECT DISTINCT seq FROM report"
            " WHERE device = ? AND generation = ? AND seq BETWEEN ? AND ?",
            (device, generation, seq - span, seq - 1),
        )
        return [held for (held,) in rows]

    def next_waiting(
        self,
        lane: int,
        after_id: int,
        limit: int,
        *,
        before_id: int = NO_END,
        newest_first: bool = False,
    ) -> list[StoredReport]:
        """Return unreceipted reports of a lane between two ids, the oldest or the newest first."""
        rows = self._connection.execute(
            f"SELECT {_STORED_COLUMNS} FROM report"  # noqa: S608 - our own column names
            " WHERE retired_at_s IS NULL AND lane = ? AND id > ? AND id < ?"
            f" ORDER BY id {'DESC' if newest_first else 'ASC'} LIMIT ?",
            (lane, after_id, before_id, limit),
        )
        return [StoredReport._make(row) for row in rows]

    def report(self, report_id: int) -> StoredReport | None:
        row = self._connection.execute(
            f"SELECT {_STORED_COLUMNS} FROM report WHERE id = ?",  # noqa: S608 - as above
            (report_id,),
        ).fetchone()
        return None if row is None else StoredReport._make(row)

    def last_of(self, device: int, generation: int, limit: int) -> list[StoredReport]:
        """Return a handset's reports of the highest numbers, the highest first."""
        rows = self._connection.execute(
            f"SELECT {_STORED_COLUMNS} FROM report"  # noqa: S608 - our own column names
            " WHERE device = ? AND generation = ? ORDER BY seq DESC LIMIT ?",
            (device, generation, limit),
        )
        return [StoredReport._make(row) for row in rows]

    def advance(
        self, device: int, generation: int, seq: int, digest: bytes, state: int, now_s: int
    ) -> Advanced | None:
        """Take the Secretariat's word about a report; None if there is no such report."""
        key = (device, generation, seq, digest)
        waiting = self._connection.execute(
            _RETIRE, (state, now_s, *key, delivery.AT_GATEWAY)
        ).fetchone()
        if waiting is not None:  # by far the most frequent word: the first one
            report_id, lane = waiting
            return Advanced(report_id, lane, was_waiting=True)
        row = self._connection.execute(
            "SELECT id, lane, state, retired_at_s FROM report"
            " WHERE device = ? AND generation = ? AND seq = ? AND digest = ?",
            key,
        ).fetchone()
        if row is None:
            return None
        report_id, lane, old, retired_at_s = row
        self._connection.execute(
            "UPDATE report SET state = ?, retired_at_s = ? WHERE id = ?",
            (delivery.advance(old, state), retired_at_s or now_s, report_id),
        )
        return Advanced(report_id, lane, was_waiting=retired_at_s is None)

    def receipted_s(self, digest: bytes) -> int | None:
        """Return when a packet was receipted, if it is still kept."""
        row = self._connection.execute(
            "SELECT min(retired_at_s) FROM report WHERE digest = ? AND retired_at_s IS NOT NULL",
            (digest,),
        ).fetchone()
        return None if row[0] is None else int(row[0])

    def reopen_since(self, since_s: int) -> list[tuple[int, int]]:
        """Let what was receipted from then on wait again; return each one's id and lane."""
        return self._connection.execute(
            "UPDATE report SET retired_at_s = NULL WHERE retired_at_s >= ? RETURNING id, lane",
            (since_s,),
        ).fetchall()

    def reopen_numbers(
        self, device: int, generation: int, first: int, last: int
    ) -> list[tuple[int, int]]:
        """Let these numbers wait again if they were receipted; return each one's id and lane."""
        return self._connection.execute(
            "UPDATE report SET retired_at_s = NULL WHERE device = ? AND generation = ?"
            " AND seq BETWEEN ? AND ? AND retired_at_s IS NOT NULL RETURNING id, lane",
            (device, generation, first, last),
        ).fetchall()

    def advance_number(self, device: int, generation: int, seq: int, state: int) -> None:
        """Take a person's word about a number; what waits for its receipt goes on waiting."""
        rows = self._connection.execute(
            "SELECT id, state FROM report WHERE device = ? AND generation = ? AND seq = ?",
            (device, generation, seq),
        ).fetchall()
        for report_id, old in rows:
            self._connection.execute(
                "UPDATE report SET state = ? WHERE id = ?",
                (delivery.advance(old, state), report_id),
            )

    def is_retired(self, device: int, generation: int, seq: int) -> bool:
        """Tell whether the Secretariat holds a report of this number."""
        return (
            self._connection.execute(
                "SELECT 1 FROM report WHERE device = ? AND generation = ? AND seq = ?"
                " AND retired_at_s IS NOT NULL LIMIT 1",
                (device, generation, seq),
            ).fetchone()
            is not None
        )

    def has_number(self, device: int, generation: int, seq: int) -> bool:
        return (
            self._connection.execute(
                "SELECT 1 FROM report WHERE device = ? AND generation = ? AND seq = ? LIMIT 1",
                (device, generation, seq),
            ).fetchone()
            is not None
        )

    def owe_receipt(self, device: int, newest: int, entry: bytes) -> RadioReceipt | None:
        """Keep a sealed entry that is to be said by radio; return None if it is known already."""
        cursor = self._connection.execute(
            "INSERT INTO radio_receipt (device, newest, entry, owed) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (device, newest, entry, OWED),
        )
        if not cursor.rowcount or cursor.lastrowid is None:
            return None
        if newest % RECEIPTS_PRUNED_EVERY == 0:
            self._prune_receipts(device)
        return RadioReceipt(cursor.lastrowid, device, entry, OWED)

    def _prune_receipts(self, device: int) -> None:
        self._connection.execute(
            "DELETE FROM radio_receipt WHERE device = ? AND id <= (SELECT id FROM radio_receipt"
            " WHERE device = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
            (device, device, RECEIPTS_KEPT_PER_DEVICE),
        )

    def receipts_of(self, device: int, newest_from: int, newest_to: int) -> list[RadioReceipt]:
        """Return the entries of a handset whose newest number lies in this range, oldest first."""
        rows = self._connection.execute(
            "SELECT id, device, entry, owed FROM radio_receipt"
            " WHERE device = ? AND newest BETWEEN ? AND ? ORDER BY id",
            (device, newest_from, newest_to),
        )
        return [RadioReceipt(*row) for row in rows]

    def receipts_owed(self) -> list[RadioReceipt]:
        """Return every entry that is owed in some way, oldest first."""
        rows = self._connection.execute(
            "SELECT id, device, entry, owed FROM radio_receipt WHERE owed > 0 ORDER BY id"
        )
        return [RadioReceipt(*row) for row in rows]

    def receipts_owed_to(self, device: int) -> list[RadioReceipt]:
        """Return the entries owed to one handset, oldest first."""
        rows = self._connection.execute(
            "SELECT id, device, entry, owed FROM radio_receipt"
            " WHERE owed > 0 AND device = ? ORDER BY id",
            (device,),
        )
        return [RadioReceipt(*row) for row in rows]

    def set_owed(self, receipt_id: int, owed: int) -> None:
        self._connection.execute(
            "UPDATE radio_receipt SET owed = ? WHERE id = ?", (owed, receipt_id)
        )

    def count_waiting(self, lane: int) -> int:
        """Count what the Secretariat has not receipted: reads a whole index, for the start only."""
        (waiting,) = self._connection.execute(
            "SELECT COUNT(*) FROM report WHERE retired_at_s IS NULL AND lane = ?", (lane,)
        ).fetchone()
        return int(waiting)

    def oldest_waiting_s(self, lane: int) -> int | None:
        """Return when the oldest unreceipted report of a lane was heard."""
        row = self._connection.execute(
            "SELECT heard_at_s FROM report WHERE retired_at_s IS NULL AND lane = ?"
            " ORDER BY id LIMIT 1",
            (lane,),
        ).fetchone()
        return None if row is None else int(row[0])

    def remember(self, name: str, value: bytes) -> None:
        self._connection.execute(
            "INSERT INTO memory (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )

    def recall(self, name: str) -> bytes | None:
        row = self._connection.execute(
            "SELECT value FROM memory WHERE name = ?", (name,)
        ).fetchone()
        return None if row is None else bytes(row[0])

    def checkpoint(self) -> None:
        """Copy the write-ahead log into the database, as SQLite does by itself now and then."""
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def prune(self, now_s: int, keep_s: int = KEEP_RETIRED_S) -> int:
        """Forget some of what was retired long ago; return how many reports that were.

        Never the newest: SQLite would give its id to the next one.
        """
        return self._connection.execute(
            "DELETE FROM report WHERE id IN"
            " (SELECT id FROM report WHERE retired_at_s < ? ORDER BY retired_at_s LIMIT ?)"
            " AND id < (SELECT MAX(id) FROM report)",
            (now_s - keep_s, PRUNE_AT_ONCE),
        ).rowcount

    @property
    def _connection(self) -> sqlite3.Connection:
        assert self._db is not None, "the store is not open"
        return self._db

    def _connect(self) -> sqlite3.Connection:
        # Its one thread may be another than the one that opened it; isolation is ours to state.
        db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        db.execute("PRAGMA journal_mode = WAL")
        # A power cut that undoes the deletion of the rollback journal would undo the change to a
        # write-ahead log with it.  Debian's SQLite is built not to sync folders.
        _sync_folder(self._path.parent)
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
        (page_size,) = db.execute("PRAGMA page_size").fetchone()
        db.execute(f"PRAGMA max_page_count = {self._limit_bytes // page_size}")
        return db

    def _prepare(self) -> None:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version > SCHEMA_VERSION:
            raise StoreError(
                f"{self._path}: was written by a newer Turna (schema {version}, this one knows"
                f" {SCHEMA_VERSION}); install that version again"
            )
        for missing in range(version + 1, SCHEMA_VERSION + 1):
            self._connection.executescript(
                f"BEGIN;\n{_script(missing)}\nPRAGMA user_version = {missing};\nCOMMIT;"
            )


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _script(version: int) -> str:
    """Return what leads to a version from the one before."""
    return files(__package__).joinpath(f"schema/{version:04}.sql").read_text()


def _known_schemas() -> list[list[tuple[str, str]]]:
    """Return the schema of each version, from 0 on, which is empty."""
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        schemas = [salvage.schema_of(db)]
        for version in range(1, SCHEMA_VERSION + 1):
            db.executescript(_script(version))
            schemas.append(salvage.schema_of(db))
    return schemas
