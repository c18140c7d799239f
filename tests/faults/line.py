"""A line between a client and a broker: late, narrow, or swallowing everything, as told."""

import contextlib
import socket
import threading
import time
from typing import Self

_STEP_BYTES = 256
_PATIENCE_S = 0.2


class Line:
    """Listens on `port` and carries each connection to the broker's port."""

    def __init__(self, broker_port: int, *, delay_s: float = 0.0, bytes_per_s: float = 1e9) -> None:
        self._broker_port = broker_port
        self._delay_s = delay_s
        self._bytes_per_s = bytes_per_s
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.swallows = threading.Event()
        self.connections = 0
        self.carried_up_bytes = 0
        self._is_up = True

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_up = False
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.connections += 1
                # As little as the kernel allows waits unseen between the client and the line.
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
                broker = socket.create_connection(("127.0.0.1", self._broker_port))
                for ends in ((client, broker, True), (broker, client, False)):
                    threading.Thread(target=self._carry, args=ends, daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, is_up: bool) -> None:
        """Read in small steps, as fast as the line is; each step arrives after the delay."""
        late: list[threading.Timer] = []
        with contextlib.suppress(OSError), source, sink:
            while self._is_up and (data := source.recv(_STEP_BYTES)):
                if self.swallows.is_set():
                    continue
                time.sleep(len(data) / self._bytes_per_s)
                self.carried_up_bytes += len(data) if is_up else 0
                late.append(threading.Timer(self._delay_s, _send, (sink, data)))
                late[-1].start()
            for timer in late[-3:]:
                timer.join(_PATIENCE_S + self._delay_s)


def _send(sink: socket.socket, data: bytes) -> None:
    with contextlib.suppress(OSError):
        sink.sendall(data)
