"""The SSD1306 display controller on I2C, with a 128 x 64 panel.

A wrong start-up shows what it shows on a board: nothing, noise, or the picture turned round.
Commands and their argument counts: SSD1306 data sheet rev 1.1, table 9-1.
"""

from collections.abc import Callable
from random import Random

from ..screen import Screen

WIDTH, HEIGHT = 128, 64
MAX_HZ = 400_000
_PAGES = HEIGHT // 8
_HORIZONTAL, _VERTICAL, _PAGE = 0, 1, 2
_PANEL_WIRING = 0x12  # alternative COM pins, as 128 x 64 panels are wired

_ARGUMENTS = {
    0x20: 1, 0x21: 2, 0x22: 2, 0x26: 6, 0x27: 6, 0x29: 5, 0x2A: 5, 0x81: 1, 0x8D: 1, 0xA3: 2,
    0xA8: 1, 0xD3: 1, 0xD5: 1, 0xD9: 1, 0xDA: 1, 0xDB: 1,
}  # fmt: skip
_WITHOUT = {0x2E, 0x2F, 0xA0, 0xA1, 0xA4, 0xA5, 0xA6, 0xA7, 0xAE, 0xAF, 0xC0, 0xC8, 0xE3}


class Ssd1306:
    """The chip behind the glass; `screen` is what a person sees."""

    def __init__(
        self,
        random: Random,
        fault: Callable[[str], None],
        address: int = 0x3C,
        *,
        resets_itself: bool = False,
    ) -> None:
        self._random = random
        self._fault = fault
        self._address = address
        self._resets_itself = resets_itself  # a resistor and a capacitor instead of a line
        self._powered = False
        self._reset_low = False
        self._reset_done = False
        self._memory = bytearray(WIDTH * _PAGES)
        self._reset_registers()

    def power(self, on: bool) -> None:
        """Switch the supply; memory comes up with noise."""
        if on and not self._powered:
            self._memory = bytearray(self._random.randbytes(WIDTH * _PAGES))
            self._reset_registers()
        self._powered = on
        self._reset_done = self._resets_itself

    def reset(self, level: int | None) -> None:
        """Follow the reset line, low active."""
        if self._reset_low and level == 1 and self._powered:
            self._reset_registers()
            self._reset_done = True
        self._reset_low = level == 0

    @property
    def lit(self) -> bool:
        """Tell whether the panel is driven; dark, it draws next to nothing."""
        return self._powered and self._on

    def acknowledges(self, address: int) -> bool:
        """Answer when powered, reset once since then, and not held in reset."""
        return address == self._address and self._works

    def write(self, data: bytes) -> None:
        """Take one transfer: control bytes, commands, data."""
        at = 0
        while at < len(data):
            control = data[at]
            if control & 0x3F:
                self._fault(f"SSD1306 control byte {control:#04x}")
                return
            end = at + 2 if control & 0x80 else len(data)
            part = data[at + 1 : end]
            if control & 0x40:
                self._store(part)
            else:
                for byte in part:
                    self._command(byte)
            at = end

    def read(self, count: int) -> bytes:
        """Give the status byte: bit 6 is set while the display is off."""
        return bytes([0 if self._on else 0x40]) * count

    @property
    def screen(self) -> Screen:
        """What is to be seen now."""
        if not (self._works and self._on and self._charge_pump):
            return Screen(WIDTH, HEIGHT, bytes(WIDTH * HEIGHT))
        rows = (self._row(y) for y in range(HEIGHT))
        return Screen(WIDTH, HEIGHT, b"".join(rows))

    @property
    def _works(self) -> bool:
        return self._powered and self._reset_done and not self._reset_low

    def _row(self, y: int) -> bytes:
        """Return the pixels of a row of glass; upright is A1 with C8 as panels are mounted."""
        if self._com_pins != _PANEL_WIRING:
            y = (y * 2) % HEIGHT + y // (HEIGHT // 2)
        line = y if self._scan_reversed else self._multiplex - y
        if not 0 <= y <= self._multiplex:
            return bytes(WIDTH)
        memory_row = (line + self._offset + self._start_line) % HEIGHT
        page, bit = divmod(memory_row, 8)
        cells = self._memory[page * WIDTH : (page + 1) * WIDTH]
        if not self._remapped:
            cells = cells[::-1]
        if self._all_on:
            return b"\x01" * WIDTH
        return bytes((cell >> bit & 1) ^ self._inverted for cell in cells)

    def _reset_registers(self) -> None:
        self._on = False
        self._charge_pump = False
        self._mode = _PAGE
        self._columns = (0, WIDTH - 1)
        self._pages = (0, _PAGES - 1)
        self._column = self._page = 0
        self._start_line = self._offset = 0
        self._multiplex = HEIGHT - 1
        self._remapped = self._scan_reversed = False
        self._com_pins = _PANEL_WIRING
        self._inverted = 0
        self._all_on = False
        self.contrast = 0x7F
        self._pending: list[int] = []

    def _command(self, byte: int) -> None:
        self._pending.append(byte)
        if len(self._pending) > _ARGUMENTS.get(self._pending[0], 0):
            (code, *arguments), self._pending = self._pending, []
            self._execute(code, arguments)

    def _execute(self, code: int, arguments: list[int]) -> None:
        if code < 0x10:
            self._column = self._column & 0xF0 | code
        elif code < 0x20:
            self._column = self._column & 0x0F | (code & 0x07) << 4
        elif 0x40 <= code < 0x80:
            self._start_line = code & 0x3F
        elif 0xB0 <= code < 0xB8:
            self._page = code & 0x07
        elif code in _ARGUMENTS:
            self._set(code, arguments)
        elif code in _WITHOUT:
            self._switch(code)
        else:
            self._fault(f"SSD1306 command {code:#04x}")

    def _set(self, code: int, arguments: list[int]) -> None:
        first = arguments[0]
        if code == 0x20:
            self._mode = first & 0x03
        elif code == 0x21:
            self._columns = (first & 0x7F, arguments[1] & 0x7F)
            self._column = self._columns[0]
        elif code == 0x22:
            self._pages = (first & 0x07, arguments[1] & 0x07)
            self._page = self._pages[0]
        elif code == 0x81:
            self.contrast = first
        elif code == 0x8D:
            self._charge_pump = bool(first & 0x04)
        elif code == 0xA8:
            self._multiplex = first & 0x3F
        elif code == 0xD3:
            self._offset = first & 0x3F
        elif code == 0xDA:
            self._com_pins = first

    def _switch(self, code: int) -> None:
        if code in (0xAE, 0xAF):
            self._on = code == 0xAF
        elif code in (0xA0, 0xA1):
            self._remapped = code == 0xA1
        elif code in (0xC0, 0xC8):
            self._scan_reversed = code == 0xC8
        elif code in (0xA6, 0xA7):
            self._inverted = code & 1
        elif code in (0xA4, 0xA5):
            self._all_on = code == 0xA5

    def _store(self, data: bytes) -> None:
        for byte in data:
            self._memory[self._page * WIDTH + self._column] = byte
            self._advance()

    def _advance(self) -> None:
        if self._mode == _VERTICAL:
            self._page, wrapped = _next(self._page, self._pages)
            if wrapped:
                self._column, _ = _next(self._column, self._columns)
            return
        limits = self._columns if self._mode == _HORIZONTAL else (0, WIDTH - 1)
        self._column, wrapped = _next(self._column, limits)
        if wrapped and self._mode == _HORIZONTAL:
            self._page, _ = _next(self._page, self._pages)


def _next(position: int, limits: tuple[int, int]) -> tuple[int, bool]:
    start, end = limits
    if position == end:
        return start, True
    return (position + 1) % WIDTH, False
