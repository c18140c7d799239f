"""The handset in a small heap on 32 bits, code in flash: it works, and its memory does not grow."""

from pathlib import Path

import pytest

from tests.simulation.handset_bench import Field, Host
from tools.places import MICROPYTHON_32
from turna_protocol import delivery
from turna_simulation.world import World

HEAP = "200K"  # what an ESP32-S3 without PSRAM has to give; some 160K are needed
GROWTH_MAX_BYTES = 4096  # the index of the journal takes 13 bytes a report


def test_half_an_hour_of_reports_needs_no_more_memory_than_its_first_minutes(
    tmp_path: Path,
) -> None:
    unavailable = MICROPYTHON_32 / "UNAVAILABLE"
    if unavailable.exists():
        pytest.skip(unavailable.read_text().strip())
    with World(seed=1) as world:
        field = Field(
            world,
            tmp_path,
            heap=HEAP,
            micropython=MICROPYTHON_32 / "micropython",
            rom=True,
        )
        field.handset.parts.gnss.stand_at(3_620_123, 3_616_456)
        used = []
        for minute in range(30):
            if minute % 10 == 0:
                field.send_sitrep()
            world.run_for(60_000)
            for seq in {seq for seq, _ in field.gateway.reports()}:
                field.gateway.receipt(seq, delivery.AT_SECRETARIAT)
            field.gateway.heard.clear()
            if minute % 10 == 9:
                used.append(Host(field).counters()["memory used"])
        counters = Host(field).counters()
        assert max(used[1:]) - used[0] < GROWTH_MAX_BYTES, used
        assert not [name for name in counters if name.startswith("failed")]
        assert counters["state 2"] >= 10
        assert field.shows("stored at Secretariat")
