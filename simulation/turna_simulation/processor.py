"""One processor core for a world and its boards.

Only one of them runs at any time, so a second core is of no use, and handing over to a process on
the same core takes half the time.  Where the host cannot do that, nothing happens.
"""

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

_PROCESSOR_FIELD = 36  # of /proc/.../stat, counted behind the name: proc(5), field 39


@contextlib.contextmanager
def one_core(processes: Iterable[int]) -> Iterator[None]:
    """Keep this thread, these processes and those started meanwhile on the core it runs on now."""
    core = _present_core()
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    for each in (0, *processes):
        with contextlib.suppress(OSError):  # it has just ended, or the host does not allow it
            os.sched_setaffinity(each, {core})
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
