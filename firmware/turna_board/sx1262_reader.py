"""Takes received packets out of the SX1262's ring buffer, in the order in which they came."""

from micropython import const

from .packet_queue import PacketQueue
from .radio import RadioCounters, ReceivedPacket
from .sx1262_bus import Bus
from .sx1262_codes import received_dbm, signed

_GET_RX_BUFFER = const(0x13)
_GET_PACKET_STATUS = const(0x14)
_REG_RX_POINTER = const(0x0803)
_BUFFER_MASK = const(0xFF)


class PacketReader:
    """Knows where in the buffer the next packet begins, so that none between is overlooked.

    In continuous reception packets lie one behind the other, but the chip tells only of the latest.
    """

    def __init__(self, bus: Bus, queue: PacketQueue, counters: RadioCounters) -> None:
        self._bus = bus
        self._queue = queue
        self._counters = counters
        self._next_start: int | None = None

    def begin_continuous(self) -> None:
        """Note where the first packet will begin; call once reception runs."""
        self._next_start = self._bus.register(_REG_RX_POINTER)

    def begin_single(self) -> None:
        """Expect one packet, wherever the chip puts it."""
        self._next_start = None

    def take(self, *, damaged: bool, at_ms: int) -> None:
        """Move what has come into the queue; the latest packet only if its CRC was right."""
        length, start = self._bus.read(_GET_RX_BUFFER, 2)
        status = self._bus.read(_GET_PACKET_STATUS, 3)
        if self._next_start is not None:
            overlooked = (start - self._next_start) & _BUFFER_MASK
            if overlooked:
                # The processor was busy for longer than a packet (flash, garbage collection).  Were
                # there several, they come as one, which will not authenticate.
                self._counters.recovered += 1
                self._deliver(self._next_start, overlooked, status, at_ms)
            self._next_start = (start + length) & _BUFFER_MASK
        if damaged:
            self._counters.crc_errors += 1
        else:
            self._deliver(start, length, status, at_ms)

    def _deliver(self, start: int, length: int, status: bytes, at_ms: int) -> None:
        payload = self._bus.read_buffer(start, length)
        self._queue.put(ReceivedPacket(payload, received_dbm(status), signed(status[1]), at_ms))
        self._counters.received += 1
        self._counters.dropped = self._queue.dropped
