"""How much may be on its way to the broker at once: learned from how long its answers take.

On a thin line whatever is handed over waits in a queue, and an SOS behind it.  So the window grows
while answers come at once and shrinks when they come late: a queue of about a second, on any line.
Knows neither messages nor broker; time and sizes are handed in.
"""

from dataclasses import dataclass

# Two full packets: what a line of 9.6 kbit/s carries in two seconds.
FIRST_WINDOW_BYTES = 2_600
# With the headers of MQTT, TLS, TCP and IP still one packet of 1,500 bytes.
PACKET_BYTES = 1_300
# One full packet, or nothing would ever move.
SMALLEST_WINDOW_BYTES = PACKET_BYTES
LARGEST_WINDOW_BYTES = 128 * PACKET_BYTES
# A broker takes far more in one message; beyond that nothing is saved any more.
LARGEST_MESSAGE_BYTES = 8 * PACKET_BYTES
# How much later than the quickest answer an answer may come before the line counts as full.
QUEUE_MS = 1_000


@dataclass(frozen=True, slots=True)
class _UnderWay:
    size: int
    sent_ms: int


class Pace:
    """The window of one connection, in bytes."""

    def __init__(self) -> None:
        self.window_bytes = FIRST_WINDOW_BYTES
        self.quickest_ms: int | None = None
        self._under_way: dict[int, _UnderWay] = {}
        self._bytes = 0
        self._shrunk_ms = 0
        self._was_too_wide = False

    def begin(self, now_ms: int) -> None:
        """Forget: the connection is a new one, perhaps over another line."""
        self.window_bytes, self.quickest_ms = FIRST_WINDOW_BYTES, None
        self._under_way.clear()
        self._bytes, self._shrunk_ms, self._was_too_wide = 0, now_ms, False

    def room_bytes(self) -> int:
        return self.window_bytes - self._bytes

    def message_bytes(self) -> int:
        """Return how long one message may be: what this line carries in a part of a second."""
        half = self.window_bytes // 2
        return max(PACKET_BYTES, min(half, LARGEST_MESSAGE_BYTES))

    def sent(self, token: int, size: int, now_ms: int) -> None:
        self._under_way[token] = _UnderWay(size, now_ms)
        self._bytes += size

    def answered(self, token: int, now_ms: int) -> None:
        """Learn from an answer; one to something else is ignored."""
        sent = self._under_way.pop(token, None)
        if sent is None:
            return
        was_full = self._bytes * 2 >= self.window_bytes
        self._bytes -= sent.size
        took_ms = now_ms - sent.sent_ms
        self.quickest_ms = took_ms if self.quickest_ms is None else min(took_ms, self.quickest_ms)
        if took_ms > self.quickest_ms + QUEUE_MS:
            # Only what was sent under the smaller window says whether that is small enough.
            if sent.sent_ms >= self._shrunk_ms:
                self.window_bytes = max(SMALLEST_WINDOW_BYTES, self.window_bytes * 3 // 4)
                self._shrunk_ms, self._was_too_wide = now_ms, True
        elif was_full:
            # Doubling in a round trip until the line was full once, then carefully.
            more = sent.size // 8 if self._was_too_wide else sent.size
            self.window_bytes = min(LARGEST_WINDOW_BYTES, self.window_bytes + more)
