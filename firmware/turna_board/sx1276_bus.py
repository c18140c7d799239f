"""The SX1276's SPI protocol: registers and FIFO.  The chip has no BUSY; it answers or does not."""

from micropython import const

from .radio import RadioError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from machine import SPI, Pin

_WRITE = const(0x80)
_FIFO = const(0x00)
_OP_MODE = const(0x01)
_FIFO_POINTER = const(0x0D)
_BUFFER_BYTES = const(256)
_LONG_RANGE = const(0x80)
_MODE_MASK = const(0x07)


class Bus:
    """One chip's SPI connection."""

    def __init__(self, spi: "SPI", nss: "Pin") -> None:
        self._spi = spi
        self._nss = nss

    def read(self, register: int) -> int:
        """Read a register."""
        return self.read_many(register, 1)[0]

    def read_many(self, register: int, count: int) -> bytes:
        """Read successive registers."""
        reply = bytearray(1 + count)
        self._nss(0)
        self._spi.write_readinto(bytes((register,)) + bytes(count), reply)
        self._nss(1)
        return bytes(reply[1:])

    def write(self, register: int, *values: int) -> None:
        """Write successive registers."""
        self._send(bytes((register | _WRITE,)) + bytes(values))

    def set(self, register: int, value: int) -> None:
        """Write a register and make sure that it keeps the value."""
        self.write(register, value)
        if self.read(register) != value:
            raise RadioError(f"register 0x{register:02x} does not keep its value")

    def mode(self) -> int:
        """Return the mode of the LoRa modem."""
        value = self.read(_OP_MODE)
        if value == 0xFF:
            raise RadioError("no chip answers on SPI")
        if not value & _LONG_RANGE:
            raise RadioError("the chip has lost its settings")
        return value & _MODE_MASK

    def read_buffer(self, start: int, count: int) -> bytes:
        """Read from the FIFO, which wraps at 256."""
        self.write(_FIFO_POINTER, start % _BUFFER_BYTES)
        return self.read_many(_FIFO, count)

    def write_buffer(self, data: bytes) -> None:
        """Write to the FIFO from its start."""
        self.write(_FIFO_POINTER, 0)
        self._send(bytes((_FIFO | _WRITE,)) + data)

    def _send(self, data: bytes) -> None:
        self._nss(0)
        self._spi.write(data)
        self._nss(1)
