"""Settings in one of a board's two slots: a counter and a checksum before them.

The board plays by the valid slot with the higher counter; one that was written half, or whose flash
forgot a bit, is no slot.  The same code makes a slot at the host and reads it on the board.
"""

from binascii import crc32

from .errors import MalformedError

# On the board's file system.
SLOTS = ("/settings-a", "/settings-b")
# There while settings are being put on a board: until it is gone, the board has none.
UNFINISHED = "/settings-unfinished"
BODY_BYTES_MAX = 8192  # a mission kit's file has about 1 kB; more would not fit beside the rest

_MAGIC = b"turna settings 1 "
_LINE_BYTES_MAX = 64


def pack_slot(counter: int, body: bytes) -> bytes:
    """Return the content of a slot: one line that proves the rest, and the rest."""
    line = f"{counter} {_checksum(counter, body):08x}\n"
    return _MAGIC + line.encode() + body


def unpack_slot(content: bytes) -> tuple[int, bytes]:
    """Return counter and body; raise MalformedError if the slot is not whole."""
    end = content.find(b"\n", 0, _LINE_BYTES_MAX)
    if end < 0 or not content.startswith(_MAGIC):
        raise MalformedError("no slot")
    words = content[len(_MAGIC) : end].split(b" ")
    body = content[end + 1 :]
    try:
        counter, checksum = int(words[0]), int(words[1], 16)
    except (ValueError, IndexError):
        raise MalformedError("slot line") from None
    if checksum != _checksum(counter, body) or content != pack_slot(counter, body):
        raise MalformedError("slot checksum")
    return counter, body


def _checksum(counter: int, body: bytes) -> int:
    return crc32(body, crc32(f"{counter}\n".encode()))
