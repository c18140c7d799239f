"""A world for radio boards, and each kind of chip in turn."""

from collections.abc import Iterator

import pytest

from tests.firmware.radio_bench import SX1262, SX1276, Bench, Kind, still_air
from turna_simulation.world import World


@pytest.fixture
def bench() -> Iterator[Bench]:
    with World(seed=3, path_loss=still_air()) as world:
        yield Bench(world)


@pytest.fixture(params=[SX1262, SX1276], ids=["sx1262", "sx1276"])
def kind(request: pytest.FixtureRequest) -> Kind:
    assert isinstance(request.param, Kind)
    return request.param
