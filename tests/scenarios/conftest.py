"""A mission of two handsets, brought to life in virtual time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from turna.deployment import GatewayPlan, TeamPlan, make_deployment
from turna_protocol.channel import Channel
from turna_protocol.regions import USUAL_CHANNEL
from turna_simulation.chain import VirtualChain
from turna_simulation.world import World

EPOCH_S = 1_785_560_000


def make_kit(directory: Path, channel: Channel = USUAL_CHANNEL) -> Path:
    """Write the mission kit of two teams and one gateway, the same each time."""
    kit = directory / "kit"
    make_deployment(
        kit,
        name="SCENARIO",
        mode="exercise",
        origin=(3_620_210, 3_616_030),
        epoch_s=EPOCH_S,
        region="COMMON433",
        channel=channel,
        teams=[TeamPlan("TUR01", "tr"), TeamPlan("AZE01", "az")],
        gateways=[GatewayPlan("hatay-1", "tr")],
        master=bytes(range(32)),
    )
    return kit


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[VirtualChain]:
    with World(seed=7, start_unix_s=EPOCH_S + 7600) as world:
        chain = VirtualChain(world, make_kit(tmp_path), gateway="hatay-1")
        yield chain
        chain.close()
