"""Child processes that never outlive the process that started them."""

import ctypes
import os
import signal
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent(how: signal.Signals) -> Callable[[], None]:
    """Return a `preexec_fn`: the kernel sends `how` to the child when this process ends.

    Start the child from the main thread: it is the end of the thread that counts.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def prepare_child() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, how)
        if os.getppid() != parent:  # it died before prctl took effect
            os._exit(1)

    return prepare_child
