"""SPI and I2C wires: a transfer reaches whoever is soldered to the pins it goes out on.

Wrong pins, a wrong SPI mode or a chip that is not selected give what they give on a bench.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from .pins import Pins

_IDLE = 0xFF


class SpiChip(Protocol):
    """A chip on an SPI bus; its select line reaches it as a pin."""

    def exchange(self, mosi: bytes) -> bytes:
        """Shift bytes in and as many out."""


class I2cChip(Protocol):
    """A chip on an I2C bus."""

    def acknowledges(self, address: int) -> bool:
        """Tell whether the chip answers to this address now."""

    def write(self, data: bytes) -> None:
        """Take the bytes of one write transfer."""

    def read(self, count: int) -> bytes:
        """Give the bytes of one read transfer."""


class _SpiSeat(NamedTuple):
    sck: int
    mosi: int
    miso: int
    select: int
    max_hz: int
    chip: SpiChip


class SpiBus:
    """The SPI wires of a board; the firmware's controllers choose pins, speed and mode."""

    def __init__(self, pins: Pins, fault: Callable[[str], None]) -> None:
        self._pins = pins
        self._fault = fault
        self._seats: list[_SpiSeat] = []
        self._settings: dict[int, tuple[int, int, int, int, int]] = {}

    def attach(
        self, chip: SpiChip, *, sck: int, mosi: int, miso: int, select: int, max_hz: int
    ) -> None:
        """Solder a chip of SPI mode 0 to four pins."""
        self._seats.append(_SpiSeat(sck, mosi, miso, select, max_hz, chip))

    def configure(self, bus: int, sck: int, mosi: int, miso: int, mode: int, hz: int) -> None:
        """Choose a controller's pins, mode and speed."""
        self._settings[bus] = (sck, mosi, miso, mode, hz)

    def forget(self) -> None:
        """Switch the controllers off, as a reset does."""
        self._settings.clear()

    def transfer(self, bus: int, out: bytes) -> bytes:
        """Shift bytes out and in."""
        sck, mosi, miso, mode, hz = self._settings[bus]
        selected = [s for s in self._seats if self._pins.level(s.select) == 0 and s.sck == sck]
        if len(selected) != 1:
            self._fault(f"SPI transfer with {len(selected)} chips selected")
            return bytes([_IDLE]) * len(out)
        seat = selected[0]
        if mode != 0 or hz > seat.max_hz:
            self._fault(f"SPI mode {mode} at {hz} Hz does not suit the chip")
            out = bytes(byte >> 1 for byte in out)
        if seat.mosi != mosi:
            out = bytes(len(out))
        answer = seat.chip.exchange(out)
        return answer if seat.miso == miso else bytes([_IDLE]) * len(out)


class I2cBus:
    """The I2C wires of a board."""

    ACKNOWLEDGED = 0
    NO_DEVICE = 1

    def __init__(self, fault: Callable[[str], None]) -> None:
        self._fault = fault
        self._seats: list[tuple[int, int, int, I2cChip]] = []
        self._settings: dict[int, tuple[int, int, int]] = {}

    def attach(self, chip: I2cChip, *, scl: int, sda: int, max_hz: int) -> None:
        """Solder a chip to two pins."""
        self._seats.append((scl, sda, max_hz, chip))

    def configure(self, bus: int, scl: int, sda: int, hz: int) -> None:
        """Choose a controller's pins and speed."""
        self._settings[bus] = (scl, sda, hz)

    def forget(self) -> None:
        """Switch the controllers off, as a reset does."""
        self._settings.clear()

    def transfer(self, bus: int, address: int, out: bytes, count: int) -> tuple[int, bytes]:
        """Write, then read; return a status and what was read."""
        scl, sda, hz = self._settings[bus]
        for seat_scl, seat_sda, max_hz, chip in self._seats:
            if (seat_scl, seat_sda) != (scl, sda) or not chip.acknowledges(address):
                continue
            if hz > max_hz:
                self._fault(f"I2C at {hz} Hz does not suit the chip")
                return self.NO_DEVICE, b""
            if out:
                chip.write(out)
            return self.ACKNOWLEDGED, chip.read(count) if count else b""
        return self.NO_DEVICE, b""
