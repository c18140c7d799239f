"""The host's end of a board's USB serial bridge: in memory, or as a pseudo-terminal.

The bridge (a CP2102) is fixed at 115200 baud and stays connected over resets of the board.  It has
no flow control: what nobody reads is lost.
"""

import contextlib
import os
import pty
import termios
import tty
from collections.abc import Callable
from pathlib import Path

from .scheduler import Scheduler
from .uart import CONSOLE_BAUD, Sender, garbled

_READ_BYTES = 4096
_KEPT_BYTES = 1 << 20


class SerialPort:
    """A serial port in virtual time; give it bytes, take bytes from it."""

    def __init__(self, scheduler: Scheduler, arrive: Callable[[bytes, int], None]) -> None:
        self._sender = Sender(scheduler, CONSOLE_BAUD, arrive)
        self.output = bytearray()  # all that came and nobody took, up to a megabyte
        self.listeners: list[Callable[[bytes], None]] = []

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
    """A serial port as a device file, for programs that open /dev/ttyUSB0 in life."""

    def __init__(self, port: SerialPort, path: Path) -> None:
        self._port = port
        self.path = path
        self.lost_bytes = 0
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self._set_speed()
        os.set_blocking(self._master, False)
        path.unlink(missing_ok=True)
        path.symlink_to(os.ttyname(self._slave))
        port.listeners.append(self._from_board)

    def fileno(self) -> int:
        """Return what select() waits on."""
        return self._master

    def to_board(self) -> None:
        """Pass on what the host wrote, at the speed it chose."""
        try:
            data = os.read(self._master, _READ_BYTES)
        except BlockingIOError:
            return
        if termios.tcgetattr(self._slave)[4] != termios.B115200:
            data = garbled(data)
        self._port.write(data)

    def close(self) -> None:
        """Unplug."""
        self._port.listeners.remove(self._from_board)
        with contextlib.suppress(FileNotFoundError):
            self.path.unlink()
        os.close(self._master)
        os.close(self._slave)

    def _set_speed(self) -> None:
        attributes = termios.tcgetattr(self._slave)
        attributes[4] = attributes[5] = termios.B115200
        termios.tcsetattr(self._slave, termios.TCSANOW, attributes)

    def _from_board(self, data: bytes) -> None:
        try:
            written = os.write(self._master, data)
        except BlockingIOError:
            written = 0
        self.lost_bytes += len(data) - written
