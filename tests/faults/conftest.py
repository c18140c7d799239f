"""Fixtures of the fault tests: a gateway in virtual time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateway.field import Field


@pytest.fixture
def field(tmp_path: Path) -> Iterator[Field]:
    field = Field(tmp_path)
    yield field
    field.store.close()
