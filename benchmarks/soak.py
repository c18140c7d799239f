"""A simulated week of a handset and a modem in 110 KiB of heap: nothing hangs, nothing grows.

TURNA_SOAK_HOURS=24 makes it a day.  A week takes about a quarter of an hour on an idle machine.
"""

import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks import kits, results
from benchmarks.limits import Promise
from tools.places import MICROPYTHON_32
from turna_simulation.soak import DAY_HOURS, Measured, Soak
from turna_simulation.world import World

BY_NAME_ONLY = True
WEEK_HOURS = 7 * DAY_HOURS
HOURS = int(os.environ.get("TURNA_SOAK_HOURS", WEEK_HOURS))
SETTLES_H = 10  # until the journal is full: its index takes 13 bytes a report till then
GROWTH_MAX_BYTES = 512  # from the first settled day to the last
FREE_MIN_BYTES = 8192


def main() -> int:
    """Run the week; return 1 if memory grew, something failed or a board started again."""
    with tempfile.TemporaryDirectory(prefix="turna-soak-") as folder, World(seed=11) as world:
        kit = kits.kit(Path(folder), "SOAK")
        soak = Soak(world, kit, gateway="gw", micropython=MICROPYTHON_32 / "micropython")
        started_s = time.monotonic()
        measured = soak.run(HOURS, lambda hour, so_far: _tell(hour, so_far, started_s))
        boots = [board.boots for board in soak.boards]
        soak.close()
    promises = _promises(measured, boots)
    verdicts = results.limits(f"{HOURS} simulated hours in 110 KiB", promises)
    results.write(
        "soak",
        {
            "hours": HOURS,
            "promises": verdicts,
            "handset free": measured.handset_free,
            "modem free": measured.modem_free,
            "counters": measured.counters,
        },
    )
    return 0 if all(promise.holds for promise in promises) else 1


def _promises(measured: Measured, boots: list[int]) -> list[Promise]:
    counters = measured.counters
    failed = sum(count for name, count in counters.items() if name.startswith(("failed", "lost")))
    return [
        Promise("handset: growth, bytes", growth(measured.handset_free), GROWTH_MAX_BYTES),
        Promise("handset: least free, bytes short", _short(measured.handset_free), 0),
        Promise("handset: tasks that failed, reports lost", failed, 0),
        Promise("handset: starts", boots[0], 1),
        Promise("modem: growth, bytes", growth(measured.modem_free), GROWTH_MAX_BYTES),
        Promise("modem: starts", boots[1], 1),
    ]


def growth(free: list[int]) -> float:
    """Return by how much the last part of a run had less free than the first, in half of its hours.

    A leak takes from every hour. The worst hour is the wrong measure of it: it is the one in which
    a report was just being made, and the more hours there are, the worse is the worst.
    """
    settled = free[min(SETTLES_H, len(free) // 2) :]
    part = max(1, min(DAY_HOURS, len(settled) // 2))
    return median(settled[:part]) - median(settled[-part:])


def _short(free: list[int]) -> float:
    return max(0, FREE_MIN_BYTES - min(free))


def _tell(hour: int, measured: Measured, started_s: float) -> None:
    print(
        f"  hour {hour}: free bytes of the handset {measured.handset_free[-1]:,}, "
        f"of the modem {measured.modem_free[-1]:,} "
        f"[{time.monotonic() - started_s:.0f} s]",
        file=sys.stderr,
        flush=True,
    )
