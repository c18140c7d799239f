"""What the handset remembers of each report in its journal without reading flash: 13 bytes each.

Entries stand in the order of their numbers, oldest first.
"""

import struct

from turna_protocol import delivery
from turna_protocol.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_LAYOUT = "<IIHBBB"
_ENTRY_BYTES = struct.calcsize(_LAYOUT)
_PRIORITY_AT = 11  # within an entry; searches read these bytes and make no objects
_STATE_AT = 12


class Entry(Record):
    """One report of the journal, without its content."""

    FIELDS = ("seq", "saved_s", "attempts", "type_number", "priority", "state")

    def __init__(
        self, seq: int, saved_s: int, attempts: int, type_number: int, priority: int, state: int
    ) -> None:
        self.seq = seq
        self.saved_s = saved_s
        self.attempts = attempts
        self.type_number = type_number
        self.priority = priority
        self.state = state

    def receipted(self) -> bool:
        """Say whether the Secretariat holds it."""
        return self.state >= delivery.AT_SECRETARIAT


class JournalIndex:
    """A packed list of entries; small, because it is in memory all the time."""

    def __init__(self, room: int) -> None:
        """Take all the memory for so many entries now: later there may be none in one piece."""
        self.counts = [0] * len(delivery.STATE_NAMES)
        self._packed = bytearray(room * _ENTRY_BYTES)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def append(self, entry: Entry) -> None:
        """Add an entry whose number is higher than any before."""
        start = self._count * _ENTRY_BYTES
        self._packed[start : start + _ENTRY_BYTES] = _pack(entry)
        self._count += 1
        self.counts[entry.state] += 1

    def at(self, index: int) -> Entry:
        """Return the entry at this place, 0 for the oldest."""
        return Entry(*struct.unpack_from(_LAYOUT, self._packed, index * _ENTRY_BYTES))

    def find(self, seq: int) -> int | None:
        """Return the place of the report with this number, or None."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            found = self._seq_at(middle)
            if found == seq:
                return middle
            if found < seq:
                low = middle + 1
            else:
                high = middle
        return None

    def newest(self, place: int, least_priority: int) -> int | None:
        """Return where the entry is, `place` steps before the newest one at least so urgent."""
        for index in range(len(self) - 1, -1, -1):
            if self._packed[index * _ENTRY_BYTES + _PRIORITY_AT] >= least_priority:
                if place == 0:
                    return index
                place -= 1
        return None

    def count(self, least_priority: int) -> int:
        """Return how many reports are at least so urgent."""
        urgent = 0
        for index in range(self._count):
            if self._packed[index * _ENTRY_BYTES + _PRIORITY_AT] >= least_priority:
                urgent += 1
        return urgent

    def places(self, state: int, priority: int) -> "Iterator[int]":
        """Give where the entries in this state and of this priority are, oldest first."""
        for index in range(len(self)):
            start = index * _ENTRY_BYTES
            if (
                self._packed[start + _STATE_AT] == state
                and self._packed[start + _PRIORITY_AT] == priority
            ):
                yield index

    def replace(self, index: int, entry: Entry) -> None:
        self.counts[self.at(index).state] -= 1
        self.counts[entry.state] += 1
        start = index * _ENTRY_BYTES
        self._packed[start : start + _ENTRY_BYTES] = _pack(entry)

    def remove(self, index: int) -> None:
        self.counts[self.at(index).state] -= 1
        self._count -= 1
        start, end = index * _ENTRY_BYTES, self._count * _ENTRY_BYTES
        view = memoryview(self._packed)
        view[start:end] = view[start + _ENTRY_BYTES : end + _ENTRY_BYTES]

    def _seq_at(self, index: int) -> int:
        return struct.unpack_from("<I", self._packed, index * _ENTRY_BYTES)[0]


def _pack(entry: Entry) -> bytes:
    return struct.pack(
        _LAYOUT,
        entry.seq,
        entry.saved_s,
        min(entry.attempts, 0xFFFF),
        entry.type_number,
        entry.priority,
        entry.state,
    )
