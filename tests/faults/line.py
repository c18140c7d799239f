"""A line between a client and a broker: late, narrow, forgetful or swallowing all, as told."""

import contextlib
import math
import socket
import struct
import threading
import time
from typing import Self

_STEP_BYTES = 256
_PATIENCE_S = 0.2


class Line:
    """Listens on `port` and carries each connection to the broker's port.

    `forgets_after_s`: as a satellite's address translation, it forgets a connection that was silent
    for so long. What the broker then sends is lost without a word; what the client sends resets it.
    """

    def __init__(
        self,
        broker_port: int,
        *,
        delay_s: float = 0.0,
        bytes_per_s: float = 1e9,
        forgets_after_s: float = math.inf,
    ) -> None:
        self._broker_port = broker_port
        self._delay_s = delay_s
        self._bytes_per_s = bytes_per_s
        self._forgets_after_s = forgets_after_s
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.swallows = threading.Event()
        self.connections = self.forgotten = 0
        self.carried_up_bytes = 0
        self._is_up = True
        self._accepts = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._accepts.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Let no thread wait any more: what it waits at would soon be another's."""
        self._is_up = False
        self._listener.shutdown(socket.SHUT_RDWR)
        self._accepts.join()
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.connections += 1
                # As little as the kernel allows waits unseen between the client and the line.
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
                broker = socket.create_connection(("127.0.0.1", self._broker_port))
                threading.Thread(target=self._join, args=(client, broker), daemon=True).start()

    def _join(self, client: socket.socket, broker: socket.socket) -> None:
        """Carry both ways; close the two when nobody reads them any more."""
        heard_at = [time.monotonic()]
        down = (broker, client, heard_at, False)
        with client, broker:
            carries_down = threading.Thread(target=self._carry, args=down, daemon=True)
            carries_down.start()
            self._carry(client, broker, heard_at, is_up=True)
            carries_down.join()

    def _carry(
        self, source: socket.socket, sink: socket.socket, heard_at: list[float], is_up: bool
    ) -> None:
        """Read in small steps, as fast as the line is; each step arrives after the delay."""
        late: list[threading.Timer] = []
        with contextlib.suppress(OSError):
            while self._is_up and (data := source.recv(_STEP_BYTES)):
                if self.swallows.is_set():
                    continue
                if time.monotonic() - heard_at[0] > self._forgets_after_s:
                    if not is_up:
                        continue
                    self.forgotten += 1
                    _reset(source)
                    break
                heard_at[0] = time.monotonic()
                time.sleep(len(data) / self._bytes_per_s)
                self.carried_up_bytes += len(data) if is_up else 0
                late.append(threading.Timer(self._delay_s, _send, (sink, data)))
                late[-1].start()
            for timer in late[-3:]:
                timer.join(_PATIENCE_S + self._delay_s)
        for end in (source, sink):
            with contextlib.suppress(OSError):  # reset, or ended from the other side
                end.shutdown(socket.SHUT_RDWR)


def _reset(connection: socket.socket) -> None:
    """Close it at once and with a reset (RST) instead of an end (FIN)."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _send(sink: socket.socket, data: bytes) -> None:
    with contextlib.suppress(OSError):
        sink.sendall(data)
