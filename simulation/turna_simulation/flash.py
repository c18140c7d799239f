"""The flash partition of a board: NOR flash in a file of the host that outlives the board.

Programming can only clear bits, erasing takes its time, and the power may go in the middle.
"""

import os
from collections.abc import Callable
from pathlib import Path

BLOCK_BYTES = 4096
BLOCKS = 512
_ERASE_US = 45_000  # 4 KiB sector, typical for the W25Q series
_PROGRAM_CALL_US = 60
_PROGRAM_BYTE_NS = 2_700  # 0.7 ms per page of 256 bytes, typical


class Flash:
    """Programs and erases the image, counts, and cuts the power where a test asks for it."""

    def __init__(self, path: Path, power_cut: Callable[[], None]) -> None:
        self.path = path
        self.writes = 0
        self.erases = 0
        self._power_cut = power_cut
        self._cut_at_write: int | None = None
        if not path.exists():
            path.write_bytes(b"\xff" * (BLOCK_BYTES * BLOCKS))
        self._file = os.open(path, os.O_RDWR)

    def cut_power_at_write(self, count: int) -> None:
        """Let the power go in the middle of the count-th write or erase from now on."""
        self._cut_at_write = self.writes + count

    def program(self, offset: int, data: bytes) -> int:
        """Clear bits; return how long it took, in microseconds."""
        if self._count():
            data = data[: len(data) // 2]
        before = os.pread(self._file, len(data), offset)
        os.pwrite(self._file, bytes(a & b for a, b in zip(before, data, strict=True)), offset)
        self._finish()
        return _PROGRAM_CALL_US + len(data) * _PROGRAM_BYTE_NS // 1000

    def erase(self, block: int) -> int:
        """Erase a sector; return how long it took, in microseconds."""
        size = BLOCK_BYTES // 2 if self._count() else BLOCK_BYTES
        os.pwrite(self._file, b"\xff" * size, block * BLOCK_BYTES)
        self.erases += 1
        self._finish()
        return _ERASE_US

    def note_write(self) -> None:
        """Count a write elsewhere on the same flash chip."""
        self._count()
        self._finish()

    def close(self) -> None:
        """Let go of the image."""
        os.close(self._file)

    def _count(self) -> bool:
        self.writes += 1
        return self.writes == self._cut_at_write

    def _finish(self) -> None:
        if self.writes == self._cut_at_write:
            self._cut_at_write = None
            self._power_cut()
