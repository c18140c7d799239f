"""The host's end of a board's USB serial bridge: in memory, or as a pseudo-terminal.

The bridge (a CP2102) is fixed at 115200 baud and stays connected over resets of the board.  It has
no flow control: what nobody reads is lost.
"""

import os
import pty
import termios
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from .scheduler import Scheduler
from .uart import CONSOLE_BAUD, Sender, garbled

_READ_BYTES = 4096
_KEPT_BYTES = 1 << 20


class HostPort(Protocol):
    """What a host may do with a board's port, whichever kind it is."""

    output: bytearray
    listeners: list[Callable[[bytes], None]]
    changed: list[Callable[[bool], None]]  # called with whether the port is there

    @property
    def present(self) -> bool: ...

    @property
    def speed_matters(self) -> bool: ...

    def open(self) -> None: ...

    def close(self) -> None: ...

    def write(self, data: bytes) -> None: ...

    def read(self) -> bytes: ...

    def receive(self, data: bytes) -> None: ...


class SerialPort:
    """A serial port in virtual time; give it bytes, take bytes from it."""

    present = True  # it is the bridge's, not the board's
    speed_matters = True

    def __init__(self, scheduler: Scheduler, arrive: Callable[[bytes, int], None]) -> None:
        self._sender = Sender(scheduler, CONSOLE_BAUD, arrive)
        self.output = bytearray()  # all that came and nobody took, up to a megabyte
        self.listeners: list[Callable[[bytes], None]] = []
        self.changed: list[Callable[[bool], None]] = []

    def open(self) -> None:
        """Open the port; the bridge passes bytes on all the same."""

    def close(self) -> None:
        """Close the port."""

    def write(self, data: bytes) -> None:
        """Send bytes to the board."""
        self._sender.send(data)

    def read(self) -> bytes:
        """Take what came from the board."""
        data = bytes(self.output)
        self.output.clear()
        return data

    def receive(self, data: bytes) -> None:
        """Take bytes from the board's transmitter."""
        self.output += data
        del self.output[:-_KEPT_BYTES]
        for listener in self.listeners:
            listener(data)


class PseudoTerminal:
    """A serial port as a device file, for programs that open /dev/ttyUSB0 in life.

    It is there while the port is; a native USB port that comes back is a new device of that name.
    """

    def __init__(self, port: HostPort, path: Path) -> None:
        self._port = port
        self.path = path
        self.lost_bytes = 0
        self.connected = False
        self._master = self._slave = -1
        port.listeners.append(self._from_board)
        port.changed.append(self._changed)
        self._changed(port.present)

    def fileno(self) -> int:
        """Return what select() waits on."""
        return self._master

    def to_board(self) -> None:
        """Pass on what the host wrote, at the speed it chose."""
        try:
            data = os.read(self._master, _READ_BYTES)
        except BlockingIOError:
            return
        if self._port.speed_matters and termios.tcgetattr(self._slave)[4] != termios.B115200:
            data = garbled(data)
        self._port.write(data)

    def close(self) -> None:
        """Unplug."""
        self._port.listeners.remove(self._from_board)
        self._port.changed.remove(self._changed)
        self._changed(False)

    def _changed(self, present: bool) -> None:
        if present == self.connected:
            return
        self.connected = present
        if present:
            self._make()
            return
        self.path.unlink(missing_ok=True)
        os.close(self._master)
        os.close(self._slave)

    def _make(self) -> None:
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self._set_speed()
        os.set_blocking(self._master, False)
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(os.ttyname(self._slave))

    def _set_speed(self) -> None:
        attributes = termios.tcgetattr(self._slave)
        attributes[4] = attributes[5] = termios.B115200
        termios.tcsetattr(self._slave, termios.TCSANOW, attributes)

    def _from_board(self, data: bytes) -> None:
        if not self.connected:
            return
        try:
            written = os.write(self._master, data)
        except BlockingIOError:
            written = 0
        self.lost_bytes += len(data) - written
