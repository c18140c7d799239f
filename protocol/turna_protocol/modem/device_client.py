"""Asks a board at the serial line what it holds: its journal, page by page, and its counters.

For host tools and tests; holds neither port nor clock.
"""

from ..errors import MalformedError
from ..record import Record
from .host_end import Arrived, ConsoleText, Gone, Greeted, HostEnd
from .journal_messages import Counters, CountersRequest, Journal, JournalEntry, JournalRequest
from .messages import Accepted, EnterRepl, Hello, Log, Reboot, Refused


class JournalRead(Record):
    """All entries of the board's journal, in order of sequence."""

    FIELDS = ("entries",)

    def __init__(self, entries: tuple[JournalEntry, ...]) -> None:
        self.entries = entries


class CountersRead(Record):
    """All counters of the board, by name."""

    FIELDS = ("counts",)

    def __init__(self, counts: dict[str, int]) -> None:
        self.counts = counts


TYPE_CHECKING = False
if TYPE_CHECKING:
    DeviceEvent = Hello | JournalRead | CountersRead | Accepted | Refused | Gone | ConsoleText | Log
    Question = JournalRequest | CountersRequest | Reboot | EnterRepl


class DeviceClient:
    """Questions and bytes in, bytes and answers out; questions wait until the board said HELLO."""

    def __init__(self, session: int) -> None:
        self._end = HostEnd(session)
        self._questions: list[Question] = []
        self._asked: Question | None = None
        self._entries: list[JournalEntry] = []
        self._counts: list[tuple[str, int]] = []
        self._events: list[DeviceEvent] = []

    @property
    def is_closed(self) -> bool:
        """Say whether nothing happens before `opened` is called."""
        return self._end.is_closed

    def opened(self, now_ms: int) -> None:
        """Begin: the port is open."""
        self._end.opened(now_ms)

    def closed(self, reason: str) -> None:  # noqa: ARG002 - who asks is told by whom it asked
        """Stop: the port is gone; what was asked is asked again."""
        self._end.closed()

    def ask_journal(self) -> None:
        """Ask for the whole journal; JournalRead answers."""
        self._questions.append(JournalRequest(0))

    def ask_counters(self) -> None:
        """Ask for all counters; CountersRead answers."""
        self._questions.append(CountersRequest(0))

    def ask_reboot(self) -> None:
        """Ask the board to start again; Accepted answers."""
        self._questions.append(Reboot())

    def ask_prompt(self) -> None:
        """Ask the board for its MicroPython prompt; Accepted answers."""
        self._questions.append(EnterRepl())

    def receive(self, data: bytes, now_ms: int) -> None:
        """Take what the board sent."""
        self._end.receive(data, now_ms)
        self._digest(now_ms)

    def to_send(self, now_ms: int) -> bytes:
        """Return the bytes to write to the board now."""
        if self._end.is_open and self._asked is None and self._questions:
            self._ask(self._questions.pop(0), now_ms)
        out = self._end.to_send(now_ms)
        self._digest(now_ms)
        return out

    def deadline_ms(self) -> int | None:
        """Return when to call `to_send` next although nothing happens, or None while closed."""
        return self._end.deadline_ms()

    def next_event(self) -> "DeviceEvent | None":
        """Return the next answer or happening, or None."""
        return self._events.pop(0) if self._events else None

    def _ask(self, question: "Question", now_ms: int) -> None:
        self._asked = question
        self._end.commands.start(question, now_ms)

    def _digest(self, now_ms: int) -> None:
        event = self._end.next_event()
        while event is not None:
            if isinstance(event, Greeted):
                self._greeted(event.hello)
            elif isinstance(event, Arrived):
                self._arrived(event, now_ms)
            else:
                self._events.append(event)
            event = self._end.next_event()

    def _greeted(self, hello: Hello) -> None:
        if self._asked is not None:
            self._questions.insert(0, self._from_the_start(self._asked))
            self._asked = None
        self._events.append(hello)

    def _from_the_start(self, question: "Question") -> "Question":
        self._entries, self._counts = [], []
        if isinstance(question, JournalRequest):
            return JournalRequest(0)
        return CountersRequest(0) if isinstance(question, CountersRequest) else question

    def _arrived(self, arrived: Arrived, now_ms: int) -> None:
        if not arrived.is_answer:
            return
        asked, self._asked = self._asked, None
        kind, body = arrived.frame.kind, arrived.frame.body
        try:
            if kind == Journal.KIND and isinstance(asked, JournalRequest):
                self._journal_page(Journal.unpack(body), now_ms)
            elif kind == Counters.KIND and isinstance(asked, CountersRequest):
                self._counters_page(Counters.unpack(body), now_ms)
            elif kind == Refused.KIND:
                self._events.append(Refused.unpack(body))
            elif kind == Accepted.KIND:
                self._events.append(Accepted.unpack(body))
        except MalformedError:
            self._end.malformed += 1

    def _journal_page(self, page: Journal, now_ms: int) -> None:
        self._entries.extend(page.entries)
        if page.more and page.entries:
            self._ask(JournalRequest(page.entries[-1].seq + 1), now_ms)
            return
        self._events.append(JournalRead(tuple(self._entries)))
        self._entries = []

    def _counters_page(self, page: Counters, now_ms: int) -> None:
        self._counts.extend(page.counts)
        if page.more and page.counts:
            self._ask(CountersRequest(len(self._counts)), now_ms)
            return
        self._events.append(CountersRead(dict(self._counts)))
        self._counts = []
