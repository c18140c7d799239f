"""The archive: every report the Secretariat was ever sent, committed before anything is answered.

One writer. `Archive.transaction()` is all or nothing; readers use `Archive.reader()` of their own.
"""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import IO

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from turna_secretariat import engines, scope, versions
from turna_secretariat.engines import ArchiveError
from turna_secretariat.transaction import Transaction

log = logging.getLogger(__name__)

# What one statement's values can cause; every other error says that the storage itself has failed.
_CAUSED_BY_VALUES = (
    sa.exc.DataError,
    sa.exc.IntegrityError,
    sa.exc.InterfaceError,
    sa.exc.NotSupportedError,
    sa.exc.ProgrammingError,
)


# Whose reports, by handset, and whose days of medical teams, by country.
_View = tuple[frozenset[int], frozenset[str]]


def is_storage_failure(error: BaseException) -> bool:
    """Tell whether the database failed, rather than what it was asked to keep."""
    if isinstance(error, sa.exc.DBAPIError):
        return error.connection_invalidated or not isinstance(error, _CAUSED_BY_VALUES)
    return isinstance(error, sqlite3.Error | OSError | sa.exc.TimeoutError | ArchiveError)


class Archive:
    """Reports, provenance, actions and alarms: one connection writes, others only read."""

    def __init__(self, url: sa.URL) -> None:
        self._url = url
        self._claim: IO[bytes] | None = None
        self._writer: Engine | None = None
        self._readers: Engine | None = None
        # By what their readers may see; there are as many as there are countries together.
        self._limited: dict[_View, Engine] = {}
        self._limiting = Lock()
        # Grows with each commit, so that a page may ask cheaply whether there is news.
        self.commits = 0

    @classmethod
    def in_file(cls, path: Path) -> "Archive":
        return cls(engines.sqlite_url(path))

    def open_to_read(self) -> None:
        """Open an existing archive beside its writer; `transaction` stays closed."""
        self._readers = engines.reading_beside(self._url)
        try:
            with self._readers.connect() as connection:
                versions.require_present(connection)
        except sa.exc.DBAPIError as error:
            self.close()
            raise ArchiveError(f"the archive cannot be read: {_said(error)}") from None
        except ArchiveError:
            self.close()
            raise

    def open(self) -> None:
        """Open, create or bring up the archive. ArchiveError if it cannot be, or is another's."""
        self._claim = engines.claim(self._url)
        self._writer, self._readers = engines.writing(self._url), engines.reading(self._url)
        try:
            engines.make_private(self._url, is_missed=True)
            was_cut_off = engines.was_cut_off(self._writer)
            with self._writer.begin() as connection:
                if was_cut_off:
                    log.warning("the last run was cut off: the archive is checked first")
                    engines.require_intact(connection)
                    log.info("the archive is whole")
                versions.bring_up(connection)
        except sa.exc.DBAPIError as error:
            self.close()
            if engines.is_damage(error):
                raise engines.damaged(_said(error)) from None
            raise ArchiveError(f"the archive cannot be opened: {_said(error)}") from None
        except ArchiveError:
            self.close()
            raise

    def close(self) -> None:
        for engine in (self._readers, self._writer, *self._limited.values()):
            if engine is not None:
                engine.dispose()
        self._writer = self._readers = None
        self._limited.clear()
        if self._claim is not None:
            self._claim.close()
            self._claim = None

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Commit all that is done inside, or nothing of it."""
        with _opened(self._writer).begin() as connection:
            transaction = Transaction(connection)
            yield transaction
            transaction.finish()
        self.commits += 1

    @contextmanager
    def reader(self) -> Iterator[Connection]:
        """Read one moment of the archive, as far as the one who asks may see it."""
        devices = scope.devices_in_view.get()
        countries = scope.countries_in_view.get() or frozenset()
        engine = self._readers if devices is None else self._readers_of((devices, countries))
        with _opened(engine).connect() as connection:
            yield connection

    def _readers_of(self, view: _View) -> Engine:
        _opened(self._readers)
        with self._limiting:
            if view not in self._limited:
                engine = engines.reading(self._url)
                scope.limit(engine, *view)
                self._limited[view] = engine
            return self._limited[view]


def _opened(engine: Engine | None) -> Engine:
    if engine is None:
        raise ArchiveError("the archive is not open")
    return engine


def _said(error: sa.exc.DBAPIError) -> str:
    """Return what a database said, on one line."""
    return " ".join(str(error.orig).split())
