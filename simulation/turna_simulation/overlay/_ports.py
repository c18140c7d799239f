"""Byte ports: what a UART and the console have in common.

The receive ring is the world's.  A port looks at all of it at once and tells how much it took, so
the ring overflows exactly when that of a board would.
"""

import uio

import _link

_POLLIN = 1
_POLLOUT = 4
_LONGEST_WRITE = 512


class Port(uio.IOBase):
    def __init__(self, number):
        self.port_number = number
        self._seen = b""
        self._at = 0

    def any(self):
        """Return how many bytes are waiting."""
        if self._at == len(self._seen) and (self._unseen() or not _link.quiet()):
            self._seen = _link.ask("N", self.port_number)
            self._at = 0
        return len(self._seen) - self._at

    def forget(self):
        """Look anew: the ring was set up again."""
        self._seen = b""
        self._at = 0

    def take(self, count):
        """Return up to so many of the waiting bytes."""
        count = min(count, self.any())
        taken = self._seen[self._at : self._at + count]
        if taken:
            self._at += len(taken)
            _link.tell_taken(self.port_number, len(taken))
        return taken

    def take_line(self, limit):
        """Return the waiting bytes up to the end of a line, or all of them."""
        count = self.any()
        end = self._seen.find(b"\n", self._at) + 1
        if end:
            count = end - self._at
        return self.take(count if limit < 0 else min(count, limit))

    def send(self, data):
        """Hand bytes to the transmitter; returns when the last of them found room there."""
        data = memoryview(data)
        for at in range(0, len(data), _LONGEST_WRITE):
            _link.ask("U", self.port_number, data[at : at + _LONGEST_WRITE])
        return len(data)

    def ioctl(self, request, argument):
        if request != 3:
            return 0
        happened = argument & _POLLOUT
        if argument & _POLLIN and (self._at < len(self._seen) or self._unseen()):
            happened |= _POLLIN
        return happened

    def _unseen(self):
        """Tell whether the ring held more at the last reply than was looked at."""
        return _link.ready() >> self.port_number & 1

    def wait_readable(self, us):
        """Wait until bytes come; return what is left of the time."""
        return _link.wait(min(us, _link.LONGEST_WAIT_US), 1 << self.port_number)
