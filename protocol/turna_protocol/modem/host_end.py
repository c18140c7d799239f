"""The host's half of the line, whatever the board's role: who is there, and is it still?

The owner gets greetings, answers and other frames as events, and starts commands.
"""

from ..errors import MalformedError
from ..record import Record
from .commands import CommandWindow
from .framing import Deframer, SerialFrame
from .messages import Hello, HelloRequest, Log, Time, TimeRequest, encode

HELLO_INTERVAL_MS = 300
HELLO_PATIENCE_MS = 10_000
# STATUS comes each five seconds and an answer to TIME_REQUEST as often: three missed.
SILENCE_MS = 15_000
TIME_INTERVAL_MS = 5000
# A worse measurement of the board's clock replaces a better one when that has aged.
_CLOCK_AGE_MS = 60_000
_CLOCK_MASK = 0xFFFFFFFF
# Break, friendly prompt, soft reset: a board left at its prompt starts its program again.
_START_PROGRAM = b"\x03\x02\x04"
_REPL_CONTROLS = b"\x01\x02\x03\x04\x05"

CLOSED, ASKING, OPEN = 0, 1, 2


class Greeted(Record):
    """The board said who it is; after a reboot it has forgotten all that it was told."""

    FIELDS = ("hello",)

    def __init__(self, hello: Hello) -> None:
        self.hello = hello


class Arrived(Record):
    """A frame for the owner; `is_answer` if the command under way waited for it."""

    FIELDS = ("frame", "is_answer")

    def __init__(self, frame: SerialFrame, is_answer: bool) -> None:
        self.frame = frame
        self.is_answer = is_answer


class Gone(Record):
    """Nobody answers any more; close the port and open it again."""

    FIELDS = ("reason",)

    def __init__(self, reason: str) -> None:
        self.reason = reason


class ConsoleText(Record):
    """Text that the board printed between frames: boot messages, a traceback."""

    FIELDS = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


TYPE_CHECKING = False
if TYPE_CHECKING:
    HostEndEvent = Greeted | Arrived | Gone | ConsoleText | Log


def quiet_session(seed: int) -> int:
    """Return a number made of the seed whose HELLO_REQUEST holds no byte that a REPL acts on."""
    session = seed & 0xFFFFFFFF
    while any(byte in _REPL_CONTROLS for byte in encode(HelloRequest(session))):
        session = (session * 1_664_525 + 1_013_904_223) & 0xFFFFFFFF  # visits every number
    return session


class HostEnd:
    """Bytes from the board in, events out; commands in, bytes to the board out."""

    def __init__(self, session: int) -> None:
        self.commands = CommandWindow()
        self.malformed = 0
        self._session = quiet_session(session)
        self._deframer = Deframer()
        self._events: list[HostEndEvent] = []
        self._state = CLOSED
        self._ask_at_ms = 0
        self._ask_until_ms = 0
        self._heard_ms = 0
        self._time_at_ms = 0
        self._clock_offset_ms = 0
        self._clock_round_trip_ms = 0
        self._clock_set_ms: int | None = None

    @property
    def session(self) -> int:
        """The number by which the board knows this host process."""
        return self._session

    @property
    def is_open(self) -> bool:
        """Say whether the board has said who it is."""
        return self._state == OPEN

    @property
    def is_closed(self) -> bool:
        """Say whether nothing happens before `opened` is called."""
        return self._state == CLOSED

    @property
    def undecodable(self) -> int:
        """Count of chunks on the line that were neither frame nor text."""
        return self._deframer.undecodable

    def opened(self, now_ms: int) -> None:
        """Begin to ask who is there: the port is open."""
        self._deframer.forget()
        self._ask(now_ms)

    def closed(self) -> None:
        """Stop: the port is gone, or is about to be closed."""
        self._state = CLOSED
        self.commands.give_up()

    def receive(self, data: bytes, now_ms: int) -> None:
        """Take what the board sent."""
        if self._state == CLOSED:
            return
        for frame in self._deframer.feed(data):
            self._heard_ms = now_ms
            try:
                self._take(frame, now_ms)
            except MalformedError:
                self.malformed += 1
        text = self._deframer.next_text()
        while text is not None:
            self._events.append(ConsoleText(text))
            text = self._deframer.next_text()
        if self._state == OPEN and self._deframer.at_prompt():
            self._ask(now_ms)  # its program has ended

    def to_send(self, now_ms: int) -> bytes:
        """Return the bytes to write to the board now."""
        if self._state == ASKING:
            return self._ask_again(now_ms)
        if self._state == CLOSED:
            return b""
        if now_ms - self._heard_ms >= SILENCE_MS:
            return self._lose("the board is silent")
        if self.commands.unanswered(now_ms):
            return self._lose("the board does not answer")
        if now_ms >= self._time_at_ms and not self.commands.busy:
            self._time_at_ms = now_ms + TIME_INTERVAL_MS
            return encode(TimeRequest(now_ms & _CLOCK_MASK)) + self.commands.frame_due(now_ms)
        return self.commands.frame_due(now_ms)

    def deadline_ms(self) -> int | None:
        """Return when to call `to_send` next although nothing happens, or None while closed."""
        if self._state == CLOSED:
            return None
        if self._state == ASKING:
            return min(self._ask_at_ms, self._ask_until_ms)
        command_ms = self.commands.deadline_ms()
        next_ms = self._time_at_ms if command_ms is None else command_ms
        return min(next_ms, self._heard_ms + SILENCE_MS)

    def next_event(self) -> "HostEndEvent | None":
        """Return what happened next, or None."""
        return self._events.pop(0) if self._events else None

    def host_ms(self, board_ms: int, now_ms: int) -> int:
        """Return the host's time of a moment that the board stamped, never later than now."""
        age_ms = (now_ms + self._clock_offset_ms - board_ms) & _CLOCK_MASK
        return now_ms if age_ms > _CLOCK_MASK // 2 else now_ms - age_ms

    def _ask(self, now_ms: int) -> None:
        self._state = ASKING
        self.commands.give_up()
        self._ask_at_ms = now_ms
        self._ask_until_ms = now_ms + HELLO_PATIENCE_MS

    def _ask_again(self, now_ms: int) -> bytes:
        if now_ms >= self._ask_until_ms:
            return self._lose("nobody says HELLO")
        if now_ms < self._ask_at_ms:
            return b""
        self._ask_at_ms = now_ms + HELLO_INTERVAL_MS
        if self._deframer.at_prompt():
            self._deframer.forget()
            return _START_PROGRAM
        return encode(HelloRequest(self._session))

    def _lose(self, reason: str) -> bytes:
        self.closed()
        self._events.append(Gone(reason))
        return b""

    def _take(self, frame: SerialFrame, now_ms: int) -> None:
        if frame.kind == Hello.KIND:
            self._greeted(Hello.unpack(frame.body), now_ms)
        elif self._state != OPEN:
            pass  # left over from before
        elif frame.kind == Time.KIND:
            self._measure_clock(Time.unpack(frame.body), now_ms)
        elif frame.kind == Log.KIND:
            self._events.append(Log.unpack(frame.body))
        else:
            is_answer = self.commands.answered(frame.sequence)
            self._events.append(Arrived(frame, is_answer))

    def _greeted(self, hello: Hello, now_ms: int) -> None:
        if hello.session != self._session:
            self._ask(now_ms)  # it has just booted, or answers a host that was here before
        elif self._state == ASKING:
            self._state = OPEN
            self._time_at_ms = now_ms
            self._clock_offset_ms = hello.board_ms - now_ms
            self._clock_set_ms = None
            self._events.append(Greeted(hello))

    def _measure_clock(self, time: Time, now_ms: int) -> None:
        round_trip_ms = (now_ms - time.host_ms) & _CLOCK_MASK
        is_old = self._clock_set_ms is None or now_ms - self._clock_set_ms >= _CLOCK_AGE_MS
        if is_old or round_trip_ms <= self._clock_round_trip_ms:
            self._clock_offset_ms = time.board_ms + round_trip_ms // 2 - now_ms
            self._clock_round_trip_ms = round_trip_ms
            self._clock_set_ms = now_ms
