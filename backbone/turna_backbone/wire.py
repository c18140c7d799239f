"""The socket between paho and the broker, with a short way for publications.

paho spends 50 us of CPU on a publication and its PUBACK, more than the gateway on everything else.
So PUBLISH with QoS 1 is written here and PUBACK is read here; every other packet passes through.
Many packets share one system call, both ways.  Ids of publications have the upper half of the
number space, which paho, counting its subscriptions from 1, does not reach.
"""

import contextlib
import os
import socket
import ssl
import threading
from collections.abc import Callable

READ_BYTES = 65_536
# A broker that sends without end must not keep us from sending.
READS_AT_ONCE = 16
CLOSE_TIMEOUT_S = 1.0
FIRST_ID, LAST_ID = 0x8000, 0xFFFF

# MQTT 3.1.1 and 5, 2.2.1: packet types in the upper half of the first byte.
_PUBLISH, _PUBACK = 0x30, 0x40
_RETAIN, _QOS_1 = 0x01, 0x02
# MQTT 2.2.3: a length takes at most four bytes.
_LENGTH_BYTES_MAX = 4


class Wire:
    """What paho takes for its socket.  `publish` may be called from any thread."""

    def __init__(
        self,
        sock: socket.socket | ssl.SSLSocket,
        *,
        version_5: bool,
        wake: Callable[[], None],
        on_puback: Callable[[int, int], None],
    ) -> None:
        self.failure = ""
        self.is_behind = False  # there may be more to read than select() knows of
        self._sock = sock
        self._version_5 = version_5
        self._wake = wake
        self._on_puback = on_puback
        self._lock = threading.Lock()
        self._out = bytearray()
        self._raw = bytearray()
        self._for_paho = bytearray()
        self._ended = False
        self._next_id = FIRST_ID
        self._unconfirmed: set[int] = set()

    def publish(self, topic: str, payload: bytes, qos: int, *, retain: bool) -> int:
        """Send as soon as the session's thread gets to it; return the id, 0 for QoS 0."""
        name = topic.encode()
        head = _PUBLISH | (_QOS_1 if qos else 0) | (_RETAIN if retain else 0)
        # MQTT 5, 3.3.2.3: an empty list of properties is one zero byte.
        properties = b"\0" if self._version_5 else b""
        with self._lock:
            number = self._take_id() if qos else 0
            label = number.to_bytes(2, "big") if qos else b""
            body = len(name).to_bytes(2, "big") + name + label + properties + payload
            is_first = not self._out
            self._out += bytes((head,)) + _length(len(body)) + body
        if is_first:
            self._wake()
        return number

    def unconfirmed(self) -> int:
        return len(self._unconfirmed)

    def has_unsent(self) -> bool:
        return bool(self._out)

    def flush(self) -> None:
        """Send what the socket takes now."""
        with self._lock:
            try:
                while self._out:
                    del self._out[: self._sock.send(self._out)]
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            except OSError as error:
                self._fail(error)

    def fill(self) -> None:
        """Read what has come; confirmations are reported, the rest waits for paho."""
        self.is_behind = False
        for _ in range(READS_AT_ONCE):
            try:
                with self._lock:  # an SSL socket bears only one thread at a time
                    data = self._sock.recv(READ_BYTES)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                break
            except OSError as error:
                self._fail(error)
                break
            if not data:
                self._ended = True
                break
            self._raw += data
        else:
            self.is_behind = True
        self._sort()

    def has_news(self) -> bool:
        """Tell whether paho is to read: a packet is there, or the end."""
        return bool(self._for_paho) or self._ended

    # What paho calls.

    def recv(self, size: int) -> bytes:
        if not self._for_paho:
            if self._ended:
                return b""
            raise BlockingIOError
        data = bytes(self._for_paho[:size])
        del self._for_paho[:size]
        return data

    def send(self, data: bytes | bytearray) -> int:
        with self._lock:
            self._out += data
        return len(data)

    def setblocking(self, flag: bool) -> None:
        self._sock.setblocking(flag)

    def fileno(self) -> int:
        return self._sock.fileno()

    def close(self) -> None:
        """Send what is left, such as a farewell, if the broker takes it soon."""
        try:
            self._sock.settimeout(CLOSE_TIMEOUT_S)
            with self._lock:
                self._sock.sendall(self._out)
                self._out.clear()
        except OSError:
            pass  # it is gone: nothing is left to be said
        self._sock.close()

    def _fail(self, error: OSError) -> None:
        self.failure = self.failure or _in_words(error)
        self._ended = True

    def _take_id(self) -> int:
        number = self._next_id
        while number in self._unconfirmed:
            number = number + 1 if number < LAST_ID else FIRST_ID
        self._next_id = number + 1 if number < LAST_ID else FIRST_ID
        self._unconfirmed.add(number)
        return number

    def _sort(self) -> None:
        """Take whole packets out of what was read."""
        raw, at = self._raw, 0
        while (sizes := _packet_sizes(raw, at)) is not None:
            head, size = sizes
            if raw[at] & 0xF0 == _PUBACK and size >= head + 2:
                self._puback(raw[at + head : at + size])
            else:
                self._for_paho += raw[at : at + size]
            at += size
        del raw[:at]

    def _puback(self, body: bytearray) -> None:
        number = int.from_bytes(body[:2], "big")
        if number in self._unconfirmed:
            self._unconfirmed.discard(number)
            # MQTT 5, 3.4.2.1: no reason code means success.
            self._on_puback(number, body[2] if len(body) > 2 else 0)


class Bell:
    """Wakes a thread that waits in select()."""

    def __init__(self) -> None:
        self._ear, self._hammer = os.pipe()
        os.set_blocking(self._ear, False)
        os.set_blocking(self._hammer, False)
        self._lock = threading.Lock()
        self._is_up = True

    def fileno(self) -> int:
        return self._ear

    def ring(self) -> None:
        with self._lock:
            if self._is_up:
                with contextlib.suppress(BlockingIOError):  # rung often enough already
                    os.write(self._hammer, b"!")

    def answer(self) -> None:
        try:
            os.read(self._ear, READ_BYTES)
        except BlockingIOError:
            return

    def take_down(self) -> None:
        with self._lock:
            self._is_up = False
            os.close(self._hammer)
            os.close(self._ear)


def _length(value: int) -> bytes:
    """Return a length as MQTT writes it (2.2.3): seven bits a byte, the lowest first."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _packet_sizes(raw: bytearray, at: int) -> tuple[int, int] | None:
    """Return the sizes of the fixed header and of the whole packet, or None if it is not whole.

    A length that never ends is passed on as it is: paho ends the connection over it.
    """
    length = shift = 0
    for place in range(1, _LENGTH_BYTES_MAX + 1):
        if at + place >= len(raw):
            return None
        byte = raw[at + place]
        length |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            head = place + 1
            return (head, head + length) if at + head + length <= len(raw) else None
    return 1 + _LENGTH_BYTES_MAX, len(raw) - at


def _in_words(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return (error.reason or str(error)).lower().replace("_", " ")
    return error.strerror or str(error)
