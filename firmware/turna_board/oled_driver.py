"""A display of 128 x 64 pixels on I2C: shows a buffer, sends only pages that changed.

What a controller wants to be told is in `oled_ssd1306.py` and `oled_sh110x.py`.
"""

import time

from .oled_pages import PAGES, Pages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from machine import I2C, Pin

ADDRESS = 0x3C
_RESET_MS = 5  # SSD1306 DS 8.9: at least 3 us low; the panel's supply needs longer
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
        self._pages = Pages()

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
        for page in range(PAGES):
            self._send(page)
        self._command(_ON)

    def stop(self) -> None:
        """Go dark and draw next to nothing, until `start`."""
        self._pages.forget()
        self._command(_OFF)

    def show(self, buffer: bytearray) -> None:
        """Show a picture in the layout of the display's memory."""
        for page in range(PAGES):
            if self._pages.changed(page, buffer):
                self._send(page)

    def _send(self, page: int) -> None:
        self._command(self._window(page))
        self._i2c.writeto(ADDRESS, self._pages.data)
        self._pages.sent(page)

    def _command(self, commands: bytes) -> None:
        self._i2c.writeto(ADDRESS, b"\x00" + commands)
