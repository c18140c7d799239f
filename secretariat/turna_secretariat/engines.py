"""How a database is opened: durable for its one writer, unchangeable for its readers.

SQLite in a file, or PostgreSQL.  Both promise the same: what is committed is on the disk.
"""

import sqlite3
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from turna_backbone import database_file

# One writer at a time holds this lock of its database; the number is "turna" in letters' codes.
_WRITERS_LOCK = 0x7475726E61
# A writer that was killed a moment ago may still hold it.
_LOCK_TIMEOUT_S = 2
# A server that has lost its writer's machine has to notice, or the lock is never free again.  The
# writer looks up what it was given by index, some hundred at a time: never worth reading a table.
_SET_FOR_WRITING = (
    "SET synchronous_commit = on",
    "SET jit = off",
    "SET enable_hashjoin = off",
    "SET enable_mergejoin = off",
    f"SET lock_timeout = '{_LOCK_TIMEOUT_S}s'",
    "SET tcp_keepalives_idle = 10",
    "SET tcp_keepalives_interval = 5",
    "SET tcp_keepalives_count = 3",
)

# The end of every index, where filing goes on, and the last packets of each handset stay at hand.
_WRITERS_CACHE_KIB = 65_536
# What is filed in a second or two changes the same pages again and again: written back once.
_LOG_PAGES = 8_192

_TAKEN = "another Secretariat writes this archive: stop it first"


class ArchiveError(Exception):
    """The archive cannot be opened as it is; the message says why and what to do."""


def sqlite_url(path: Path) -> sa.URL:
    return sa.URL.create("sqlite", database=str(path))


def postgresql_url(text: str) -> sa.URL:
    """Return the URL of a PostgreSQL database. ValueError says what is wrong with the text."""
    try:
        url = sa.make_url(text)
    except sa.exc.ArgumentError:
        raise ValueError("must be as in postgresql://turna@db.example.org/turna") from None
    if url.drivername not in ("postgresql", "postgres"):
        raise ValueError("must begin with postgresql://")
    if url.password is not None:
        raise ValueError("must hold no password: put it into ~/.pgpass, which only you can read")
    return url.set(drivername="postgresql+psycopg")


def claim(url: sa.URL) -> IO[bytes] | None:
    """Keep other writers from a SQLite file, until what is returned is closed.

    PostgreSQL sees to that by itself, with the first connection.
    """
    path = _file(url)
    if path is None:
        return None
    try:
        return database_file.lock(path)
    except BlockingIOError:
        raise ArchiveError(f"{path}: {_TAKEN}") from None
    except OSError as error:
        raise _unusable(path, error) from None


def make_private(url: sa.URL, *, is_missed: bool) -> None:
    """See to it that a SQLite file is there and not everybody may read it."""
    path = _file(url)
    if path is None:
        return
    try:
        database_file.make_private(path, is_missed=is_missed)
    except OSError as error:
        raise _unusable(path, error) from None


def _file(url: sa.URL) -> Path | None:
    is_file = url.get_backend_name() == "sqlite" and url.database is not None
    return Path(str(url.database)) if is_file else None


def _unusable(path: Path, error: OSError) -> ArchiveError:
    if isinstance(error, FileNotFoundError):
        return ArchiveError(
            f"{path}: there is no folder {path.parent}; make it or correct the path"
        )
    return ArchiveError(f"{path}: cannot be opened ({error.strerror})")


def writing(url: sa.URL) -> Engine:
    """Return an engine with one connection that commits to the disk."""
    # SQLite before 3.51.3 may lose a WAL reset between two connections that both write.
    engine = sa.create_engine(url, pool_size=1, max_overflow=0)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite_to_write)
        sa.event.listen(engine, "begin", _begin_to_write)
    else:
        sa.event.listen(engine, "connect", _claim_postgresql)
    return engine


def shared(url: sa.URL) -> Engine:
    """Return an engine for a small database that several processes may write."""
    engine = sa.create_engine(url, pool_pre_ping=True)
    if engine.dialect.name == "sqlite":
        # No write-ahead log: see `writing`.
        sa.event.listen(engine, "connect", _prepare_sqlite_to_share)
        sa.event.listen(engine, "begin", _begin_to_share)
    return engine


def only_reading(engine: Engine) -> Engine:
    """Return a shared engine whose transactions do not wait for another's writing."""
    return engine.execution_options(turna_only_reads=True)


def reading(url: sa.URL) -> Engine:
    """Return an engine whose connections see one moment each and can change nothing."""
    if url.get_backend_name() == "sqlite":
        engine = sa.create_engine(url)
        sa.event.listen(engine, "connect", _prepare_sqlite_to_read)
        sa.event.listen(engine, "begin", _begin_to_read)
        return engine
    engine = sa.create_engine(url, isolation_level="REPEATABLE READ", pool_pre_ping=True)
    sa.event.listen(engine, "connect", _prepare_postgresql_to_read)
    return engine


def reading_beside(url: sa.URL) -> Engine:
    """Return the same for a process that must not even bring a missing file into being."""
    if url.get_backend_name() != "sqlite":
        return reading(url)
    path = Path(str(url.database)).absolute()
    if not path.exists():
        raise ArchiveError(f"there is no archive at {path}")
    return reading(sa.make_url(f"sqlite:///{path.as_uri()}?mode=ro&uri=true"))


def was_cut_off(engine: Engine) -> bool:
    """Tell whether the last run ended without closing: SQLite then leaves its journal behind."""
    database = engine.url.database
    is_file = engine.dialect.name == "sqlite" and database is not None
    return is_file and Path(f"{database}-wal").exists()


def require_intact(connection: Connection) -> None:
    """Raise ArchiveError if a SQLite file is damaged."""
    found = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
    if found != "ok":
        raise damaged(found)


def is_damage(error: sa.exc.DBAPIError) -> bool:
    """Tell whether SQLite found its file damaged."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def damaged(found: str) -> ArchiveError:
    """Return what tells the operator of a damaged archive, and what to do."""
    return ArchiveError(
        f"the archive is damaged ({found}): keep the file, put back the last good copy; "
        "the gateways send again what is missing in it"
    )


def _prepare_sqlite_to_write(connection: Any, _record: object) -> None:
    # An acknowledgement may follow a commit only if the commit is on the disk: WAL alone is not.
    cache, log = f"cache_size=-{_WRITERS_CACHE_KIB}", f"wal_autocheckpoint={_LOG_PAGES}"
    _prepare_sqlite(
        connection, "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", cache, log
    )


def _prepare_sqlite_to_share(connection: Any, _record: object) -> None:
    _prepare_sqlite(connection, "journal_mode=DELETE", "synchronous=FULL", "foreign_keys=ON")


def _prepare_sqlite_to_read(connection: Any, _record: object) -> None:
    _prepare_sqlite(connection, "query_only=ON")


def _prepare_sqlite(connection: Any, *pragmas: str) -> None:
    for pragma in ("busy_timeout=5000", *pragmas):
        connection.execute(f"PRAGMA {pragma}")
    connection.isolation_level = None  # the begin events below start each transaction


def _begin_to_write(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_to_share(connection: Connection) -> None:
    only_reads = connection.get_execution_options().get("turna_only_reads", False)
    connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")


def _begin_to_read(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _claim_postgresql(connection: Any, _record: object) -> None:
    """Make a connection durable, and the only one of its kind."""
    connection.autocommit = True
    if connection.execute("SHOW fsync").fetchone() != ("on",):
        raise ArchiveError("the PostgreSQL server does not write to its disk: set fsync = on there")
    for setting in _SET_FOR_WRITING:
        connection.execute(setting)
    try:
        connection.execute(f"SELECT pg_advisory_lock({_WRITERS_LOCK})")
    except connection.OperationalError:
        raise ArchiveError(_TAKEN) from None
    connection.autocommit = False


def _prepare_postgresql_to_read(connection: Any, _record: object) -> None:
    connection.autocommit = True
    connection.execute("SET default_transaction_read_only = on")
    # A page's question takes less time than compiling it would.
    connection.execute("SET jit = off")
    connection.autocommit = False
