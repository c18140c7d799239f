"""The gateway's one database: its file, its transactions, what must survive a restart.

SQLite in WAL mode with `synchronous=FULL`, one connection, one thread, one process (a lock beside
the file sees to it).  An error of the disk is never retried here: the process ends and starts anew.
"""

import contextlib
import logging
import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import IO

from turna_backbone import database_file
from turna_gateway import salvage
from turna_gateway.replacement import Replacement, sync

log = logging.getLogger(__name__)

SCHEMA_VERSION = 3
# A million reports take a tenth of this, long ones a third; a nearly full disk ends sooner.
LIMIT_BYTES = 1 << 30
# What the rest of the system, and the write-ahead log, need of the disk.
DISK_RESERVE_BYTES = 16 << 20
SALVAGED = "salvaged"
CRASHES_BEFORE_PUT_ASIDE = 3


class StoreError(Exception):
    """The database cannot be used; the message is one sentence for the operator."""


class NewerStoreError(StoreError):
    """The database was written by a later version: it may be read, never written."""


class StoreUnavailableError(StoreError):
    """The disk lets nobody at the database now; a later start may find it well."""


class Store:
    """Opened once, used by one thread; every write happens inside `transaction()`."""

    def __init__(self, path: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        self._path = path
        self._replacement = Replacement(path)
        self._limit_bytes = limit_bytes
        self._lock: IO[bytes] | None = None
        self._db: sqlite3.Connection | None = None
        self.commits = 0

    def open(self) -> None:
        """Lock the file against a second gateway, open and, if new, create it."""
        try:
            self._lock = database_file.lock(self._path)
            self._replacement.resume()
            database_file.make_private(self._path, is_missed=True)
        except BlockingIOError:
            raise StoreError(f"{self._path}: another gateway process is using it") from None
        except FileNotFoundError:
            raise StoreUnavailableError(
                f"{self._path}: there is no folder {self._path.parent}; make it or correct the path"
            ) from None
        except OSError as error:
            raise StoreUnavailableError(
                f"{self._path}: cannot be opened ({error.strerror})"
            ) from None
        try:
            self._open_or_salvage()
        except sqlite3.OperationalError as error:
            raise StoreUnavailableError(f"{self._path}: cannot be used ({error})") from None
        except OSError as error:
            raise StoreUnavailableError(
                f"{self._path}: is damaged and cannot be replaced ({error.strerror})"
            ) from None
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self._path}: is damaged or cannot be used ({error})") from None

    def _open_or_salvage(self) -> None:
        try:
            self._db = self._connect()
            damaged = self._replacement.is_due or salvage.is_damaged(self._db, _known_schemas())
        except sqlite3.OperationalError:
            raise
        except (sqlite3.DatabaseError, UnicodeDecodeError):  # not even the beginning of a database
            damaged = True
        if damaged:
            self._salvage()
            self._db = self._connect()
        self._prepare()

    def _salvage(self) -> None:
        """Leave the file closed and sound; what was there is kept beside it under another name."""
        if self._db is not None:
            self._db.close()
        aside = self._replacement.begin(int(time.time()))
        database_file.make_private(self._replacement.fresh, is_missed=False)
        self._db = sqlite3.connect(self._replacement.fresh, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = MEMORY")  # worth nothing before it is whole
        self._prepare()
        saved = self._take_over(aside.name)
        self._db.close()
        self._replacement.finish(aside)
        log.error("the database was damaged aside=%s saved=%d", aside, saved)

    def _take_over(self, aside: str) -> int:
        saved = 0
        columns = _known_columns()["report"] - {"id"}
        with self.transaction():
            for row in salvage.readable_rows(self._path, "report"):
                saved += self._insert({name: row[name] for name in columns & row.keys()})
            self.remember(SALVAGED, f"{aside}: {saved} reports saved".encode())
        return saved

    def _insert(self, report: Mapping[str, object]) -> int:
        marks = ", ".join("?" for _ in report)
        question = f"INSERT OR IGNORE INTO report ({', '.join(report)}) VALUES ({marks})"  # noqa: S608 - our columns
        try:
            return self._connection.execute(question, [*report.values()]).rowcount
        except sqlite3.DatabaseError as error:
            if salvage.is_of_the_disk(error):
                raise  # the next start begins anew
            return 0  # what rotted in a way that cannot be stored

    def open_to_read(self) -> None:
        """Open a database that is too new to be written, after `open` has said so.

        What this version cannot read of it looks empty.
        """
        if self._db is not None:
            self._db.close()
        address = f"{self._path.absolute().as_uri()}?mode=ro"
        self._db = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
        if not salvage.has_columns(self._db, _known_columns()):
            self._db.close()
            self._db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
            self._prepare()

    def note_damage(self, error: sqlite3.Error) -> None:
        """See to it that a file found broken in use is salvaged at the next start.

        The look at a start is a short one: a broken index may pass it.
        """
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in salvage.BROKEN:
            with contextlib.suppress(OSError):
                self._replacement.mark()

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

    def execute_many(self, statement: str, rows: Sequence[Sequence[object]]) -> None:
        """Run a statement once for each of these rows; a good deal cheaper than one by one."""
        if rows:
            self._connection.executemany(statement, rows)

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

    def put_aside(self, packet: bytes, now_s: int) -> None:
        """Keep a packet that is not to be tried again, in a transaction of its own."""
        with self.transaction():
            self._connection.execute(
                "INSERT INTO suspect (packet, crashes, at_s) VALUES (?, ?, ?)"
                " ON CONFLICT (packet) DO UPDATE SET crashes = excluded.crashes",
                (packet, CRASHES_BEFORE_PUT_ASIDE, now_s),
            )

    def rehearse(self, statement: str, values: Sequence[object]) -> bool:
        """Tell whether a statement can be run; nothing of it stays."""
        self._connection.execute("BEGIN")
        try:
            self._connection.execute(statement, values)
        except sqlite3.IntegrityError:
            return False
        finally:
            self._connection.rollback()
        return True

    def suspects(self) -> set[bytes]:
        """Return the packets that are not to be tried again."""
        rows = self._connection.execute(
            "SELECT packet FROM suspect WHERE crashes >= ?", (CRASHES_BEFORE_PUT_ASIDE,)
        )
        return {packet for (packet,) in rows}

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

    @property
    def _connection(self) -> sqlite3.Connection:
        assert self._db is not None, "the store is not open"
        return self._db

    def _connect(self) -> sqlite3.Connection:
        # Its one thread may be another than the one that opened it; isolation is ours to state.
        db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        db.execute("PRAGMA journal_mode = WAL")
        # A power cut that undoes the deletion of the rollback journal would undo the change to a
        # write-ahead log with it.
        sync(self._path.parent)
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
        (page_size,) = db.execute("PRAGMA page_size").fetchone()
        db.execute(f"PRAGMA max_page_count = {self._limit_bytes // page_size}")
        return db

    def _prepare(self) -> None:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version > SCHEMA_VERSION:
            raise NewerStoreError(
                f"{self._path}: was written by a newer Turna (schema {version}, this one knows"
                f" {SCHEMA_VERSION})"
            )
        for missing in range(version + 1, SCHEMA_VERSION + 1):
            self._connection.executescript(
                f"BEGIN;\n{_script(missing)}\nPRAGMA user_version = {missing};\nCOMMIT;"
            )


def _script(version: int) -> str:
    """Return what leads to a version from the one before."""
    return files(__package__).joinpath(f"schema/{version:04}.sql").read_text()


def _known_columns() -> dict[str, set[str]]:
    """Return the columns of each table as this version has them."""
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        for version in range(1, SCHEMA_VERSION + 1):
            db.executescript(_script(version))
        return salvage.columns_of(db)


def _known_schemas() -> list[list[tuple[str, str]]]:
    """Return the schema of each version, from 0 on, which is empty."""
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        schemas = [salvage.schema_of(db)]
        for version in range(1, SCHEMA_VERSION + 1):
            db.executescript(_script(version))
            schemas.append(salvage.schema_of(db))
    return schemas
