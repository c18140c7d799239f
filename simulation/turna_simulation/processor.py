"""One processor core for a world and its boards.

Only one of them runs at any time, so a second core is of no use, and handing over to a process on
the same core takes half the time.  Where the host cannot do that, nothing happens.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

_PROCESSOR_FIELD = 36  # of /proc/.../stat, counted behind the name: proc(5), field 39


class OneCore:
    """Keeps the thread that runs a world, and the boards it starts, on one core."""

    def __init__(self) -> None:
        self._core: int | None = None

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Stay on the core on which this was entered the first time."""
        if not hasattr(os, "sched_setaffinity"):
            yield
            return
        before = os.sched_getaffinity(0)
        if self._core is None:
            self._core = _present_core()
        if self._core in before:
            os.sched_setaffinity(0, {self._core})
        try:
            yield
        finally:
            os.sched_setaffinity(0, before)


def _present_core() -> int | None:
    try:
        text = Path("/proc/thread-self/stat").read_text()
    except OSError:
        return None
    return int(text.rpartition(")")[2].split()[_PROCESSOR_FIELD])
