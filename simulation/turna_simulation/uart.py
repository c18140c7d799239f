"""UARTs: bytes take their time on the line, wait in rings of limited size, and are lost when full.

Receiving follows the ESP32: bytes wait in the hardware's FIFO until 120 are there or the line has
been quiet for ten symbols, then move into the driver's ring (ports/esp32/uart.c; ESP-IDF's
UART_FULL_THRESH_DEFAULT); what does not fit is dropped silently.
"""

from collections.abc import Callable

from .scheduler import Scheduler

CONSOLE_RING_BYTES = 259  # stdin ring of 260 bytes holds one less
CONSOLE_BAUD = 115200
_FIFO_FULL_BYTES = 120
_FIFO_BYTES = 128
_QUIET_SYMBOLS = 10
_BAUD_TOLERANCE_PERMILLE = 30


class Line:
    """One direction of a serial connection: delivers bytes when the last of them has passed."""

    def __init__(
        self,
        scheduler: Scheduler,
        deliver: Callable[[bytes], None],
        piece_bytes: int,
        quiet_symbols: int = 0,
    ) -> None:
        self._scheduler = scheduler
        self._deliver = deliver
        self._piece_bytes = piece_bytes
        self._quiet_symbols = quiet_symbols
        self._free_us = 0
        self._epoch = 0

    def send(self, data: bytes, baud: int) -> int:
        """Put bytes on the line after those before; return the instant when they have passed."""
        self._free_us = max(self._free_us, self._scheduler.now_us)
        for at in range(0, len(data), self._piece_bytes):
            piece = data[at : at + self._piece_bytes]
            self._free_us += duration_us(len(piece), baud)
            # a full FIFO is emptied at once, a part of it when the line has been quiet
            quiet_symbols = self._quiet_symbols if len(piece) < self._piece_bytes else 0
            arrives_us = self._free_us + duration_us(quiet_symbols, baud)
            self._scheduler.at(arrives_us, self._delivery(piece))
        return self._free_us

    def drop(self) -> None:
        """Lose what is on the line."""
        self._epoch += 1
        self._free_us = 0

    def _delivery(self, piece: bytes) -> Callable[[], None]:
        epoch = self._epoch

        def deliver() -> None:
            if epoch == self._epoch:
                self._deliver(piece)

        return deliver


class Uart:
    """A UART of the microcontroller."""

    def __init__(
        self,
        scheduler: Scheduler,
        *,
        transmit: Callable[[int, bytes, int], None],
        readable: Callable[[], None],
    ) -> None:
        self._scheduler = scheduler
        self._transmit = transmit
        self._readable = readable
        self._line = Line(scheduler, self._sent, _FIFO_BYTES)
        self._free_us = 0
        self.configured = False
        self.tx_pin = self.rx_pin = 255
        self.baud = CONSOLE_BAUD
        self.lost_bytes = 0
        self.interrupt_character: int | None = None
        self.interrupted: Callable[[], None] = lambda: None
        self._ring = bytearray()
        self._seen_bytes = 0  # of the ring, by the firmware
        self._ring_bytes = 0
        self._room_bytes = _FIFO_BYTES

    def configure(self, tx_pin: int, rx_pin: int, baud: int, ring: int, transmit_ring: int) -> None:
        """Set the wires, the speed and the sizes of the rings; a speed of zero switches it off."""
        self.configured = baud > 0
        self.tx_pin, self.rx_pin = tx_pin, rx_pin
        self.baud = baud or CONSOLE_BAUD
        self._ring_bytes = ring
        self._room_bytes = _FIFO_BYTES + transmit_ring
        self._ring.clear()
        self._seen_bytes = 0

    def switch_off(self) -> None:
        """Lose everything, as a reset does."""
        self.configured = False
        self._ring.clear()
        self._seen_bytes = 0
        self._line.drop()
        self._free_us = 0

    def receive(self, data: bytes, baud: int) -> None:
        """Take bytes from the receiver's FIFO into the ring, as many as fit."""
        if not self.configured:
            return
        if abs(baud - self.baud) * 1000 > self.baud * _BAUD_TOLERANCE_PERMILLE:
            data = garbled(data)
        if self.interrupt_character is not None and self.interrupt_character in data:
            data = data.replace(bytes([self.interrupt_character]), b"")
            self.interrupted()
        room = self._ring_bytes - len(self._ring)
        self.lost_bytes += max(0, len(data) - room)
        self._ring += data[:room]
        if self.readable:
            self._readable()

    def look(self) -> bytes:
        """Return what is in the ring, and leave it there."""
        self._seen_bytes = len(self._ring)
        return bytes(self._ring)

    def consume(self, count: int) -> None:
        """Take bytes out of the ring."""
        del self._ring[:count]
        self._seen_bytes -= count

    @property
    def readable(self) -> bool:
        """Tell whether bytes wait that the firmware has not seen."""
        return len(self._ring) > self._seen_bytes

    @property
    def sent_us(self) -> int:
        """The instant at which everything written so far has left."""
        return self._free_us

    def write(self, data: bytes) -> int:
        """Transmit; return the instant at which the firmware goes on."""
        self._free_us = self._line.send(data, self.baud)
        return max(self._scheduler.now_us, self._free_us - duration_us(self._room_bytes, self.baud))

    def _sent(self, data: bytes) -> None:
        self._transmit(self.tx_pin, data, self.baud)


class Sender:
    """A device's transmitter, wired to a pin of the board."""

    def __init__(
        self, scheduler: Scheduler, baud: int, arrive: Callable[[bytes, int], None]
    ) -> None:
        self.baud = baud
        self._line = Line(
            scheduler, lambda data: arrive(data, self.baud), _FIFO_FULL_BYTES, _QUIET_SYMBOLS
        )

    def send(self, data: bytes) -> None:
        """Transmit after what is being transmitted."""
        self._line.send(data, self.baud)

    def drop(self) -> None:
        """Lose what is being transmitted."""
        self._line.drop()


def duration_us(count: int, baud: int) -> int:
    """Return how long so many bytes of ten bits take."""
    return count * 10_000_000 // baud


def garbled(data: bytes) -> bytes:
    """Return what a receiver of another speed makes of bytes."""
    return bytes((byte * 37 + 91) & 0xFF for byte in data)
