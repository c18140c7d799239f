"""SSD1306 display of 128 x 64 pixels on I2C: shows a buffer, sends only pages that changed."""

import time

from .oled_pages import PAGES, Pages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from machine import I2C, Pin

ADDRESS = 0x3C
_RESET_MS = 5  # SSD1306 DS 8.9: at least 3 us low; the panel's supply needs longer

# SSD1306 DS 10 and the panel makers' application note for 128 x 64.
_SETUP = bytes(
    (
        0xAE,  # display off
        0xD5, 0x80,  # oscillator as after reset
        0xA8, 0x3F,  # 64 lines
        0xD3, 0x00,  # no offset
        0x40,  # start at line 0
        0x8D, 0x14,  # charge pump on
        0x20, 0x00,  # horizontal addressing
        0xA1,  # columns and ...
        0xC8,  # ... rows as the panel is mounted
        0xDA, 0x12,  # alternative COM pins
        0x81, 0xCF,  # contrast
        0xD9, 0xF1,  # precharge for the charge pump
        0xDB, 0x40,  # VCOMH
        0xA4,  # show the memory
        0xA6,  # lit is lit
    )
)  # fmt: skip
_ON = b"\xaf"
_OFF = b"\xae"
_SET_WINDOW = b"\x21\x00\x7f\x22"


class OledSsd1306:
    """The display; any method may raise OSError when it does not answer."""

    def __init__(self, i2c: "I2C", reset: "Pin | None") -> None:
        self._i2c = i2c
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
        self._command(_SETUP)
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
        self._command(_SET_WINDOW + bytes((page, page)))
        self._i2c.writeto(ADDRESS, self._pages.data)
        self._pages.sent(page)

    def _command(self, commands: bytes) -> None:
        self._i2c.writeto(ADDRESS, b"\x00" + commands)
