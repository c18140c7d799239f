"""One board's interpreter as a child process behind a socket.

The child dies when the link ends (the world is gone) and, in a loop that never looks at the link,
by the parent-death signal.  A child that computes without end is found by the processor time it
burns, never by the wall clock, so that a busy host does not change a history.
"""

import contextlib
import os
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from .frames import TELLING, Frame, FrameReader

_RECEIVE_BYTES = 65536
_LOOK_INTERVAL_US = 100_000
_NO_MEMORY_LEFT = 70  # the overlay ends so when it cannot even print an exception


class BoardHungError(Exception):
    """The interpreter computes without end."""


class BoardEndedError(Exception):
    """The interpreter has ended by itself: a crash."""


class BoardProcess:
    """Runs one interpreter; at any time either it or the world runs, never both."""

    def __init__(self, command: Sequence[str], messages: Path, hang_after_cpu_s: float) -> None:
        self._hang_after_cpu_s = hang_after_cpu_s
        self._reader = FrameReader()
        self._link, theirs = socket.socketpair()
        pace = struct.pack("@ll", 0, _LOOK_INTERVAL_US)
        self._link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, pace)
        with theirs, messages.open("ab") as interpreter_messages:
            self._child = subprocess.Popen(
                [*command, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=interpreter_messages,
                stderr=interpreter_messages,
                pass_fds=[theirs.fileno()],
                env={"TZ": "UTC"},
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Process id of the interpreter."""
        return self._child.pid

    def send(self, message: bytes) -> None:
        """Let the board go on."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._link.sendall(message)

    def receive(self) -> list[Frame]:
        """Return what the board did until it waits for a reply."""
        frames: list[Frame] = []
        started_cpu_s = None
        while not frames or frames[-1].kind in TELLING:
            try:
                data = self._link.recv(_RECEIVE_BYTES)
            except BlockingIOError:
                used_cpu_s = self._used_cpu_s()
                started_cpu_s = used_cpu_s if started_cpu_s is None else started_cpu_s
                if used_cpu_s - started_cpu_s > self._hang_after_cpu_s:
                    raise BoardHungError from None
                continue
            except ConnectionResetError:
                data = b""
            if not data:
                raise BoardEndedError
            frames += self._reader.feed(data)
        return frames

    def gave_up(self) -> bool:
        """Tell whether an interpreter that ended did so for no reason that a board could have."""
        return self._child.wait() >= 0 and self._child.returncode != _NO_MEMORY_LEFT

    def freeze(self) -> None:
        """Stop a hung interpreter from burning the host's processor."""
        self._child.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        """End the interpreter as a power cut would: at once."""
        self._child.kill()
        self._child.wait()
        self._link.close()

    def _used_cpu_s(self) -> float:
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:  # no /proc: the wall clock has to do
            return time.monotonic()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
