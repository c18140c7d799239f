"""`select` over virtual objects: the console, UARTs, and Python streams such as ThreadSafeFlag."""

import _link

POLLIN = 1
POLLOUT = 4
POLLERR = 8
POLLHUP = 16

_MP_STREAM_POLL = 3
_ROUND_US = 30  # one look at all streams, on a board
_NOTHING = ()


class poll:
    """Entries are kept in order of registration, never by address: histories must repeat."""

    def __init__(self):
        self._entries = []
        self._ports = 0

    def register(self, stream, events=POLLIN | POLLOUT):
        for entry in self._entries:
            if entry[0] is stream:
                entry[1] = events
                self._note_ports()
                return
        if not hasattr(stream, "ioctl"):
            raise OSError(22)
        self._entries.append([stream, events])
        self._note_ports()

    def unregister(self, stream):
        for entry in self._entries:
            if entry[0] is stream:
                self._entries.remove(entry)
                self._note_ports()
                return

    def modify(self, stream, events):
        for entry in self._entries:
            if entry[0] is stream:
                entry[1] = events
                self._note_ports()
                return
        raise OSError(2)

    def poll(self, timeout=-1):
        _link.spend(_ROUND_US)
        found = self._look()
        if found or timeout == 0:
            return found
        forever = timeout is None or timeout < 0
        left_us = 0 if forever else timeout * 1000
        while not found and (forever or left_us > 0):
            step_us = _link.LONGEST_WAIT_US if forever else min(left_us, _link.LONGEST_WAIT_US)
            left_us -= step_us - _link.wait(step_us, self._ports)
            found = self._look()
        return found

    def ipoll(self, timeout=-1, flags=0):
        return self.poll(timeout)

    def _look(self):
        """Return the streams that have something; nothing takes no heap."""
        found = None
        for entry in self._entries:
            happened = entry[0].ioctl(_MP_STREAM_POLL, entry[1])
            if happened:
                if found is None:
                    found = []
                found.append((entry[0], happened))
        return found or _NOTHING

    def _note_ports(self):
        """Note which UARTs end a wait."""
        mask = 0
        for stream, events in self._entries:
            if events & POLLIN and hasattr(stream, "port_number"):
                mask |= 1 << stream.port_number
        self._ports = mask
