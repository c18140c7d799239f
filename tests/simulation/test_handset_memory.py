"""The handset in the heap of an ESP32, code in ROM: it works, and its memory does not grow."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulation.handset_bench import HOLD_MS, LONG_MS, Field, Host
from tools.places import MICROPYTHON_32
from turna_protocol import delivery
from turna_protocol.reports import NodeHealth, Position, Sitrep, Sos
from turna_simulation.esp32 import esp32_heap
from turna_simulation.world import World

GROWTH_MAX_BYTES = 2048  # the index of the journal takes 13 bytes a report
FREE_MIN_BYTES = 12 * 1024  # with a host on the line, which takes some 8 kB


@pytest.fixture
def field(tmp_path: Path) -> Iterator[Field]:
    unavailable = MICROPYTHON_32 / "UNAVAILABLE"
    if unavailable.exists():
        pytest.skip(unavailable.read_text().strip())
    with World(seed=1) as world:
        made = Field(
            world, tmp_path, heap=esp32_heap(), micropython=MICROPYTHON_32 / "micropython", rom=True
        )
        made.handset.parts.gnss.stand_at(3_620_123, 3_616_456)
        yield made


@pytest.mark.slow
def test_every_report_beacon_receipt_and_host_finds_room_in_110_kib(field: Field) -> None:
    for round_ in range(3):
        field.gateway.beacon(round_, field.world.unix_s)
        field.send_sitrep()
        assert Host(field).journal()
        field.press(HOLD_MS)
        field.world.run_for(20_000)
        deliver(field)
        assert Host(field).counters()["memory free"] > FREE_MIN_BYTES
        field.press(LONG_MS, LONG_MS)
        field.world.run_for(100_000)
        deliver(field)
    kinds = {kind for kind in (Position, Sitrep, Sos, NodeHealth) if field.gateway.of_kind(kind)}
    assert kinds == {Position, Sitrep, Sos, NodeHealth}
    counters = Host(field).counters()
    assert not [name for name in counters if name.startswith(("failed", "lost"))], counters
    assert not field.handset.faults


@pytest.mark.slow
def test_half_an_hour_of_reports_needs_no_more_memory_than_its_first_minutes(field: Field) -> None:
    used = []
    for minute in range(30):
        if minute % 10 == 0:
            field.send_sitrep()
        field.world.run_for(60_000)
        deliver(field)
        field.gateway.heard.clear()
        if minute % 10 == 9:
            used.append(Host(field).counters()["memory used"])
    counters = Host(field).counters()
    assert max(used[1:]) - used[0] < GROWTH_MAX_BYTES, used
    assert not [name for name in counters if name.startswith(("failed", "lost"))], counters
    assert counters["state 2"] >= 10
    assert field.shows("stored at Secretariat")


def deliver(field: Field) -> None:
    """Tell the handset that the Secretariat holds all it has sent."""
    for seq in {seq for seq, _ in field.gateway.reports()}:
        field.gateway.receipt(seq, delivery.AT_SECRETARIAT)
