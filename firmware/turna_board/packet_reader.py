"""Takes received packets out of a chip's ring buffer, in the order in which they came."""

from micropython import const

from .packet_queue import PacketQueue
from .radio import ReceivedPacket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .radio import RadioChip

_BUFFER_MASK = const(0xFF)


class PacketReader:
    """Knows where in the buffer the next packet begins, so that none between is overlooked.

    In continuous reception packets lie one behind the other, but the chip tells only of the latest.
    """

    def __init__(self, chip: "RadioChip", queue: PacketQueue) -> None:
        self._chip = chip
        self._queue = queue
        self._counters = chip.counters
        self._next_start: int | None = None

    def begin_continuous(self) -> None:
        """Note where the first packet will begin; call once reception runs."""
        self._next_start = self._chip.receive_pointer()

    def begin_single(self) -> None:
        """Expect one packet, wherever the chip puts it."""
        self._next_start = None

    def take(self, *, damaged: bool, at_ms: int) -> None:
        """Move what has come into the queue; the latest packet only if its CRC was right."""
        start, length, rssi_dbm, snr_db_x4 = self._chip.latest_packet()
        if self._next_start is not None:
            overlooked = (start - self._next_start) & _BUFFER_MASK
            if overlooked:
                # The processor was busy for longer than a packet (flash, garbage collection).  Were
                # there several, they come as one, which will not authenticate.
                self._counters.recovered += 1
                self._deliver(self._next_start, overlooked, rssi_dbm, snr_db_x4, at_ms)
            self._next_start = (start + length) & _BUFFER_MASK
        if damaged:
            self._counters.crc_errors += 1
        else:
            self._deliver(start, length, rssi_dbm, snr_db_x4, at_ms)

    def _deliver(self, start: int, length: int, rssi_dbm: int, snr_db_x4: int, at_ms: int) -> None:
        payload = self._chip.read_buffer(start, length)
        self._queue.put(ReceivedPacket(payload, rssi_dbm, snr_db_x4, at_ms))
        self._counters.received += 1
        self._counters.dropped = self._queue.dropped
