"""A mission with two handsets and a Secretariat that knows them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.secretariat.exported import Exported
from tests.secretariat.field import Field
from turna_protocol import keys
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.registry import Registry


@pytest.fixture
def field(tmp_path: Path) -> Field:
    return Field(tmp_path / "kit")


@pytest.fixture
def registry(field: Field) -> Registry:
    return Registry(field.mission, keys.authentication_branch(field.master))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    archive = Archive.in_file(tmp_path / "archive.db")
    archive.open()
    yield archive
    archive.close()


@pytest.fixture
def desk(archive: Archive, registry: Registry, field: Field) -> Desk:
    return Desk(archive, registry, field.mission.frame)


@pytest.fixture
def exported(field: Field, desk: Desk, archive: Archive, registry: Registry) -> Exported:
    return Exported(field, desk, archive, registry)
