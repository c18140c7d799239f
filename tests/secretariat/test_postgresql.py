"""An archive in PostgreSQL: one writer, on a server that writes to its disk and may lose power."""

import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from tests.secretariat.field import Field, position
from tools.postgresql_server import Server
from turna_protocol import keys
from turna_secretariat import queries
from turna_secretariat.archive import Archive, is_storage_failure
from turna_secretariat.desk import Desk
from turna_secretariat.engines import ArchiveError, postgresql_url
from turna_secretariat.registry import Registry


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as server:
        server.create("turna")
        yield server


@pytest.fixture
def archive(server: Server) -> Iterator[Archive]:
    archive = Archive(postgresql_url(server.url("turna")))
    archive.open()
    yield archive
    archive.close()


def test_a_second_writer_is_refused(server: Server, archive: Archive) -> None:
    with pytest.raises(ArchiveError, match="another Secretariat"):
        Archive(postgresql_url(server.url("turna"))).open()


def test_a_server_that_does_not_write_to_its_disk_is_refused(server: Server) -> None:
    with psycopg.connect(server.url("turna"), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    with psycopg.connect(server.url("turna"), autocommit=True) as connection:
        while connection.execute("SHOW fsync").fetchone() != ("off",):
            pass
        with pytest.raises(ArchiveError, match="fsync"):
            Archive(postgresql_url(server.url("turna"))).open()
        connection.execute("ALTER SYSTEM RESET fsync")
        connection.execute("SELECT pg_reload_conf()")
        while connection.execute("SHOW fsync").fetchone() != ("on",):
            pass


def test_a_server_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="cannot be opened"):
        Archive(postgresql_url(f"postgresql://turna@/turna?host={tmp_path}")).open()


def test_what_was_committed_outlives_the_servers_power_and_its_loss_is_a_failure_of_storage(
    server: Server, archive: Archive, tmp_path: Path
) -> None:
    field = Field(tmp_path / "kit")
    registry = Registry(field.mission, keys.authentication_branch(field.master))
    desk = Desk(archive, registry, field.mission.frame)
    desk.file([field.carried(position(), seq=seq) for seq in range(20)], 1)
    server.stop(signal.SIGQUIT)

    with pytest.raises(Exception, match=r"closed|terminat") as caught:
        desk.file([field.carried(position(), seq=20)], 2)
    assert is_storage_failure(caught.value)

    server.start()
    archive.close()
    archive.open()
    with archive.reader() as connection:
        assert [r["seq"] for r in queries.reports(connection, registry)] == [*range(19, -1, -1)]


@pytest.mark.parametrize("is_lost", [True, False])
def test_a_lost_connection_is_a_failure_of_storage_whatever_the_driver_calls_it(
    *, is_lost: bool
) -> None:
    error = sa.exc.InterfaceError("INSERT", {}, Exception(), connection_invalidated=is_lost)

    assert is_storage_failure(error) == is_lost
