"""A PostgreSQL server of one's own: for tests and benchmarks, on a socket file, gone afterwards."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

import psycopg

from tools.commands import CommandError, output
from tools.places import POSTGRESQL

_SUPERUSER = "turna"
_PATIENCE_S = 30.0
# Runs a program under a user that is not root here and the same outside.
_NOT_AS_ROOT = ("unshare", "--user")
_CONFIGURATION = """\
listen_addresses = ''
unix_socket_directories = '{sockets}'
max_connections = 20
"""


class Server:
    """`with Server() as server: server.create("name")`."""

    def __init__(self, on_disk: Path | None = None) -> None:
        self._parent = on_disk
        self._folder = Path()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        # A socket's path has at most 107 bytes: not below a test's own folder.
        self._folder = Path(tempfile.mkdtemp(prefix="turna-pg-", dir=self._parent))
        data = self._folder / "data"
        options = ("-U", _SUPERUSER, "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C")
        output([*_prefix(), POSTGRESQL / "initdb", "-D", data, *options])
        with (data / "postgresql.conf").open("a") as configuration:
            configuration.write(_CONFIGURATION.format(sockets=self._folder))
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop(signal.SIGINT)
        shutil.rmtree(self._folder)

    def start(self) -> None:
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*_prefix(), POSTGRESQL / "postgres", "-D", self._folder / "data"],
                stdout=log,
                stderr=log,
            )
        give_up_at = time.monotonic() + _PATIENCE_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > give_up_at:
                raise CommandError((self._folder / "log").read_text())
            time.sleep(0.02)

    def stop(self, how: signal.Signals) -> None:
        """End it: SIGINT closes connections, SIGQUIT is as if the power had failed."""
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(_PATIENCE_S)

    @property
    def folder(self) -> Path:
        """Return where everything of it lies."""
        return self._folder

    def url(self, database: str) -> str:
        return f"postgresql://{_SUPERUSER}@/{database}?host={self._folder}"

    def create(self, database: str) -> str:
        """Create a database and return its URL."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {database}".encode())
        return self.url(database)

    def _answers(self) -> bool:
        return (self._folder / ".s.PGSQL.5432").exists() and "ready to accept connections" in (
            self._folder / "log"
        ).read_text().rpartition("starting PostgreSQL")[2]


def _prefix() -> tuple[str, ...]:
    return _NOT_AS_ROOT if os.geteuid() == 0 else ()
