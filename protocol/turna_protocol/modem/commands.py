"""The host's commands, one at a time: each is repeated until its answer comes, or given up.

The board's input ring holds one frame, so that the next command waits for the answer to the last.
"""

from ..errors import MisuseError
from .messages import MAX_SEQUENCE, encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .messages import Message

# A board answers within milliseconds, but stalls for a flash erase or a garbage collection.
REPEAT_AFTER_MS = (150, 300, 600, 1200, 2400, 4800)


class CommandWindow:
    """Numbers commands and says what to write when."""

    def __init__(self) -> None:
        self.repeats = 0
        self._sequence = 0
        self._frame = b""
        self._writes = 0
        self._next_at_ms = 0

    @property
    def busy(self) -> bool:
        """Say whether a command waits for its answer."""
        return bool(self._frame)

    def start(self, message: "Message", now_ms: int) -> None:
        """Begin a command; the one before must have been answered or given up."""
        if self.busy:
            raise MisuseError("a command is under way")
        self._sequence = self._sequence % MAX_SEQUENCE + 1
        self._frame = encode(message, self._sequence)
        self._writes = 0
        self._next_at_ms = now_ms

    def frame_due(self, now_ms: int) -> bytes:
        """Return the frame if it is to be written now, else nothing."""
        if not self.busy or now_ms < self._next_at_ms or self._writes == len(REPEAT_AFTER_MS):
            return b""
        self._next_at_ms = now_ms + REPEAT_AFTER_MS[self._writes]
        self.repeats += self._writes > 0
        self._writes += 1
        return self._frame

    def unanswered(self, now_ms: int) -> bool:
        """Say whether the last repeat has had its time, too."""
        return self.busy and now_ms >= self._next_at_ms and self._writes == len(REPEAT_AFTER_MS)

    def answered(self, sequence: int) -> bool:
        """Say whether this is the answer that the command waited for, and end the wait."""
        if not self.busy or sequence != self._sequence:
            return False
        self._frame = b""
        return True

    def give_up(self) -> None:
        """Forget the command under way."""
        self._frame = b""

    def deadline_ms(self) -> int | None:
        """Return when to look at the window again, or None while idle."""
        return self._next_at_ms if self.busy else None
