"""The folder of one run of the demo: made, locked while it runs, removed at its end.

A run that was killed cannot remove its own; the kernel lets go of its lock, the next run sweeps.
"""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

_PREFIX = "turna-demo-"
_LOCK = "lock"


class Scratch:
    """A context with a `directory` of its own, which is gone when the context has been left.

    Until then, whatever this process makes in the machine's temporary folder is made in there.
    """

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._lock = os.open(self.directory / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def __enter__(self) -> Self:
        self._usual, tempfile.tempdir = tempfile.tempdir, str(self.directory)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        tempfile.tempdir = self._usual
        shutil.rmtree(self.directory, ignore_errors=True)
        os.close(self._lock)


def sweep() -> int:
    """Remove the folders of runs that are no more; return how many there were."""
    return sum(_remove_if_dead(path) for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"))


def _remove_if_dead(directory: Path) -> bool:
    try:
        lock = os.open(directory / _LOCK, os.O_RDWR)
    except OSError:
        return False  # another person's, or made this very moment
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        shutil.rmtree(directory, ignore_errors=True)
        return True
    finally:
        os.close(lock)
