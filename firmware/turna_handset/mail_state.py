"""What a handset has taken of what comes down, so that nothing acts twice: kept over a power cut.

Two small files under the key's name, written in turn.  Damage to one leaves the other, which is one
step behind, and what that step took is in the inbox: `mail_recovery`.
"""

from binascii import crc32

from turna_board import flash

ORDERS = 0  # windows of numbers
NOTICES = 1
ALERTS = 2  # chains
BARRED = 3  # up to which numbers nobody knows any more what was taken
_PARTS = 4  # each is shorter than 256 bytes

# What `load` finds.
NOTHING = 0
WHOLE = 1
DAMAGED = 2  # there is something, and none of it can be believed

_COPIES = 2
_COUNT_BYTES = 4
_CHECK_BYTES = 4


class MailState:
    """Bytes that `mail_reading` understands."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._parts = [b""] * _PARTS
        self._writes = 0
        self._newest = _COPIES - 1

    def load(self) -> int:
        """Read the newer copy that is whole; return NOTHING, WHOLE or DAMAGED."""
        found = NOTHING
        for copy in range(_COPIES):
            data = self._read(copy)
            if data is not None and found == NOTHING:
                found = DAMAGED
            if data is not None and self._take(data):
                self._newest, found = copy, WHOLE
        return found

    def part(self, name: int) -> bytes:
        """Return what was kept of orders, notices or alerts, empty before the first."""
        return self._parts[name]

    def save(self, name: int, part: bytes) -> bool:
        """Keep what was taken of one; return whether that outlasts a power cut."""
        self._parts[name] = part
        data = (self._writes + 1).to_bytes(_COUNT_BYTES, "big")
        data += b"".join([bytes([len(one)]) + one for one in self._parts])
        copy = (self._newest + 1) % _COPIES
        try:
            with open(self._name(copy), "wb") as file:
                file.write(data + _check(data))
        except OSError:
            return False
        self._newest, self._writes = copy, self._writes + 1
        return True

    def _take(self, data: bytes) -> bool:
        """Take over a copy; return False if it is not whole, or older than what we have."""
        body = data[:-_CHECK_BYTES]
        writes = int.from_bytes(body[:_COUNT_BYTES], "big")
        if data[-_CHECK_BYTES:] != _check(body) or writes <= self._writes:
            return False
        self._writes = writes
        at = _COUNT_BYTES
        for name in range(_PARTS):
            end = at + 1 + body[at]
            self._parts[name] = body[at + 1 : end]
            at = end
        return True

    def _read(self, copy: int) -> bytes | None:
        """Return what is in a file, empty if flash does not give it; None if there is no file."""
        if not flash.exists(self._name(copy)):
            return None
        try:
            with open(self._name(copy), "rb") as file:
                return file.read()
        except OSError:
            return b""

    def _name(self, copy: int) -> str:
        return f"{self._path}.{copy}"


def _check(data: bytes) -> bytes:
    return crc32(data).to_bytes(_CHECK_BYTES, "big")
