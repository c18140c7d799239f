"""Wi-Fi of a virtual board: what it listens to on its access point is a real port on loopback here.

A browser that connects to that port is a phone in the board's network.  Bytes wait on this side
until the board takes them; a board that is busy or slow pushes back as TCP does.  Who knows the
password is not simulated: what stands for the radio here is this machine's loopback.
"""

import contextlib
import socket
from collections.abc import Callable

_RECEIVE_BYTES = 1460  # lwIP's TCP_MSS on the ESP32: what one read gives at most
_SEND_BYTES = 5760  # and TCP_SND_BUF
# Answers to the board: a status byte, then data.
DATA, WOULD_BLOCK, CLOSED = b"\x00", b"\x01", b"\x02"
_BACKLOG = 5
_CONNECTIONS_MAX = 8  # lwIP's sockets, less what the board uses itself


class Network:
    """The sockets of one board."""

    def __init__(self, notify: Callable[[], None]) -> None:
        self._notify = notify
        self._listener: socket.socket | None = None
        self._waiting: list[socket.socket] = []
        self._connections: dict[int, socket.socket] = {}
        self._received: dict[int, bytes] = {}
        self._ended: set[int] = set()
        self._next = 1

    @property
    def port(self) -> int | None:
        """The port on loopback behind which the board serves, None while it does not."""
        return None if self._listener is None else int(self._listener.getsockname()[1])

    def descriptors(self) -> list[int]:
        """Return what the world's loop is to watch."""
        if self._listener is None:
            return []
        open_ = [one for number, one in self._connections.items() if self._wants(number)]
        return [self._listener.fileno(), *[one.fileno() for one in open_]]

    def take(self, descriptor: int) -> None:
        """Take what has come on a descriptor."""
        if self._listener is not None and descriptor == self._listener.fileno():
            self._accept(self._listener)
        for number, connection in self._connections.items():
            if connection.fileno() == descriptor:
                self._read(number, connection)
        self._notify()

    def serve(self, operation: int, payload: bytes) -> bytes:
        """Carry out what the board's sockets ask for."""
        number = payload[0] if payload else 0
        if operation == 0:
            return self._listen()
        if operation == 1:
            return self._give_connection()
        if operation == 2:
            return self._give(number, int.from_bytes(payload[1:3]))
        if operation == 3:
            return self._send(number, payload[1:])
        if operation == 4:
            self._close(number)
            return DATA
        return self._state(number)

    def stop(self) -> None:
        """Lose everything, as with the access point or the power."""
        for one in (self._listener, *self._waiting, *self._connections.values()):
            if one is not None:
                one.close()
        self._listener = None
        self._waiting.clear()
        self._connections.clear()
        self._received.clear()
        self._ended.clear()

    def _listen(self) -> bytes:
        self.stop()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
        self._listener.setblocking(False)
        return DATA

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError):
            connection, _ = listener.accept()
            connection.setblocking(False)
            if len(self._connections) + len(self._waiting) >= _CONNECTIONS_MAX:
                connection.close()
            else:
                self._waiting.append(connection)

    def _give_connection(self) -> bytes:
        if not self._waiting:
            return WOULD_BLOCK
        number, self._next = self._next, self._next % 250 + 1
        self._connections[number] = self._waiting.pop(0)
        self._received[number] = b""
        self._ended.discard(number)
        return DATA + bytes([number])

    def _wants(self, number: int) -> bool:
        return number not in self._ended and len(self._received[number]) < _RECEIVE_BYTES

    def _read(self, number: int, connection: socket.socket) -> None:
        try:
            data = connection.recv(_RECEIVE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self._received[number] += data
        if not data:
            self._ended.add(number)

    def _give(self, number: int, count: int) -> bytes:
        if number not in self._connections:
            return CLOSED
        data = self._received[number]
        if not data:
            return DATA if number in self._ended else WOULD_BLOCK
        self._received[number] = data[count:]
        return DATA + data[:count]

    def _send(self, number: int, data: bytes) -> bytes:
        connection = self._connections.get(number)
        if connection is None:
            return CLOSED
        try:
            sent = connection.send(data[:_SEND_BYTES])
        except BlockingIOError:
            return WOULD_BLOCK
        except OSError:
            return CLOSED
        return DATA + sent.to_bytes(2)

    def _close(self, number: int) -> None:
        if number == 0:
            self.stop()
            return
        connection = self._connections.pop(number, None)
        self._received.pop(number, None)
        if connection is not None:
            connection.close()

    def _state(self, number: int) -> bytes:
        """Return bit 0: something to take; bit 2: room to send."""
        if number == 0:
            return bytes([1 if self._waiting else 0])
        if number not in self._connections:
            return b"\x05"
        readable = bool(self._received[number]) or number in self._ended
        return bytes([4 | readable])
