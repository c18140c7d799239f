"""Short hours of a handset and a modem in 110 KiB; `make bench NAME=soak` runs a week of them."""

from pathlib import Path

import pytest

from tests.scenarios.conftest import EPOCH_S, make_kit
from tools.places import MICROPYTHON_32
from turna_simulation.soak import Measured, Soak
from turna_simulation.world import World

HOURS, HOUR_MS = 3, 900_000
GROWTH_MAX_BYTES = 2_048  # what comes and goes with the moment; the week's bound is 512


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_hours_of_reports_and_a_modems_work_take_no_more_memory_and_restart_nothing(
    tmp_path: Path,
) -> None:
    unavailable = MICROPYTHON_32 / "UNAVAILABLE"
    if unavailable.exists():
        pytest.skip(unavailable.read_text().strip())
    with World(seed=11, start_unix_s=EPOCH_S + 7600) as world:
        soak = Soak(
            world, make_kit(tmp_path), gateway="hatay-1", micropython=MICROPYTHON_32 / "micropython"
        )
        measured = soak.run(HOURS, lambda _hour, _measured: None, hour_ms=HOUR_MS)
        boots = [board.boots for board in soak.boards]
        soak.close()
    assert boots == [1, 1]
    assert_steady(measured)


def assert_steady(measured: Measured) -> None:
    first, last = measured.handset_free[0], measured.handset_free[-1]
    assert first - last < GROWTH_MAX_BYTES, measured.handset_free
    assert measured.modem_free[0] - measured.modem_free[-1] < GROWTH_MAX_BYTES, measured.modem_free
    failed = [name for name in measured.counters if name.startswith(("failed", "lost"))]
    assert not failed, measured.counters
    assert measured.counters["reports stored"] > 0
