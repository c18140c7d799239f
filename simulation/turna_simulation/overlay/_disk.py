"""The flash partition of the file system, as the ESP32 port shows it: 4 KiB blocks, NOR flash.

Reads look into the host's image; programming and erasing are the world's, which counts them, makes
them take their time, and may cut the power in the middle of one.
"""

import ustruct

import _link

BLOCK_BYTES = 4096
_LONGEST_WRITE = 512


class Disk:
    def __init__(self, image, blocks):
        self._image = image
        self._blocks = blocks

    def readblocks(self, block, buffer, offset=0):
        self._image.seek(block * BLOCK_BYTES + offset)
        self._image.readinto(buffer)

    def writeblocks(self, block, buffer, offset=None):
        if offset is None:
            offset = 0
            for erased in range(len(buffer) // BLOCK_BYTES):
                self.ioctl(6, block + erased)
        at = 0
        while at < len(buffer):
            try:
                part = _programming(block * BLOCK_BYTES + offset + at, buffer, at)
            except MemoryError:
                _link.relieve()  # littlefs is C: an exception through it would leave it in pieces
                continue
            _link.ask("F", 0, part)
            at += _LONGEST_WRITE

    def ioctl(self, request, argument):
        if request == 4:
            return self._blocks
        if request == 5:
            return BLOCK_BYTES
        if request == 6:
            _link.ask("F", 1, ustruct.pack("<I", argument))
            return 0
        return 0


def _programming(place, buffer, at):
    return ustruct.pack("<I", place) + memoryview(buffer)[at : at + _LONGEST_WRITE]
