"""What comes down to this handset: queued as it is heard, read one by one, answered, kept.

The radio never waits for it: packets are read between other things, signatures in steps.  What
reads them, and the inbox itself, are in memory only meanwhile; they give way to a report that is
being made.
"""

from turna_protocol.errors import MalformedError, NotAuthenticError
from turna_protocol.packet import ALERT, NOTICE, ORDER, ORDER_FRAGMENT, packet_kind, unpack_header

from . import parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator
    from typing import Protocol

    from turna_board.counters import Counters
    from turna_protocol.fragments import Assembly
    from turna_protocol.notices import NoticeBoard
    from turna_protocol.reports import Report

    from .inbox import Inbox
    from .provisioning import Provisioning

    Alarm = tuple[int, int, int]  # mode, code, reference

    class Memory(Protocol):
        """What loads modules and lets go of them: `parts`."""

        def load(self, names: tuple[str, ...]) -> None: ...
        def forget(self, names: tuple[str, ...]) -> None: ...
        def forget_reports(self) -> None: ...
        def forget_letters(self) -> None: ...


QUEUE_MAX = 6  # parts of a notice come one after the other while a signature is verified
# An assembly that nobody completes holds memory; its parts come again.
PARTS_LAST_MS = 600_000

# What the rescuer is told of.
LETTER = 0
ALARM = 1
ALL_CLEAR = 2


class Mailbox:
    """Packets in, letters and alarms out, and contents of holdings to be sealed and sent."""

    def __init__(
        self,
        provisioning: "Provisioning",
        directory: str,
        memory: "Memory",
        *,
        counters: "Counters",
        uptime_ms: "Callable[[], int]",
        random_below: "Callable[[int], int]",
        now_s: "Callable[[], int | None]",
        make_room: "Callable[[], None]",
        settings: "Callable[[Report], None]",
        news: "Callable[[int], None]",
        answers: "Callable[[], None]",
        arrived: "Callable[[], None]",
        pause: "Callable[[], Awaitable[None]]",
    ) -> None:
        # What `look` found in the inbox when it changed last.
        self.unread = 0
        self.alarms: tuple[Alarm, ...] = ()  # that are on, the worst first
        self.unheard: tuple[Alarm, ...] = ()  # and ends of alarms: nobody has taken note of them
        self.chains: tuple[Alarm, ...] = ()  # alarms that alerts have begun, as `mail_reading` says
        self.provisioning = provisioning
        self.directory = directory
        self.uptime_ms = uptime_ms
        self.random_below = random_below
        self.now_s = now_s
        self.settings = settings
        self.count = counters.count
        # What outlasts the reading of one packet.
        self.unsorted = True
        self.long_text = False  # one has just come, and needs no sorting
        self.whole: tuple[int, bytes] | None = None  # a notice whose signature is being verified
        self.board: NoticeBoard | None = None
        self.assembly: Assembly | None = None
        self.parts_until_ms = 0
        self.holdings: dict[int, tuple[int, bytes]] = {}  # when to send what
        self.answered_ms: dict[int, int] = {}  # when we answered what everybody hears
        self._make_room = make_room
        self._tell = news
        self._answers = answers
        self._arrived = arrived
        self._pause = pause  # between the steps of a signature
        self._memory = memory
        self._queue: list[bytes] = []
        self._steps: Generator[None, None, bool] | None = None

    def load(self) -> None:
        """Find what is in flash, and which alarms are on."""
        self._begin_reading()
        from .mail_reading import Reader

        Reader(self).begin()
        self._end_reading()
        self.look()

    def inbox(self) -> "Inbox":
        """Return the letters; `look` once something has changed, `close` when done."""
        self._memory.load(parts.FOR_THE_INBOX)
        from .inbox import Inbox

        inbox = Inbox(self.directory, self.count)
        inbox.load()
        return inbox

    def close(self) -> None:
        """Let go of the inbox."""
        self._memory.forget(parts.FOR_THE_INBOX)

    def look(self) -> None:
        """Find out what the screen and the buzzer have to tell of the inbox as it is now."""
        inbox = self.inbox()
        self.alarms = tuple(sorted(list(self.chains) + inbox.alarms_by_order()))
        inbox.calm([reference for _, _, reference in self.alarms])
        self.unheard = tuple(inbox.unheard())
        self.unread = inbox.unread()
        self.close()

    def mark(self, reference: int, status: int) -> bool:
        """Note how far a letter has come; return whether that outlasts a restart."""
        marked = self.inbox().mark(reference, status)
        self.look()
        return marked

    def alarm_sounds(self) -> bool:
        """Say whether nobody has silenced an alarm that is on."""
        return any(alarm in self.unheard for alarm in self.alarms)

    # -- what the courier hears and sends

    def heard(self, packet: bytes) -> bool:
        """Take a packet if it is one that comes down, and to us; read it later."""
        kind = packet_kind(packet)
        if kind in (ORDER, ORDER_FRAGMENT):
            if unpack_header(packet).device != self.provisioning.device:
                return False
        elif kind not in (NOTICE, ALERT):
            return False
        if packet not in self._queue:
            if len(self._queue) < QUEUE_MAX:
                self._queue.append(packet)
                self._arrived()
            else:
                self.count("lost letter unread")  # the gateway says it again
        return True

    def holding_due(self, now_ms: int) -> tuple[int, bytes] | None:
        """Return what to answer now, and the key under which to say that it is sent."""
        for key, (at_ms, content) in self.holdings.items():
            if now_ms >= at_ms:
                return key, content
        return None

    def answered(self, key: int) -> None:
        """Forget a holding: it is sent once."""
        self.holdings.pop(key, None)

    def deadline_ms(self) -> int | None:
        """Return when a holding is due next."""
        found = None
        for at_ms, _ in self.holdings.values():
            if found is None or at_ms < found:
                found = at_ms
        return found

    # -- reading

    async def read(self) -> None:
        """Read what has come since the last time."""
        while self._queue or self.unsorted:
            if self.unsorted:
                self._sort()
            elif not await self._read_first():
                return
        if self.uptime_ms() >= self.parts_until_ms:
            self.board = self.assembly = None

    def give_way(self) -> None:
        """Stop reading, for somebody needs the memory; what was being read is read again."""
        if self._steps is not None:
            self._steps.close()
            self._steps = None
            self._end_reading()

    async def _read_first(self) -> bool:
        """Read the first packet that waits; return False if something interrupted it."""
        packet = self._queue[0]
        before = self.alarms, self.chains
        self._begin_reading()
        try:
            finished = await self._read(packet)
        except (MalformedError, NotAuthenticError) as error:
            malformed = isinstance(error, MalformedError)
            self.count("refused malformed packet" if malformed else "refused false order")
            finished = True
        self._steps = None
        self._end_reading()
        if finished:
            self._queue.remove(packet)
        if self.holdings:
            self._answers()
        if self.long_text:
            self.long_text = False
            self.look()
            self._tell(LETTER)
        if before[1] != self.chains:
            self.look()
            self._tell(ALARM if len(self.alarms) >= len(before[0]) else ALL_CLEAR)
        return finished

    async def _read(self, packet: bytes) -> bool:
        from .mail_reading import Reader

        steps = self._steps = Reader(self).reading(packet)
        while True:
            try:
                next(steps)
            except StopIteration as done:
                return done.value is True
            await self._pause()

    def _begin_reading(self) -> None:
        self._make_room()
        self._memory.load(parts.FOR_A_LETTER)

    def _end_reading(self) -> None:
        self._memory.forget_letters()
        self.close()

    def _sort(self) -> None:
        """Look into the letters that have come, and tell of them."""
        self.unsorted = False
        self._make_room()
        inbox = self.inbox()
        self._memory.load(parts.FOR_A_CONTENT)
        from .letter_sorting import sort

        news = sort(self, inbox)
        self._memory.forget_reports()
        self.look()
        for kind in news:
            if kind != ALARM or self.alarm_sounds():  # else it was over before it came
                self._tell(kind)
