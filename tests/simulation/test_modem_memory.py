"""A modem in the heap of an ESP32, code in ROM: packets by the hour leave no more of it in use."""

from collections.abc import Iterator

import pytest

from tests.simulation.handset_bench import CHANNEL
from tests.simulation.test_modem_on_board import SETTINGS, Host
from tools.places import MICROPYTHON_32
from turna_protocol.modem.host_events import Up
from turna_protocol.modem.radio_messages import Status
from turna_simulation.world import World

HEAP = "110K"
GROWTH_MAX_BYTES = 1024
FREE_MIN_BYTES = 30_000  # for bursts: 32 events to be told and 8 packets to be sent
MINUTES = 90


@pytest.fixture
def world() -> Iterator[World]:
    unavailable = MICROPYTHON_32 / "UNAVAILABLE"
    if unavailable.exists():
        pytest.skip(unavailable.read_text().strip())
    with World(seed=7) as made:
        yield made


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_modem_needs_no_more_memory_after_hours_than_after_minutes(world: World) -> None:
    modem = world.add_board(
        "modem",
        files={"/settings.json": SETTINGS},
        micropython=MICROPYTHON_32 / "micropython",
        heap=HEAP,
        rom=True,
    )
    modem.power_on()
    handset = world.ether.antenna("handset", (0.0, 100.0))
    host = Host(world, modem)
    assert world.run_until(lambda: bool(host.of(Up)), timeout_ms=30_000)
    for minute in range(MINUTES):
        for number in range(6):
            handset.transmit(CHANNEL, bytes((minute, number)) * 30, 10.0)
            world.run_for(9_000)
            host.packets()
        host.transmit(bytes((minute,)) * 40)
        world.run_for(6_000)
    free = [status.free_heap for status in host.of(Status)]
    settled, end = free[len(free) // 2], min(free[-5:])
    assert min(free) > FREE_MIN_BYTES, min(free)
    assert settled - end < GROWTH_MAX_BYTES, free
    assert len(host.packets()) > 5 * MINUTES
