"""Fixtures of the gateway's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateway.field import Field


@pytest.fixture
def field(tmp_path: Path) -> Iterator[Field]:
    field = Field(tmp_path)
    yield field
    field.store.close()


@pytest.fixture
def up(field: Field) -> Field:
    """Return a field with radio and backbone."""
    field.radio_up()
    field.connect()
    field.pass_time(1_000)
    return field
