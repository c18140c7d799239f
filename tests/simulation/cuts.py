"""Cutting the power at each write to flash that something takes, one write later each time."""

from collections.abc import Callable, Iterator

from tests.simulation.handset_bench import Field

WRITES_MAX = 60  # far more than any one thing takes: a test that gets there proves nothing
BOOT_MS = 3_000


def cut_at_each_write(field: Field, act: Callable[[], None]) -> Iterator[int]:
    """Do something again and again, with the power cut one write later each time; till it ends.

    Between two of them the board is on again, and the test has its turn.
    """
    for write in range(1, WRITES_MAX):
        field.handset.cut_power_at_write(write)
        act()
        if field.handset.running:
            assert write > 1
            field.handset.cut_power_at_write(10**9)
            yield 0
            return
        field.world.run_for(200)
        field.handset.power_on()
        field.world.run_for(BOOT_MS)
        yield write
    raise AssertionError("no end of writes")
