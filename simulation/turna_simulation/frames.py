"""The frames between the world and the interpreter of a board; both directions, no I/O.

Board to world: kind (a letter), arg, length, skew (local microseconds since the last reply),
payload.
Letters of `TELLING` need no reply and travel with the next frame that does.

    p pin mode, pull, level   P pin level          i interrupt mask     w PWM frequency, duty
    s SPI wires, speed        W SPI bytes out      c I2C wires, speed   u UART wires, speed, rings
    d watchdog fed            t timer              k Ctrl-C character   e wake sources
    n bytes taken from a UART   f speed of the processor   a Wi-Fi access point on or off

    H settings   T wait    G pin level   S SPI exchange   X I2C transfer   A analogue sample
    N look at a UART's ring   U UART write   E transmitter empty?   F flash   V storage
    M RTC memory   C RTC clock   Y facts   L light sleep   Z deep sleep   Q reset
    D watchdog start   B sockets

World to board: one message per reply: length, time, for how long the levels of pins and the rings
of UARTs will stay as they are, what is left of a wait, which they are, then items (kind, arg,
length, payload): `r` the reply, if there is one, `I` an edge on a pin, `t` a timer, `K` Ctrl-C,
`x` something on a socket.
"""

import struct
from typing import NamedTuple

TELLING = frozenset("pPiwsWcudtkenfa")
_FRAME = struct.Struct("<BBHI")
_MESSAGE = struct.Struct("<HHHBBIII14s")
_ITEM = struct.Struct("<BBH")
_UNCHANGED_LIMIT_US = 0xFFFF
_TICKS_MASK = 0x3FFFFFFF  # ticks of the ESP32 port wrap at 2**30


class Frame(NamedTuple):
    """One frame from a board."""

    kind: str
    arg: int
    skew_us: int
    payload: bytes


def pack_item(kind: str, arg: int, payload: bytes = b"") -> bytes:
    """Pack one item of a message to a board."""
    return _ITEM.pack(ord(kind), arg, len(payload)) + payload


def pack_message(
    items: bytes, *, uptime_us: int, unchanged_us: int, ready: int, left_us: int, levels: bytes
) -> bytes:
    """Pack a message: its items, the time since the board's start, and the state of its inputs."""
    uptime_ms, rest_us = divmod(uptime_us, 1000)
    ticks_ms, ticks_us = uptime_ms & _TICKS_MASK, uptime_us & _TICKS_MASK
    unchanged_us = min(unchanged_us, _UNCHANGED_LIMIT_US)
    head = (len(items), rest_us, unchanged_us, ready, 0, ticks_ms, ticks_us, left_us, levels)
    return _MESSAGE.pack(*head) + items


class FrameReader:
    """Cuts a byte stream into frames."""

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, data: bytes) -> list[Frame]:
        """Take bytes in, give the frames that are complete."""
        buffer = self._pending + data
        frames = []
        at = 0
        while len(buffer) - at >= _FRAME.size:
            kind, arg, size, skew_us = _FRAME.unpack_from(buffer, at)
            end = at + _FRAME.size + size
            if end > len(buffer):
                break
            frames.append(Frame(chr(kind), arg, skew_us, buffer[at + _FRAME.size : end]))
            at = end
        self._pending = buffer[at:]
        return frames
