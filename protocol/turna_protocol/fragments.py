"""Messages longer than a packet: cut into parts, put together in any order, in bounded memory.

The parts of a message have consecutive numbers, so that (number - index) names the message and a
part carries two bytes only.  Each part is sealed, acknowledged and repeated like any packet, hence
only what is missing is sent again, and an interrupted transfer goes on where it stopped.
"""

from .errors import MalformedError, MisuseError

PART_HEAD_BYTES = 2  # index, last index
PARTS_MAX = 64
PART_BYTES_MAX = 192  # with all headers and tags below PACKET_BYTES_MAX, in either direction
MESSAGE_BYTES_MAX = 4_096
MESSAGES_AT_ONCE = 4  # memory: four messages of 4 KiB, whatever arrives


def split(message: bytes, part_bytes: int = PART_BYTES_MAX) -> list[bytes]:
    """Return the contents of the parts, in the order of their numbers."""
    if not 0 < len(message) <= MESSAGE_BYTES_MAX or not 0 < part_bytes <= PART_BYTES_MAX:
        raise MisuseError("message or part length")
    pieces = [message[i : i + part_bytes] for i in range(0, len(message), part_bytes)]
    if len(pieces) > PARTS_MAX:
        raise MisuseError("part length")
    last = len(pieces) - 1
    return [bytes([index, last]) + piece for index, piece in enumerate(pieces)]


class _Parts:
    def __init__(self, last: int) -> None:
        self.last = last
        self.pieces: dict[int, bytes] = {}

    def bitmap(self) -> int:
        return sum([1 << index for index in self.pieces])


class Assembly:
    """Puts messages of one sender together; when there are too many, the oldest is let go.

    Give it only parts whose tags verified.
    """

    def __init__(self) -> None:
        self._messages: dict[int, _Parts] = {}
        self._order: list[int] = []
        self.abandoned = 0

    def add(self, number: int, content: bytes) -> bytes | None:
        """Take a part; return the message if this was the last one missing, else None.

        `number` is the part's own number.  A part that came before, or that belongs to a finished
        message, may come again: the caller's replay keys tell.
        """
        index, last = _checked(number, content)
        first = number - index
        parts = self._messages.get(first)
        if parts is not None and parts.last != last:
            # One of them is not its sender's (parts of a notice prove membership only): the newest
            # counts, or a false one would keep the true ones out.
            self.drop(first)
            self.abandoned += 1
            parts = None
        if parts is None:
            parts = self._open(first, last)
        parts.pieces[index] = content[PART_HEAD_BYTES:]
        if sum([len(piece) for piece in parts.pieces.values()]) > MESSAGE_BYTES_MAX:
            self.drop(first)
            raise MalformedError("message length")
        if len(parts.pieces) <= last:
            return None
        self.drop(first)
        return b"".join([parts.pieces[i] for i in range(last + 1)])

    def held(self, first: int) -> int:
        """Return the bitmap of the parts held of the message that starts at `first`."""
        parts = self._messages.get(first)
        return 0 if parts is None else parts.bitmap()

    def drop(self, first: int) -> None:
        """Forget a message."""
        if self._messages.pop(first, None) is not None:
            self._order.remove(first)

    def _open(self, first: int, last: int) -> _Parts:
        if len(self._order) >= MESSAGES_AT_ONCE:
            self.drop(self._order[0])
            self.abandoned += 1
        parts = self._messages[first] = _Parts(last)
        self._order.append(first)
        return parts


def missing(bitmap: int, parts: int) -> list[int]:
    """Return the indexes to send again to a peer that holds `bitmap` of so many parts."""
    return [index for index in range(parts) if not bitmap >> index & 1]


def _checked(number: int, content: bytes) -> tuple[int, int]:
    size = len(content) - PART_HEAD_BYTES
    if not 0 < size <= PART_BYTES_MAX:
        raise MalformedError("part length")
    index, last = content[0], content[1]
    if last >= PARTS_MAX or index > last or index > number:
        raise MalformedError("part index")
    return index, last
