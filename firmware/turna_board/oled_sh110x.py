"""What SH1106 and SH1107 of 128 x 64 pixels are told: like an SSD1306, but page by page.

They have no horizontal addressing, so each page is sent with its column.  The SH1106 has 132
columns, of which panels show those from 2 on; the SH1107 gives its converter and start line other
commands.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

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
_KINDS = {"sh1106": (_SH1106, 2), "sh1107": (_SH1107, 0)}


def setup(kind: str) -> bytes:
    """Return the commands that set a display up, dark."""
    return _KINDS[kind][0]


def window_of(kind: str) -> "Callable[[int], bytes]":
    """Return what gives the commands after which data goes into a page."""
    column = _KINDS[kind][1]
    low, high = column & 0x0F, 0x10 | column >> 4

    def window(page: int) -> bytes:
        return bytes((0xB0 | page, low, high))

    return window
