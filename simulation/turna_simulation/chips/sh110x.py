"""The SH1106 and SH1107 display controllers on I2C, each with a 128 x 64 panel.

Unlike the SSD1306 they know only page addressing, and the column has to be set for every page.  The
SH1106 has 132 columns, of which panels show those from 2 on.  Commands: SH1106 data sheet V2.3 and
SH1107 data sheet V2.1, tables of commands.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from random import Random

from ..screen import Screen

WIDTH, HEIGHT = 128, 64
MAX_HZ = 400_000
_PAGES = HEIGHT // 8
_CONVERTER_ON = 0x8B  # DC-DC, argument of 0xAD
_WITHOUT = {*range(0xA0, 0xA2), *range(0xA4, 0xA8), 0xAE, 0xAF, 0xC0, 0xC8, 0xE3}


@dataclass(frozen=True)
class Kind:
    """What differs between the two."""

    name: str
    columns: int
    first_column: int  # of the panel
    arguments: AbstractSet[int]  # commands of two bytes
    others: AbstractSet[int]  # commands of one byte that only this one has


SH1106 = Kind(
    name="SH1106",
    columns=132,
    first_column=2,
    arguments={0x81, 0xA8, 0xAD, 0xD3, 0xD5, 0xD9, 0xDA, 0xDB},
    others={*range(0x30, 0x34), *range(0x40, 0x80)},
)
SH1107 = Kind(
    name="SH1107",
    columns=128,
    first_column=0,
    arguments={0x81, 0xA8, 0xAD, 0xD3, 0xD5, 0xD9, 0xDB, 0xDC},
    others={0x20},
)


class Sh110x:
    """The chip behind the glass; `screen` is what a person sees."""

    def __init__(
        self, kind: Kind, random: Random, fault: Callable[[str], None], address: int = 0x3C
    ) -> None:
        self._kind = kind
        self._random = random
        self._fault = fault
        self._address = address
        self._powered = False
        self._start()

    def power(self, on: bool) -> None:
        """Switch the supply; memory comes up with noise.  The boards reset it with the supply."""
        if on and not self._powered:
            self._start()
        self._powered = on

    @property
    def lit(self) -> bool:
        """Tell whether the panel is driven; dark, it draws next to nothing."""
        return self._powered and self._on

    def acknowledges(self, address: int) -> bool:
        """Answer when powered."""
        return address == self._address and self._powered

    def write(self, data: bytes) -> None:
        """Take one transfer: a control byte, then commands or data."""
        if data[0] & 0x3F:
            self._fault(f"{self._kind.name} control byte {data[0]:#04x}")
        elif data[0] & 0x40:
            self._store(data[1:])
        else:
            for byte in data[1:]:
                self._command(byte)

    def read(self, count: int) -> bytes:
        """Give the status byte: bit 6 is set while the display is off."""
        return bytes([0 if self._on else 0x40]) * count

    @property
    def screen(self) -> Screen:
        """What is to be seen now."""
        if not (self._powered and self._on and self._converter):
            return Screen(WIDTH, HEIGHT, bytes(WIDTH * HEIGHT))
        return Screen(WIDTH, HEIGHT, b"".join(self._row(y) for y in range(HEIGHT)))

    def _row(self, y: int) -> bytes:
        line = y if self._scan_reversed else self._multiplex - y
        if not 0 <= y <= self._multiplex:
            return bytes(WIDTH)
        page, bit = divmod((line + self._offset) % HEIGHT, 8)
        columns = range(self._kind.first_column, self._kind.first_column + WIDTH)
        if not self._remapped:
            columns = range(self._kind.columns - 1 - self._kind.first_column, -1, -1)[:WIDTH]
        cells = (self._memory[page * self._kind.columns + column] for column in columns)
        return bytes((cell >> bit & 1) ^ self._inverted for cell in cells)

    def _start(self) -> None:
        self._memory = bytearray(self._random.randbytes(self._kind.columns * _PAGES))
        self._on = self._converter = False
        self._column = self._page = self._offset = 0
        self._multiplex = HEIGHT - 1
        self._remapped = self._scan_reversed = False
        self._inverted = 0
        self._pending: int | None = None

    def _command(self, byte: int) -> None:
        if self._pending is not None:
            self._set(self._pending, byte)
            self._pending = None
        elif byte in self._kind.arguments:
            self._pending = byte
        elif byte < 0x10:
            self._column = self._column & 0xF0 | byte
        elif byte < 0x20:
            self._column = self._column & 0x0F | (byte & 0x0F) << 4
        elif 0xB0 <= byte < 0xB0 + _PAGES:
            self._page = byte & 0x0F
        elif byte in _WITHOUT:
            self._switch(byte)
        elif byte not in self._kind.others:
            self._fault(f"{self._kind.name} command {byte:#04x}")

    def _set(self, code: int, argument: int) -> None:
        if code == 0xA8:
            self._multiplex = argument & 0x3F
        elif code == 0xD3:
            self._offset = argument & 0x3F
        elif code == 0xAD:
            self._converter = argument == _CONVERTER_ON

    def _switch(self, code: int) -> None:
        if code in (0xAE, 0xAF):
            self._on = code == 0xAF
        elif code in (0xA0, 0xA1):
            self._remapped = code == 0xA1
        elif code in (0xC0, 0xC8):
            self._scan_reversed = code == 0xC8
        elif code in (0xA6, 0xA7):
            self._inverted = code & 1

    def _store(self, data: bytes) -> None:
        for byte in data:
            if self._column >= self._kind.columns:
                self._fault(f"{self._kind.name} written beyond its last column")
                return
            self._memory[self._page * self._kind.columns + self._column] = byte
            self._column += 1
