"""What a handset has taken of what comes down, so that nothing acts twice: kept over a power cut.

One small file under the key's name: the windows of orders and notices, and the chains of alerts.
"""

import os
from binascii import crc32

ORDERS = 0
NOTICES = 1
ALERTS = 2

_WINDOW_BYTES = 11  # of `orders.OrderWindow`
_STARTS = (0, _WINDOW_BYTES, 2 * _WINDOW_BYTES)
_CHECK_BYTES = 4


class MailState:
    """Bytes that `mail_reading` understands."""

    def __init__(self, path: str) -> None:
        self.failures = 0
        self._path = path
        self._parts = [b"", b"", b""]

    def load(self) -> bool:
        """Read what was kept; return whether there was anything."""
        try:
            with open(self._path, "rb") as file:
                data = file.read()
        except OSError:
            return False
        if len(data) < _CHECK_BYTES or data[-_CHECK_BYTES:] != _check(data[:-_CHECK_BYTES]):
            self.failures += 1
            return True
        ends = _STARTS[1:] + (len(data) - _CHECK_BYTES,)
        self._parts = [data[start:end] for start, end in zip(_STARTS, ends)]
        return True

    def part(self, name: int) -> bytes:
        """Return what was kept of orders, notices or alerts, empty before the first."""
        return self._parts[name]

    def save(self, name: int, part: bytes) -> bool:
        """Keep what was taken of one; return whether that outlasts a power cut."""
        self._parts[name] = part
        data = b"".join([one or bytes(_WINDOW_BYTES) for one in self._parts[:ALERTS]])
        data += self._parts[ALERTS]
        try:
            with open(self._path + ".tmp", "wb") as file:
                file.write(data + _check(data))
                file.flush()
            os.rename(self._path + ".tmp", self._path)
        except OSError:
            self.failures += 1
            return False
        return True


def _check(data: bytes) -> bytes:
    return crc32(data).to_bytes(_CHECK_BYTES, "big")
