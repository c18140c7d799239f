"""Frames on the serial line: COBS between zero bytes, closed by a CRC-32.

Knows nothing of what a frame means.  Boot messages and tracebacks share the line with frames:
what is no frame is handed out as console text where a person could read it, and counted where not.
"""

from binascii import crc32

from ..errors import MalformedError, MisuseError
from ..record import Record

MAX_BODY_BYTES = 236
# The ESP32's stdin ring holds 259 bytes and drops silently beyond; a whole frame fits in it.
MAX_WIRE_BYTES = 247
FORMAT = 0x10  # the high four bits say how the rest is laid out; the low four are zero

_HEADER_BYTES = 3
_CRC_BYTES = 4
_MAX_RAW_BYTES = _HEADER_BYTES + MAX_BODY_BYTES + _CRC_BYTES
_MAX_CHUNK_BYTES = _MAX_RAW_BYTES + 1  # COBS adds one byte to anything shorter than 254
_MAX_TEXTS = 8  # console lines kept for a slow reader; later ones are counted
_DELIMITER = b"\x00"
# Tab, line ends and escape (terminal colours) belong to console text.
_CONSOLE_CONTROLS = b"\t\n\r\x1b"


class SerialFrame(Record):
    """One frame as it arrived whole: the message's number, its sequence, and its packed body."""

    FIELDS = ("kind", "sequence", "body")

    def __init__(self, kind: int, sequence: int, body: bytes) -> None:
        self.kind = kind
        self.sequence = sequence
        self.body = body


def cobs_encode(raw: bytes) -> bytes:
    """Return `raw` without any zero byte, one byte longer; `raw` is shorter than 254 bytes."""
    if len(raw) >= 254:
        raise MisuseError("COBS input of 254 bytes or more")
    out = bytearray(len(raw) + 1)  # at once, and no piece of it twice: boards have little memory
    length_at = 0
    for at in range(1, len(out)):
        out[at] = raw[at - 1]
        if not out[at]:
            out[length_at] = at - length_at
            length_at = at
    out[length_at] = len(out) - length_at
    return bytes(out)


def cobs_decode(encoded: bytes) -> bytes:
    """Return what `cobs_encode` was given."""
    out = bytearray()
    at = 0
    while at < len(encoded):
        end = at + encoded[at]
        if end == at or end > len(encoded) or encoded[at] == 0xFF:
            raise MalformedError("COBS group beyond the end")
        out.extend(encoded[at + 1 : end])
        if end < len(encoded):
            out.append(0)
        at = end
    return bytes(out)


def encode_frame(kind: int, sequence: int, body: bytes) -> bytes:
    """Return the bytes for the wire; the delimiter in front flushes whatever came before."""
    if len(body) > MAX_BODY_BYTES:
        raise MisuseError("body longer than a frame holds")
    raw = bytes((FORMAT, kind, sequence)) + body
    return _DELIMITER + cobs_encode(raw + crc32(raw).to_bytes(_CRC_BYTES, "little")) + _DELIMITER


def decode_chunk(chunk: bytes) -> SerialFrame:
    """Return the frame that stood between two delimiters."""
    raw = cobs_decode(chunk)
    if not _HEADER_BYTES + _CRC_BYTES <= len(raw) <= _MAX_RAW_BYTES:
        raise MalformedError("frame of impossible length")
    covered = raw[:-_CRC_BYTES]
    if crc32(covered) != int.from_bytes(raw[-_CRC_BYTES:], "little"):
        raise MalformedError("frame checksum")
    if covered[0] != FORMAT:
        raise MalformedError("frame format")
    return SerialFrame(covered[1], covered[2], covered[_HEADER_BYTES:])


class Deframer:
    """Finds the frames in a stream of bytes, in bounded memory, from any starting point."""

    def __init__(self) -> None:
        self.undecodable = 0
        self.texts_dropped = 0
        self._chunk = bytearray()
        self._overlong = False
        self._texts: list[str] = []

    def feed(self, data: bytes) -> list[SerialFrame]:
        """Take what arrived and return the frames that are now whole."""
        frames: list[SerialFrame] = []
        at = 0
        end = data.find(_DELIMITER)
        while end >= 0:
            self._keep(data[at:end])
            self._close(frames)
            at = end + 1
            end = data.find(_DELIMITER, at)
        self._keep(data[at:])
        return frames

    def next_text(self) -> str | None:
        """Return the next piece of console text that stood between frames, or None."""
        return self._texts.pop(0) if self._texts else None

    def at_prompt(self) -> bool:
        """Say whether a MicroPython prompt stands in what arrived since the last delimiter."""
        return self._chunk.find(b">>> ") >= 0 and _is_console_text(self._chunk)

    def forget(self) -> None:
        """Drop the unfinished chunk, as after the port was closed."""
        self._chunk = bytearray()
        self._overlong = False

    def _keep(self, piece: bytes) -> None:
        while len(self._chunk) + len(piece) > _MAX_CHUNK_BYTES:
            room = _MAX_CHUNK_BYTES - len(self._chunk)
            self._chunk.extend(piece[:room])
            piece = piece[room:]
            self._overlong = True
            self._set_aside()
        self._chunk.extend(piece)

    def _close(self, frames: list[SerialFrame]) -> None:
        if self._chunk and not self._overlong:
            try:
                frames.append(decode_chunk(bytes(self._chunk)))
                self._chunk = bytearray()
            except MalformedError:
                self._set_aside()
        elif self._chunk:
            self._set_aside()
        self._overlong = False

    def _set_aside(self) -> None:
        if not _is_console_text(self._chunk):
            self.undecodable += 1
        elif len(self._texts) == _MAX_TEXTS:
            self.texts_dropped += 1
        else:
            self._texts.append(bytes(self._chunk).decode())
        self._chunk = bytearray()


def _is_console_text(chunk: bytearray) -> bool:
    return all(32 <= byte < 127 or byte in _CONSOLE_CONTROLS for byte in chunk)
