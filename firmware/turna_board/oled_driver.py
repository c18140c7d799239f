"""A display of 128 x 64 pixels on I2C: shows a buffer, sends only pages that changed.

What a controller wants to be told is in `oled_ssd1306.py` and `oled_sh110x.py`.
"""

import time
from binascii import crc32

from micropython import const

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from machine import I2C, Pin

_ADDRESS = const(0x3C)
_PAGE_BYTES = const(128)
_PAGES = const(8)
_DATA = const(0x40)  # SSD1306 DS 8.1.5.2, SH1106 DS: what follows is for the memory
_SMALL = const(0x3FFFFFFF)  # a checksum that needs no memory of its own
_RESET_MS = const(5)  # SSD1306 DS 8.9: at least 3 us low; the panel's supply needs longer
_ON = b"\xaf"
_OFF = b"\xae"


class Oled:
    """The display; any method may raise OSError when it does not answer."""

    def __init__(
        self, i2c: "I2C", setup: bytes, window: "Callable[[int], bytes]", reset: "Pin | None"
    ) -> None:
        self._i2c = i2c
        self._setup = setup
        self._window = window  # the commands after which data goes into a page
        self._reset = reset
        self._pages = _Pages()

    def start(self) -> None:
        """Reset the display and switch it on, dark."""
        self._pages.forget()
        if self._reset is not None:
            self._reset(0)
            time.sleep_ms(_RESET_MS)
            self._reset(1)
        time.sleep_ms(_RESET_MS)
        self._command(self._setup)
        self._pages.clear()
        for page in range(_PAGES):
            self._send(page)
        self._command(_ON)

    def stop(self) -> None:
        """Go dark and draw next to nothing, until `start`."""
        self._pages.forget()
        self._command(_OFF)

    def show(self, buffer: bytearray) -> None:
        """Show a picture in the layout of the display's memory."""
        for page in range(_PAGES):
            if self._pages.changed(page, buffer):
                self._send(page)

    def _send(self, page: int) -> None:
        self._command(self._window(page))
        self._i2c.writeto(_ADDRESS, self._pages.data)
        self._pages.sent(page)

    def _command(self, commands: bytes) -> None:
        self._i2c.writeto(_ADDRESS, b"\x00" + commands)


class _Pages:
    """One page of data at a time, ready for the bus."""

    def __init__(self) -> None:
        self.data = bytearray(1 + _PAGE_BYTES)
        self.data[0] = _DATA
        self._shown = [-1] * _PAGES

    def forget(self) -> None:
        """Take nothing as shown: the display has lost its memory, or never had it."""
        for page in range(_PAGES):
            self._shown[page] = -1

    def changed(self, page: int, picture: bytes | bytearray) -> bool:
        """Put a page of the picture into `data`; return whether it has to be sent."""
        start = page * _PAGE_BYTES
        self.data[1:] = memoryview(picture)[start : start + _PAGE_BYTES]
        return self._sum() != self._shown[page]

    def sent(self, page: int) -> None:
        """Note that the display has what is in `data`."""
        self._shown[page] = self._sum()

    def clear(self) -> None:
        """Make `data` a dark page."""
        for index in range(1, len(self.data)):
            self.data[index] = 0

    def _sum(self) -> int:
        return crc32(self.data) & _SMALL
