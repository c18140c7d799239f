"""A tool on a board's USB port: asks who it is, what its journal holds, what it has counted."""

import time
from typing import TypeVar

import serial

from turna_protocol.modem.device_client import CountersRead, DeviceClient, JournalRead
from turna_protocol.modem.messages import Hello

E = TypeVar("E", bound=object)

PATIENCE_S = 20.0
READ_S = 0.05


class Tool:
    """One conversation; the port is held while it lasts."""

    def __init__(self, port: str, session: int) -> None:
        self._line = serial.Serial(port, 115_200, timeout=READ_S, exclusive=True)
        self._client = DeviceClient(session)
        self._client.opened(_now_ms())

    def hello(self) -> Hello:
        """Return who the board says it is."""
        return self._expect(Hello)

    def journal(self) -> dict[int, int]:
        """Return the state of each report by its number."""
        self._client.ask_journal()
        return {entry.seq: entry.state for entry in self._expect(JournalRead).entries}

    def counters(self) -> dict[str, int]:
        """Return everything the board has counted."""
        self._client.ask_counters()
        return self._expect(CountersRead).counts

    def count_of(self, name: str) -> int:
        """Return how often that was counted, once it was at all."""
        until_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < until_s:
            if count := self.counters().get(name, 0):
                return count
            time.sleep(READ_S)
        raise AssertionError(f"nothing counted as {name!r} within {PATIENCE_S} s")

    def close(self) -> None:
        self._line.close()

    def _expect(self, kind: type[E]) -> E:
        until_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < until_s:
            event = self._client.next_event()
            if isinstance(event, kind):
                return event
            if event is None:
                self._exchange()
        raise AssertionError(f"no {kind.__name__} within {PATIENCE_S} s")

    def _exchange(self) -> None:
        if self._client.is_closed:
            self._client.opened(_now_ms())
        self._line.write(self._client.to_send(_now_ms()))
        self._client.receive(self._line.read(max(1, self._line.in_waiting)), _now_ms())


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000
