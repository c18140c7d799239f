"""Connects a host's end of a serial link to a virtual board's port, in virtual time, no threads.

The end is anything that takes and gives bytes as `turna_protocol.modem` does: a HostLink, a
DeviceClient, or the gateway's ModemRadio.
"""

from typing import Protocol

from .scheduler import Event, Scheduler
from .serial_port import HostPort

_REOPEN_AFTER_US = 1_000_000
_LOOK_AGAIN_AFTER_US = 200_000  # for a port that has vanished


class HostSide(Protocol):
    """Bytes in, bytes out, and when to ask again."""

    @property
    def is_closed(self) -> bool: ...

    def opened(self, now_ms: int) -> None: ...

    def closed(self, reason: str) -> None: ...

    def receive(self, data: bytes, now_ms: int) -> None: ...

    def to_send(self, now_ms: int) -> bytes: ...

    def deadline_ms(self) -> int | None: ...


class HostSerial:
    """Moves bytes from the moment of `open`; reopens when the end has given up."""

    def __init__(self, end: HostSide, port: HostPort, scheduler: Scheduler) -> None:
        self._end = end
        self._port = port
        self._scheduler = scheduler
        self._alarm: Event | None = None
        self._is_open = False

    def open(self) -> None:
        """Connect, as a program that opens the port."""
        self._is_open = True
        self._port.listeners.append(self._arrived)
        self._port.changed.append(self._changed)
        self._connect()

    def close(self) -> None:
        """Disconnect, as a program that ends."""
        self._is_open = False
        self._port.listeners.remove(self._arrived)
        self._port.changed.remove(self._changed)
        self._port.close()
        if self._alarm is not None:
            self._alarm.cancel()

    def pump(self) -> None:
        """Write what the end has to say; call it after handing the end something to send."""
        if not (self._is_open and self._port.present):
            return
        data = self._end.to_send(self._now_ms())
        if data:
            self._port.write(data)
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = self._scheduler.at(self._next_us(), self._wake)

    def _next_us(self) -> int:
        deadline_ms = self._end.deadline_ms()
        if deadline_ms is None:
            return self._scheduler.now_us + _REOPEN_AFTER_US
        return max(deadline_ms * 1000, self._scheduler.now_us + 1000)

    def _wake(self) -> None:
        if self._end.is_closed:
            self._connect()
        else:
            self.pump()

    def _connect(self) -> None:
        if not self._port.present:
            self._alarm = self._scheduler.after(_LOOK_AGAIN_AFTER_US, self._wake)
            return
        self._port.open()
        self._end.opened(self._now_ms())
        self.pump()

    def _changed(self, present: bool) -> None:
        """Do as a program whose port fails: let go of it, and look for it again."""
        if not present:
            self._end.closed("the port has vanished")
            if self._alarm is not None:
                self._alarm.cancel()
            self._alarm = self._scheduler.after(_LOOK_AGAIN_AFTER_US, self._wake)

    def _arrived(self, data: bytes) -> None:
        self._end.receive(data, self._now_ms())
        self.pump()

    def _now_ms(self) -> int:
        return self._scheduler.now_us // 1000
