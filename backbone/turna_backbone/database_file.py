"""A SQLite file before it is opened: in a folder that is there, its owner's alone, locked for one.

It is never opened here once it exists: closing it again would drop SQLite's own locks
(https://sqlite.org/howtocorrupt.html, 2.2).
"""

import fcntl
import logging
import os
from pathlib import Path
from typing import IO

log = logging.getLogger(__name__)

_PRIVATE = 0o600
_OTHERS = 0o007
# SQLite makes those beside it with the mode of the database itself.
_SIDE_FILES = ("", "-wal", "-shm", "-journal")


def lock(path: Path) -> IO[bytes]:
    """Return what keeps a second process away until it is closed; BlockingIOError if one is here.

    The folder is not made: a slip in its name would begin an empty database beside the full one.
    """
    kept = open(path.with_name(path.name + ".lock"), "wb", opener=_open_private)  # noqa: SIM115
    try:
        fcntl.flock(kept, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        kept.close()
        raise
    return kept


def make_private(path: Path, *, is_missed: bool) -> None:
    """Make the file if there is none, and close one that everybody may read.

    `is_missed` says of a new one in the log that it is empty: it may be in the wrong place.
    """
    if not path.exists():
        os.close(os.open(path, os.O_RDONLY | os.O_CREAT, _PRIVATE))
        if is_missed:
            log.warning("no database was there, an empty one is made path=%s", path.absolute())
    for suffix in _SIDE_FILES:
        file = path.with_name(path.name + suffix)
        if file.exists() and file.stat().st_mode & _OTHERS:
            file.chmod(_PRIVATE)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, _PRIVATE)
