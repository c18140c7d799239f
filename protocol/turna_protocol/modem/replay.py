"""What the modem has to tell, kept until the host acknowledged it, and its reading at the host.

A host that was away gets what the bounded ring still holds; what had to make room for newer
events is counted at both ends.
"""

from ..errors import MalformedError
from .framing import encode_frame
from .messages import UNSEQUENCED
from .radio_messages import Acknowledge, Event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .messages import Message

RING_LIMIT = 32
# Frames on their way without an acknowledgement: keeps a slow host's buffers small.
IN_FLIGHT_LIMIT = 4
FIRST_REPEAT_MS = 300
LAST_REPEAT_MS = 4800


class ReplayRing:
    """The modem's side: numbers events from 1 and hands out the frames that are due."""

    def __init__(self) -> None:
        self.dropped = 0
        self._held: list[tuple[int, int, bytes]] = []
        self._last_number = 0
        self._sent_through = 0
        self._repeat_ms = FIRST_REPEAT_MS
        self._repeat_at_ms: int | None = None

    def add(self, message: "Message") -> None:
        """Keep an event; the oldest makes room when the ring is full."""
        if len(self._held) == RING_LIMIT:
            self._held.pop(0)
            self.dropped += 1
        self._last_number += 1
        self._held.append((self._last_number, message.KIND, message.pack()))

    def acknowledged(self, number: int, now_ms: int) -> None:
        """Forget all events up to this number."""
        if number > self._last_number:
            return  # of an earlier boot
        before = len(self._held)
        while self._held and self._held[0][0] <= number:
            self._held.pop(0)
        if len(self._held) < before:
            self._repeat_ms = FIRST_REPEAT_MS
            self._repeat_at_ms = now_ms + self._repeat_ms
        if not self._held or self._sent_through < self._held[0][0]:
            self._repeat_at_ms = None

    def restart(self) -> None:
        """Send everything held once more: a host has come."""
        self._sent_through = 0
        self._repeat_ms = FIRST_REPEAT_MS
        self._repeat_at_ms = None

    def frames_due(self, now_ms: int) -> bytes:
        """Return the frames to send now, first ones and repeats."""
        if self._repeat_at_ms is not None and now_ms >= self._repeat_at_ms:
            self._sent_through = 0
            self._repeat_ms = min(2 * self._repeat_ms, LAST_REPEAT_MS)
        out = bytearray()
        for number, kind, body in self._held[:IN_FLIGHT_LIMIT]:
            if number > self._sent_through:
                event = Event(number, number - self._held[0][0])
                out.extend(encode_frame(kind, UNSEQUENCED, event.pack() + body))
                self._sent_through = number
        if out:
            self._repeat_at_ms = now_ms + self._repeat_ms
        return bytes(out)

    def deadline_ms(self, now_ms: int) -> int | None:
        """Return when `frames_due` next has something to say, or None."""
        unsent = [entry for entry in self._held[:IN_FLIGHT_LIMIT] if entry[0] > self._sent_through]
        return now_ms if unsent else self._repeat_at_ms


class ReplayReader:
    """The host's side: takes each event once, in order, and says what to acknowledge."""

    def __init__(self) -> None:
        self.lost = 0
        self._expected: int | None = None
        self._untaken: list[int] = []
        self._is_due = False

    def restart(self) -> None:
        """Begin anew: the modem has booted and counts from 1."""
        self._expected = None
        self._untaken = []

    def is_next(self, event: Event) -> bool:
        """Say whether this event is new and nothing before it is still to come."""
        if event.behind >= event.number:
            raise MalformedError("event number")
        oldest = event.number - event.behind
        if self._expected is None:
            self._expected = oldest
        elif oldest > self._expected:
            self.lost += oldest - self._expected
            self._expected = oldest
        self._is_due = True
        if event.number != self._expected:
            return False
        self._expected += 1
        return True

    def hold(self, number: int) -> None:
        """Do not acknowledge this event before `taken` says so."""
        self._untaken.append(number)

    def taken(self, number: int) -> None:
        """Acknowledge what was held up to this event."""
        self._untaken = [held for held in self._untaken if held > number]
        self._is_due = True

    def acknowledgement(self) -> Acknowledge | None:
        """Return what to tell the modem now, or None."""
        if not self._is_due or self._expected is None:
            return None
        self._is_due = False
        return Acknowledge(self._untaken[0] - 1 if self._untaken else self._expected - 1)
