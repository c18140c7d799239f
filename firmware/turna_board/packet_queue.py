"""Packets that a radio has received and nobody has fetched yet."""

from .waiting import Bell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .radio import ReceivedPacket

_LONG_MS = 60_000
PACKETS_MAX = 16  # more than a second of an SF7 channel


class PacketQueue:
    """Keeps the newest packets, in order, for one reader."""

    def __init__(self) -> None:
        self._packets: list[ReceivedPacket] = []
        self._came = Bell()
        self.dropped = 0

    def put(self, packet: "ReceivedPacket") -> None:
        """Add a packet, at the expense of the oldest if there are too many."""
        if len(self._packets) == PACKETS_MAX:
            self._packets.pop(0)
            self.dropped += 1
        self._packets.append(packet)
        self._came.set()

    async def get(self, timeout_ms: "int | None") -> "ReceivedPacket | None":
        """Return the oldest packet, or None after a time without one; None waits for ever."""
        if not self._packets:
            self._came.clear()
            while not await self._came.wait(_LONG_MS if timeout_ms is None else timeout_ms):
                if timeout_ms is not None:
                    return None
        return self._packets.pop(0)
