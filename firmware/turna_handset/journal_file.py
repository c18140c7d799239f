"""How one report, and the log of what became of reports, lie in flash: layouts with a CRC each.

A power cut may end any write anywhere. A record is written under a temporary name and renamed, so
it is there or it is not; the log of states is appended to, and a torn tail is dropped.
"""

import struct
from binascii import crc32

from turna_protocol.errors import MalformedError
from turna_protocol.record import Record

RECORD_SUFFIX = ".r"
STATES_NAME = "states"

_MAGIC = b"TJ1"
_HEAD = "<3sBBIHI"  # magic, type, priority, seq, length of the content, saved at
_HEAD_BYTES = struct.calcsize(_HEAD)
_CRC_BYTES = 4
_STATE = "<IBHH"  # seq, state, attempts, check
STATE_BYTES = struct.calcsize(_STATE)


class StoredReport(Record):
    """A report as it was sealed, once, with its content in clear for the screen."""

    FIELDS = ("seq", "type_number", "priority", "saved_s", "content", "packet")

    def __init__(
        self,
        *,
        seq: int,
        type_number: int,
        priority: int,
        saved_s: int,
        content: bytes,
        packet: bytes,
    ) -> None:
        self.seq = seq
        self.type_number = type_number
        self.priority = priority
        self.saved_s = saved_s  # unix seconds, 0 while the handset does not know the time
        self.content = content
        self.packet = packet


class StoredState(Record):
    """The newest state of a report, in the log of states."""

    FIELDS = ("seq", "state", "attempts")

    def __init__(self, seq: int, state: int, attempts: int) -> None:
        self.seq = seq
        self.state = state
        self.attempts = attempts


def record_name(seq: int) -> str:
    return f"{seq:07d}{RECORD_SUFFIX}"


def pack_report(report: StoredReport) -> bytes:
    head = struct.pack(
        _HEAD,
        _MAGIC,
        report.type_number,
        report.priority,
        report.seq,
        len(report.content),
        report.saved_s,
    )
    body = head + report.content + report.packet
    return body + struct.pack("<I", crc32(body))


def unpack_report(data: bytes) -> StoredReport:
    if len(data) <= _HEAD_BYTES + _CRC_BYTES:
        raise MalformedError("journal record length")
    body = data[:-_CRC_BYTES]
    if struct.unpack("<I", data[-_CRC_BYTES:])[0] != crc32(body):
        raise MalformedError("journal record check")
    magic, type_number, priority, seq, length, saved_s = struct.unpack(_HEAD, body[:_HEAD_BYTES])
    if magic != _MAGIC or _HEAD_BYTES + length >= len(body):
        raise MalformedError("journal record layout")
    return StoredReport(
        seq=seq,
        type_number=type_number,
        priority=priority,
        saved_s=saved_s,
        content=body[_HEAD_BYTES : _HEAD_BYTES + length],
        packet=body[_HEAD_BYTES + length :],
    )


def pack_state(state: StoredState) -> bytes:
    attempts = min(state.attempts, 0xFFFF)
    fields = struct.pack("<IBH", state.seq, state.state, attempts)
    return fields + struct.pack("<H", crc32(fields) & 0xFFFF)


def unpack_states(data: bytes) -> list[StoredState]:
    """Return the entries up to the first that is not whole."""
    states: list[StoredState] = []
    for at in range(0, len(data) - STATE_BYTES + 1, STATE_BYTES):
        seq, state, attempts, check = struct.unpack(_STATE, data[at : at + STATE_BYTES])
        if check != crc32(data[at : at + STATE_BYTES - 2]) & 0xFFFF:
            break
        states.append(StoredState(seq, state, attempts))
    return states
