"""Asks a handset over its USB serial port what its own journal holds, in virtual time.

Nothing is inferred: a report counts as receipted when the handset says so of itself.
"""

from turna_protocol.modem.device_client import DeviceClient, JournalRead
from turna_protocol.modem.journal_messages import JournalEntry
from turna_simulation.board import Board
from turna_simulation.host_serial import HostSerial
from turna_simulation.world import World

# How often a handset is asked, and its answers are looked at.
PERIOD_MS = 4_000


class JournalReader:
    """Keeps a copy of one handset's journal, as fresh as its serial port allows."""

    def __init__(self, world: World, board: Board, session: int) -> None:
        self._world = world
        self._client = DeviceClient(session)
        self._serial = HostSerial(self._client, board.serial, world.scheduler)
        self._answered = True
        self._asked_ms = 0
        self.read_ms = 0  # the newest complete reading began then
        self.entries: dict[int, JournalEntry] = {}
        self._serial.open()
        self._look()

    def _look(self) -> None:
        while (event := self._client.next_event()) is not None:
            if isinstance(event, JournalRead):
                self._answered = True
                self.read_ms = self._asked_ms
                # What a full journal has dropped since stays in our copy: it was reported once.
                self.entries = self.entries | {entry.seq: entry for entry in event.entries}
        if self._answered:
            self._answered = False
            self._asked_ms = self._world.now_ms
            self._client.ask_journal()
            self._serial.pump()
        self._world.at(self._world.now_ms + PERIOD_MS, self._look)
