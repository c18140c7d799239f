"""Asks a handset over its USB serial port what its own journal holds, in virtual time.

Nothing is inferred: a report counts as receipted when the handset says so of itself.
"""

from turna_protocol.errors import MalformedError
from turna_protocol.modem.host_end import Arrived, Gone, Greeted, HostEnd
from turna_protocol.modem.journal_messages import Journal, JournalEntry, JournalRequest
from turna_simulation.board import Board
from turna_simulation.world import World

STEP_MS = 100
# A handset is asked again this long after it has told everything.
PERIOD_MS = 2_000


class JournalReader:
    """Keeps a copy of one handset's journal, as fresh as its serial port allows."""

    def __init__(self, world: World, board: Board, session: int) -> None:
        self._world = world
        self._end = HostEnd(session)
        self._board = board
        self._next_ask_ms = 0
        self._reading: dict[int, JournalEntry] = {}
        self.entries: dict[int, JournalEntry] = {}
        self.complete_at_ms = -1
        board.serial.listeners.append(self._receive)
        self._end.opened(world.now_ms)
        self._step()

    def _receive(self, data: bytes) -> None:
        self._end.receive(data, self._world.now_ms)

    def _step(self) -> None:
        now_ms = self._world.now_ms
        self._handle_events(now_ms)
        if self._end.is_open and not self._end.commands.busy and now_ms >= self._next_ask_ms:
            self._ask(now_ms)
        data = self._end.to_send(now_ms)
        if data:
            self._board.serial.write(data)
        self._world.at(now_ms + STEP_MS, self._step)

    def _ask(self, now_ms: int) -> None:
        first = max(self._reading) + 1 if self._reading else 0
        self._end.commands.start(JournalRequest(first), now_ms)

    def _handle_events(self, now_ms: int) -> None:
        while (event := self._end.next_event()) is not None:
            if isinstance(event, Gone):
                self._end.opened(now_ms)
            elif isinstance(event, Greeted):
                self._reading = {}
                self._next_ask_ms = now_ms
            elif isinstance(event, Arrived) and event.frame.kind == Journal.KIND:
                self._take(event.frame.body, now_ms)

    def _take(self, body: bytes, now_ms: int) -> None:
        try:
            page = Journal.unpack(body)
        except MalformedError:
            self._reading = {}
            return
        for entry in page.entries:
            self._reading[entry.seq] = entry
        if page.more and page.entries:
            return
        # What a full journal has dropped since stays in our copy: it was reported once.
        self.entries = self.entries | self._reading
        self._reading = {}
        self.complete_at_ms = now_ms
        self._next_ask_ms = now_ms + PERIOD_MS
