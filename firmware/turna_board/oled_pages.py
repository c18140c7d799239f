"""What a display shows, by the checksum of each page: only pages that changed are sent."""

from binascii import crc32

PAGE_BYTES = 128
PAGES = 8
_DATA = 0x40  # SSD1306 DS 8.1.5.2, SH1106 DS: what follows is for the memory
_SMALL = 0x3FFFFFFF  # a checksum that needs no memory of its own


class Pages:
    """One page of data at a time, ready for the bus."""

    def __init__(self) -> None:
        self.data = bytearray(1 + PAGE_BYTES)
        self.data[0] = _DATA
        self._shown = [-1] * PAGES

    def forget(self) -> None:
        """Take nothing as shown: the display has lost its memory, or never had it."""
        for page in range(PAGES):
            self._shown[page] = -1

    def changed(self, page: int, picture: bytes | bytearray) -> bool:
        """Put a page of the picture into `data`; return whether it has to be sent."""
        start = page * PAGE_BYTES
        self.data[1:] = memoryview(picture)[start : start + PAGE_BYTES]
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
