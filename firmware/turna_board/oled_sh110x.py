"""SH1106 and SH1107 displays of 128 x 64 pixels on I2C: like the SSD1306, but page by page.

They have no horizontal addressing, so each page is sent with its column.  The SH1106 has 132
columns, of which panels show those from 2 on; the SH1107 gives its converter and start line other
commands.
"""

from .oled_pages import PAGES, Pages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from machine import I2C

ADDRESS = 0x3C

# SH1106 data sheet V2.3 and SH1107 data sheet V2.1, tables of commands.
_SH1106 = bytes(
    (
        0xAE,  # display off
        0xD5, 0x80,  # oscillator
        0xA8, 0x3F,  # 64 lines
        0xD3, 0x00,  # no offset
        0x40,  # start at line 0
        0xAD, 0x8B,  # converter on
        0xA1,  # columns and ...
        0xC8,  # ... rows as the panel is mounted
        0xDA, 0x12,  # alternative COM pins
        0x81, 0xCF,  # contrast
        0xD9, 0x1F,  # precharge
        0xDB, 0x40,  # VCOMH
        0xA4,  # show the memory
        0xA6,  # lit is lit
    )
)  # fmt: skip
_SH1107 = bytes(
    (
        0xAE,
        0xD5, 0x50,
        0xA8, 0x3F,
        0xD3, 0x00,
        0xDC, 0x00,  # start at line 0
        0xAD, 0x8B,
        0x20,  # page addressing
        0xA1,
        0xC8,
        0x81, 0xCF,
        0xD9, 0x1F,
        0xDB, 0x40,
        0xA4,
        0xA6,
    )
)  # fmt: skip
_ON = b"\xaf"
_OFF = b"\xae"
_KINDS = {"sh1106": (_SH1106, 2), "sh1107": (_SH1107, 0)}


class OledSh110x:
    """The display; any method may raise OSError when it does not answer."""

    def __init__(self, i2c: "I2C", kind: str) -> None:
        self._i2c = i2c
        self._setup, self._first_column = _KINDS[kind]
        self._pages = Pages()

    def start(self) -> None:
        """Set the display up and switch it on, dark."""
        self._pages.forget()
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
        low, high = self._first_column & 0x0F, 0x10 | self._first_column >> 4
        self._command(bytes((0xB0 | page, low, high)))
        self._i2c.writeto(ADDRESS, self._pages.data)
        self._pages.sent(page)

    def _command(self, commands: bytes) -> None:
        self._i2c.writeto(ADDRESS, b"\x00" + commands)
