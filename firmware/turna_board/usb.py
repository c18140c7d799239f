"""A board on its USB port: who it is, what its journal holds if it has one, what it has counted.

Answers questions of a host; takes no order but to restart or to show the prompt.
"""

from turna_board.leaving import REBOOT, REPL
from turna_protocol.errors import MalformedError
from turna_protocol.modem.device_end import DeviceEnd
from turna_protocol.modem.framing import SerialFrame
from turna_protocol.modem.journal_messages import (
    MAX_COUNTERS,
    MAX_ENTRIES,
    Counters,
    CountersRequest,
    Journal,
    JournalEntry,
    JournalRequest,
)
from turna_protocol.modem.messages import Accepted, EnterRepl, HelloRequest, Reboot

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Protocol

    from turna_protocol.modem.messages import Hello

    from .counters import Counters as Counts

    class Entry(Protocol):
        """What a journal tells of one report."""

        seq: int
        type_number: int
        state: int
        saved_s: int
        attempts: int

    class Reports(Protocol):
        """A journal, as far as a host may look into it."""

        def from_seq(self, seq: int, limit: int) -> "Sequence[Entry]": ...


class UsbService:
    """Bytes in, bytes out; `wish` is what the host wants done to the board itself."""

    def __init__(
        self, hello: "Hello", reports: "Reports | None", counts: "Callable[[], Counts]"
    ) -> None:
        self.wish: str | None = None
        self._end = DeviceEnd(hello)
        self._reports = reports
        self._counts = counts

    @property
    def refused(self) -> int:
        """Count of what came over the port and meant nothing."""
        return self._end.malformed + self._end.undecodable

    def receive(self, data: bytes, now_ms: int) -> None:
        """Take what the host sent."""
        for frame in self._end.receive(data, now_ms):
            try:
                self._answer(frame)
            except MalformedError as error:
                self._end.malformed_command(frame, error)

    def take(self) -> bytes:
        """Return the bytes to write to the host."""
        return self._end.take()

    def _answer(self, frame: SerialFrame) -> None:
        if frame.kind == HelloRequest.KIND:
            return
        if frame.kind == JournalRequest.KIND and self._reports is not None:
            self._end.answer(frame.sequence, self._page(JournalRequest.unpack(frame.body)))
        elif frame.kind == CountersRequest.KIND:
            self._end.answer(frame.sequence, self._counters(CountersRequest.unpack(frame.body)))
        elif frame.kind in (Reboot.KIND, EnterRepl.KIND):
            self.wish = REBOOT if frame.kind == Reboot.KIND else REPL
            self._end.answer(frame.sequence, Accepted())
        else:
            self._end.unsupported(frame)

    def _page(self, request: JournalRequest) -> Journal:
        found = (
            []
            if self._reports is None
            else self._reports.from_seq(request.from_seq, MAX_ENTRIES + 1)
        )
        entries = tuple([_entry(entry) for entry in found[:MAX_ENTRIES]])
        return Journal(entries, len(found) > MAX_ENTRIES)

    def _counters(self, request: CountersRequest) -> Counters:
        every = self._counts().all()
        end = request.start + MAX_COUNTERS
        return Counters(tuple(every[request.start : end]), end < len(every))


def _entry(entry: "Entry") -> JournalEntry:
    return JournalEntry(
        seq=entry.seq,
        report_type=entry.type_number,
        state=entry.state,
        saved_s=entry.saved_s,
        attempts=entry.attempts,
    )
