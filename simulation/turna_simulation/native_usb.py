"""The native USB port of an ESP32-S3: without a bridge it goes with the chip and comes with it.

A reset takes the device file away, with what was on its way, and nothing of the ROM's log is seen.
Bytes move in packets of 64; what the board does not take waits at the host, and nothing is lost in
that direction.  In the other, who has opened the port and does not read makes the board wait half a
second and then lose the rest; who has not opened it (no DTR) hears the newest 256 bytes, later.
As MicroPython 1.29 has it: shared/tinyusb/mp_usbd_cdc.c, tusb_config.h.  Light sleep ends the port
until the next start (micropython #9414).
"""

from collections.abc import Callable

from .scheduler import Scheduler
from .uart import CONSOLE_RING_BYTES

PACKET_BYTES = 64  # of a full-speed bulk endpoint
FIFO_BYTES = 256  # each way
_FRAME_US = 1_000
_PACKETS_PER_FRAME = 19  # USB 2.0, table 5-9
_PATIENCE_US = 500_000  # MICROPY_HW_USB_CDC_TX_TIMEOUT
_OPENED_FLUSH_US = 16_000  # after DTR
# What Linux keeps for a program that does not read (N_TTY_BUF_SIZE); then the port stalls.
_HOST_KEEPS_BYTES = 4_096
_APPEARS_US = 900_000  # after a reset: boot, USB stack, enumeration; this model's own figure
_KEPT_BYTES = 1 << 20


class UsbPort:
    """The host's end.  Somebody attends to it until a program opens or closes it by itself."""

    speed_matters = False

    def __init__(self) -> None:
        self.output = bytearray()  # all that came and nobody took, up to a megabyte
        self.listeners: list[Callable[[bytes], None]] = []
        self.present = False
        self.reads = True  # a program that stalls has the port open and does not read
        self.changed: list[Callable[[bool], None]] = []  # called when it comes and goes
        self._attended = True
        self._open = False
        self._unread = bytearray()
        self._to_board = bytearray()
        self._moved: Callable[[], None] = lambda: None
        self._was_opened: Callable[[], None] = lambda: None

    def wire(self, moved: Callable[[], None], opened: Callable[[], None]) -> None:
        """Connect the board's end: what to call when bytes wait, and when DTR comes on."""
        self._moved, self._was_opened = moved, opened

    @property
    def dtr(self) -> bool:
        """Tell whether somebody has the port open."""
        return self.present and (self._open or self._attended)

    @property
    def waiting_bytes(self) -> int:
        """What the host has written and the board has not taken: its next write blocks."""
        return len(self._to_board)

    @property
    def room_bytes(self) -> int:
        """How much more the host takes from the board."""
        return _KEPT_BYTES if self.reads else _HOST_KEEPS_BYTES - len(self._unread)

    def open(self) -> None:
        """Open the port, which sets DTR; what was not read before is flushed."""
        self._attended = False
        self._open = self.present
        self._unread.clear()
        if self._open:
            self._was_opened()

    def close(self) -> None:
        """Close the port, which clears DTR."""
        self._attended = self._open = False

    def write(self, data: bytes) -> None:
        """Send bytes to the board; without one there is nobody to send to."""
        if self.present:
            self._to_board += data
            self._moved()

    def read(self) -> bytes:
        """Take what came from the board."""
        data = bytes(self.output)
        self.output.clear()
        return data

    def take(self, count: int) -> bytes:
        """Give the board's end up to so many bytes."""
        data = bytes(self._to_board[:count])
        del self._to_board[:count]
        return data

    def receive(self, data: bytes) -> None:
        """Take a packet from the board."""
        if not self.reads:
            self._unread += data
            return
        data, self._unread = bytes(self._unread) + data, bytearray()
        self.output += data
        del self.output[:-_KEPT_BYTES]
        for listener in list(self.listeners):
            listener(data)

    def appear(self) -> None:
        """Be enumerated."""
        self.present = True
        if self._attended:
            self._was_opened()
        self._tell()

    def vanish(self) -> None:
        """Be gone, with all that was on its way."""
        was_present, self.present, self._open = self.present, False, False
        self._to_board.clear()
        self._unread.clear()
        if was_present:
            self._tell()

    def _tell(self) -> None:
        for listener in list(self.changed):
            listener(self.present)


class UsbConsole:
    """The board's end, in the place of its first UART."""

    tx_pin = rx_pin = 255

    def __init__(self, scheduler: Scheduler, port: UsbPort, readable: Callable[[], None]) -> None:
        self._scheduler = scheduler
        self._port = port
        self._readable = readable
        self.configured = False
        self.lost_bytes = 0  # that the host was too slow for
        self.interrupt_character: int | None = None
        self.interrupted: Callable[[], None] = lambda: None
        self._ring = bytearray()
        self._seen_bytes = 0
        self._received = bytearray()  # in the USB stack, until the ring has room
        self._to_host = bytearray()  # in the USB stack, until the host asks
        self._epoch = 0
        port.wire(self._moving, self._opened)

    def configure(self, *_: int) -> None:
        """Start: the host sees a device some time later, if it does not see one already."""
        self.configured = True
        self.switch_off()
        self.configured = True
        if not self._port.present:
            self._later(_APPEARS_US, self._port.appear)

    def switch_off(self) -> None:
        """Lose what the program has not read, as a soft reset does: the device stays."""
        self.configured = False
        self._ring.clear()
        self._seen_bytes = 0

    def vanish(self) -> None:
        """Leave the bus, as a reset, light sleep and a power cut do."""
        self._epoch += 1
        self._received.clear()
        self._to_host.clear()
        self._port.vanish()

    def receive(self, data: bytes, baud: int) -> None:
        """Never called: no pin is wired to it."""

    def look(self) -> bytes:
        """Return what is in the ring, and leave it there."""
        self._seen_bytes = len(self._ring)
        return bytes(self._ring)

    def consume(self, count: int) -> None:
        """Take bytes out of the ring: there is room for what waits."""
        del self._ring[:count]
        self._seen_bytes -= count
        self._moving()

    @property
    def readable(self) -> bool:
        """Tell whether bytes wait that the firmware has not seen."""
        return len(self._ring) > self._seen_bytes

    @property
    def sent_us(self) -> int:
        """A reset waits for nothing."""
        return self._scheduler.now_us

    def write(self, data: bytes) -> int:
        """Give bytes to the USB stack; return the instant at which the firmware goes on."""
        now_us = self._scheduler.now_us
        if not self._port.dtr:
            self._to_host = (self._to_host + data)[-FIFO_BYTES:]
            return now_us
        room = self._port.room_bytes + FIFO_BYTES - len(self._to_host)
        self._to_host += data[:room]
        self._later(_FRAME_US, self._send)
        if len(data) > room:
            self.lost_bytes += len(data) - room
            return now_us + _PATIENCE_US
        frames = len(data) // (_PACKETS_PER_FRAME * PACKET_BYTES)
        return now_us + frames * _FRAME_US

    # Packets.

    def _opened(self) -> None:
        self._later(_OPENED_FLUSH_US, self._send)

    def _send(self) -> None:
        """Let the host fetch what it has room for, packet by packet."""
        if not self._port.dtr:
            return
        for _ in range(_PACKETS_PER_FRAME):
            count = min(PACKET_BYTES, self._port.room_bytes)
            packet = bytes(self._to_host[:count])
            if not packet:
                return
            del self._to_host[:count]
            self._port.receive(packet)
        self._later(_FRAME_US, self._send)

    def _moving(self) -> None:
        self._later(_FRAME_US, self._fetch)

    def _fetch(self) -> None:
        """Take packets from the host, as long as a whole one finds room."""
        while self._port.waiting_bytes and FIFO_BYTES - len(self._received) >= PACKET_BYTES:
            self._received += self._port.take(PACKET_BYTES)
            self._fill()
        self._fill()

    def _fill(self) -> None:
        """Move bytes into the program's ring; Ctrl-C empties it."""
        if not self.configured:
            return
        while self._received and len(self._ring) < CONSOLE_RING_BYTES:
            byte = self._received.pop(0)
            if byte == self.interrupt_character:
                self._ring.clear()
                self._seen_bytes = 0
                self.interrupted()
            else:
                self._ring.append(byte)
        if self.readable:
            self._readable()

    def _later(self, delay_us: int, action: Callable[[], None]) -> None:
        epoch = self._epoch

        def act() -> None:
            if epoch == self._epoch:
                action()

        self._scheduler.after(delay_us, act)
