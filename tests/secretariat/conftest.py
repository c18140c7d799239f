"""A mission with two handsets and a Secretariat that knows them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.secretariat.exported import Exported
from tests.secretariat.field import Field
from tests.secretariat.postgresql import empty
from tools.postgresql_server import Server
from turna_protocol import keys
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.engines import postgresql_url, sqlite_url
from turna_secretariat.registry import Registry


@pytest.fixture
def field(tmp_path: Path) -> Field:
    return Field(tmp_path / "kit")


@pytest.fixture
def registry(field: Field) -> Registry:
    return Registry(field.mission, keys.authentication_branch(field.master))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[sa.URL]:
    """Return a database of a server of one's own."""
    with Server() as server:
        yield postgresql_url(server.create("turna"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try what asks for an archive in both kinds of database, or in those its module names."""
    if "archive_url" in metafunc.fixturenames:
        kinds = getattr(metafunc.module, "DATABASES", ("sqlite", "postgresql"))
        metafunc.parametrize("archive_url", kinds, indirect=True)


@pytest.fixture
def archive_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.URL]:
    """Return where an archive may be."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "archive.db")
        return
    url: sa.URL = request.getfixturevalue("postgresql")
    yield url
    empty(url)


@pytest.fixture
def archive(archive_url: sa.URL) -> Iterator[Archive]:
    archive = Archive(archive_url)
    archive.open()
    yield archive
    archive.close()


@pytest.fixture
def desk(archive: Archive, registry: Registry, field: Field) -> Desk:
    return Desk(archive, registry, field.mission.frame)


@pytest.fixture
def exported(field: Field, desk: Desk, archive: Archive, registry: Registry) -> Exported:
    return Exported(field, desk, archive, registry)
