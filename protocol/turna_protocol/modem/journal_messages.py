"""Messages by which a host counts what a handset itself holds: its journal and its counters."""

import struct

from ..errors import MalformedError, MisuseError
from ..record import Record
from .framing import MAX_BODY_BYTES
from .messages import pack_text, unpack_fixed, unpack_head, unpack_text

_ENTRY_LAYOUT = "<IBBII"
_ENTRY_BYTES = struct.calcsize(_ENTRY_LAYOUT)
MAX_ENTRIES = (MAX_BODY_BYTES - 1) // _ENTRY_BYTES

MAX_COUNTER_NAME_BYTES = 24
# As many as surely fit in one frame, whatever their names.
MAX_COUNTERS = (MAX_BODY_BYTES - 1) // (1 + MAX_COUNTER_NAME_BYTES + 4)


class JournalRequest(Record):
    """The host asks for the entries from this sequence number on."""

    KIND = 0x20
    FIELDS = ("from_seq",)

    def __init__(self, from_seq: int) -> None:
        self.from_seq = from_seq

    def pack(self) -> bytes:
        return struct.pack("<I", self.from_seq)

    @staticmethod
    def unpack(body: bytes) -> "JournalRequest":
        return JournalRequest(*unpack_fixed("<I", body))


class JournalEntry(Record):
    """One report as its handset holds it: its wire number of type, and of delivery state."""

    FIELDS = ("seq", "report_type", "state", "saved_s", "attempts")

    def __init__(
        self, *, seq: int, report_type: int, state: int, saved_s: int, attempts: int
    ) -> None:
        self.seq = seq
        self.report_type = report_type
        self.state = state
        self.saved_s = saved_s
        self.attempts = attempts

    def pack(self) -> bytes:
        return struct.pack(
            _ENTRY_LAYOUT, self.seq, self.report_type, self.state, self.saved_s, self.attempts
        )

    @staticmethod
    def unpack(body: bytes) -> "JournalEntry":
        seq, report_type, state, saved_s, attempts = unpack_fixed(_ENTRY_LAYOUT, body)
        return JournalEntry(
            seq=seq, report_type=report_type, state=state, saved_s=saved_s, attempts=attempts
        )


class Journal(Record):
    """A page of entries in order of sequence, and whether more follow."""

    KIND = 0x21
    FIELDS = ("entries", "more")

    def __init__(self, entries: tuple[JournalEntry, ...], more: bool) -> None:
        if len(entries) > MAX_ENTRIES:
            raise MisuseError("more journal entries than a frame holds")
        self.entries = entries
        self.more = more

    def pack(self) -> bytes:
        return bytes((int(self.more),)) + b"".join([entry.pack() for entry in self.entries])

    @staticmethod
    def unpack(body: bytes) -> "Journal":
        (more,), packed = unpack_head("<B", body)
        if more > 1 or len(packed) % _ENTRY_BYTES:
            raise MalformedError("journal page")
        starts = range(0, len(packed), _ENTRY_BYTES)
        entries = [JournalEntry.unpack(packed[at : at + _ENTRY_BYTES]) for at in starts]
        return Journal(tuple(entries), more == 1)


class CountersRequest(Record):
    """The host asks for the board's counters from this position in the list on."""

    KIND = 0x22
    FIELDS = ("start",)

    def __init__(self, start: int) -> None:
        self.start = start

    def pack(self) -> bytes:
        return struct.pack("<H", self.start)

    @staticmethod
    def unpack(body: bytes) -> "CountersRequest":
        return CountersRequest(*unpack_fixed("<H", body))


class Counters(Record):
    """A page of named counts, and whether more follow."""

    KIND = 0x23
    FIELDS = ("counts", "more")

    def __init__(self, counts: tuple[tuple[str, int], ...], more: bool) -> None:
        if len(counts) > MAX_COUNTERS:
            raise MisuseError("more counters than a frame holds")
        self.counts = counts
        self.more = more

    def pack(self) -> bytes:
        out = bytearray((int(self.more),))
        for name, count in self.counts:
            packed = pack_text(name, MAX_COUNTER_NAME_BYTES)
            out.append(len(packed))
            out.extend(packed)
            out.extend(struct.pack("<I", count))
        return bytes(out)

    @staticmethod
    def unpack(body: bytes) -> "Counters":
        (more,), rest = unpack_head("<B", body)
        counts: list[tuple[str, int]] = []
        while rest:
            end = 1 + rest[0]
            name = unpack_text(rest[1:end], MAX_COUNTER_NAME_BYTES)
            (count,) = unpack_fixed("<I", rest[end : end + 4])
            counts.append((name, count))
            rest = rest[end + 4 :]
        if more > 1 or len(counts) > MAX_COUNTERS:
            raise MalformedError("page of counters")
        return Counters(tuple(counts), more == 1)
