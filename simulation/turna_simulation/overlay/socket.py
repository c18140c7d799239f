"""`socket` of the ESP32 port: TCP that the world carries; enough for asyncio to serve on it."""

import uio

import _link

AF_INET = 2
SOCK_STREAM = 1
SOL_SOCKET = 0xFFF
SO_REUSEADDR = 4

_EAGAIN = 11
_ENOTCONN = 128
_LISTEN, _ACCEPT, _RECEIVE, _SEND, _CLOSE, _STATE = range(6)
_PIECE = 512


def getaddrinfo(host, port, *rest):
    return [(AF_INET, SOCK_STREAM, 0, "", (host, port))]


class socket(uio.IOBase):
    def __init__(self, *kinds):
        self._number = 0
        self._open = True

    def setblocking(self, blocking):
        pass

    def setsockopt(self, *options):
        pass

    def bind(self, address):
        pass

    def listen(self, backlog=5):
        _link.ask("B", _LISTEN)

    def accept(self):
        reply = _link.ask("B", _ACCEPT)
        if reply[0]:
            raise OSError(_EAGAIN)
        accepted = socket()
        accepted._number = reply[1]
        return accepted, ("192.168.4.2", 50000)

    def read(self, count=-1):
        return self._receive(_PIECE if count < 0 else count)

    def recv(self, count):
        data = self._receive(count)
        if data is None:
            raise OSError(_EAGAIN)
        return data

    def readline(self, limit=-1):
        line = b""
        while not line.endswith(b"\n"):
            byte = self._receive(1)
            if byte is None:
                return line or None
            if not byte:
                return line
            line += byte
        return line

    def write(self, data):
        reply = _link.ask("B", _SEND, bytes((self._number,)) + bytes(data[:_PIECE]))
        if reply[0] == 1:
            return None
        if reply[0]:
            raise OSError(_ENOTCONN)
        return reply[1] << 8 | reply[2]

    def close(self):
        if self._open:
            self._open = False
            _link.ask("B", _CLOSE, bytes((self._number,)))

    def ioctl(self, request, argument):
        if request == 4:
            self.close()
            return 0
        if request != 3:
            return 0
        return _link.ask("B", _STATE, bytes((self._number,)))[0] & argument

    def _receive(self, count):
        reply = _link.ask(
            "B", _RECEIVE, bytes((self._number, min(count, _PIECE) >> 8, min(count, _PIECE) & 255))
        )
        if reply[0] == 1:
            return None
        if reply[0]:
            raise OSError(_ENOTCONN)
        return reply[1:]


def _something_came(_number, _payload):
    """Whoever waits has been woken by it, and looks at his sockets."""


_link.on("x", _something_came)
