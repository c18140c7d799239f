"""A whole gateway process that is killed and started anew many times, quickly.

Each life is a process of its own, forked from one that has the modules loaded: it opens the store,
takes its lock and connects as after any start.  Its modem is a pipe to the test.
"""

import multiprocessing
import signal
import threading
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from queue import SimpleQueue

from turna_gateway import app
from turna_gateway.config import Config, read_config
from turna_gateway.ports import PacketHeard, RadioUp, Transmitted
from turna_protocol.mission import Mission

_FORKS = multiprocessing.get_context("forkserver")
_GONE = (EOFError, OSError)


class PipeModem:
    """Every packet is on the air at once."""

    def __init__(self, pipe: Connection, config: Config, inbox: app.Inbox) -> None:
        self._pipe = pipe
        self._clock = config.clock
        self._inbox = inbox
        self._token = 0

    def start(self) -> None:
        self._inbox.put(RadioUp("pipe", b"\x01", b"boot"))
        threading.Thread(target=self._read, daemon=True).start()

    def stop(self) -> None:
        return

    def alive(self) -> bool:
        return True

    def transmit(self, packet: bytes, *, priority: int) -> int:
        del priority
        self._token += 1
        self._pipe.send_bytes(packet)
        self._inbox.put(Transmitted(self._token, ok=True))
        return self._token

    def taken(self, number: int) -> None:
        return

    def _read(self) -> None:
        number = 0
        with suppress(*_GONE):
            while True:
                number += 1
                packet = self._pipe.recv_bytes()
                self._inbox.put(PacketHeard(packet, -100, 20, self._clock.now_ms(), number))


def live(settings: Path, pipe: Connection) -> None:
    """Be the gateway, until killed."""

    def open_modem(config: Config, mission: Mission, inbox: app.Inbox) -> PipeModem:
        del mission
        return PipeModem(pipe, config, inbox)

    raise SystemExit(app.run(read_config(settings), open_modem))


class Lives:
    """The gateway, and what its radio said in all its lives."""

    def __init__(self, settings: Path) -> None:
        self.said: SimpleQueue[bytes] = SimpleQueue()
        self._settings = settings
        _FORKS.set_forkserver_preload(["turna_gateway.app", __name__])
        self.start()

    def start(self) -> None:
        self._pipe, theirs = _FORKS.Pipe()
        self._process: BaseProcess = _FORKS.Process(target=live, args=(self._settings, theirs))
        self._process.start()
        theirs.close()
        threading.Thread(target=self._listen, args=(self._pipe,), daemon=True).start()

    def hear(self, packet: bytes) -> None:
        """Let a packet arrive; a dead gateway hears nothing."""
        with suppress(*_GONE):
            self._pipe.send_bytes(packet)

    def kill(self) -> None:
        self._process.kill()
        self._process.join()
        assert self._process.exitcode == -signal.SIGKILL, "it had ended by itself"

    def _listen(self, pipe: Connection) -> None:
        with suppress(*_GONE):
            while True:
                self.said.put(pipe.recv_bytes())
