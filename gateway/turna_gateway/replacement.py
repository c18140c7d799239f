"""A saved database takes the place of the damaged one, at whatever moment the power goes.

The new one is built under another name.  Once it is whole on the disk it gets a name that says so
and says under which the damaged one is kept; what is still to be done a later start can finish.
"""

import os
from pathlib import Path

_SIDE_FILES = ("", "-wal", "-shm")


class Replacement:
    """What lies beside one database while it is replaced, and the mark that it has to be."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._mark = path.with_name(path.name + ".broken")
        self.fresh = path.with_name(path.name + ".salvaging")

    @property
    def is_due(self) -> bool:
        return self._mark.exists()

    def mark(self) -> None:
        """See to it that the next start replaces the database, however sound it then looks."""
        self._mark.touch()
        sync(self._path.parent)

    def begin(self, now_s: int) -> Path:
        """Make way for `fresh`; return where the damaged database will be, which nothing is yet."""
        self.mark()
        self.fresh.unlink(missing_ok=True)
        while any(_kept(self._path, now_s, suffix).exists() for suffix in _SIDE_FILES):
            now_s += 1
        return _kept(self._path, now_s)

    def finish(self, aside: Path) -> None:
        """Put `fresh`, which is closed, in the damaged one's place."""
        sync(self.fresh)
        number = aside.name.rpartition("-")[2]
        self.fresh.rename(self._path.with_name(f"{self._path.name}.salvaged-{number}"))
        self.resume()

    def resume(self) -> None:
        """Finish what a power cut broke off; before anything else touches the database."""
        folder = self._path.parent
        for whole in folder.iterdir():
            name, _, number = whole.name.rpartition("-")
            if name != self._path.name + ".salvaged" or not number.isdecimal():
                continue
            sync(folder)  # from here on each row is there twice
            for suffix in _SIDE_FILES:
                damaged = self._path.with_name(self._path.name + suffix)
                if damaged.exists():
                    damaged.rename(_kept(self._path, int(number), suffix))
            self._mark.unlink(missing_ok=True)
            sync(folder)  # nothing of the damaged one is left under the new one's name
            whole.rename(self._path)
            sync(folder)


def _kept(path: Path, now_s: int, suffix: str = "") -> Path:
    return path.with_name(f"{path.name}.damaged-{now_s}{suffix}")


def sync(path: Path) -> None:
    """Make a file's content last, or the names in a folder.  Debian's SQLite syncs no folders."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
