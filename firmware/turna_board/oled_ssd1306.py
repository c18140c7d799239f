"""What an SSD1306 of 128 x 64 pixels is told: once to set it up, and before each page."""

_SET_WINDOW = b"\x21\x00\x7f\x22"

# SSD1306 DS 10 and the panel makers' application note for 128 x 64.
SETUP = bytes(
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


def window(page: int) -> bytes:
    """Return the commands after which data goes into a page."""
    return _SET_WINDOW + bytes((page, page))
