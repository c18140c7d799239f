"""The inbox: orders and texts, newest first, each in full, and what a team answers to them.

Pure. Opening a letter says that a person has seen it; a task goes on by its states, a text is
answered by a phrase, a roll call by how the team is.
"""

from turna_protocol import report_codes

from . import keypad
from . import letter as letters
from .font import ENVELOPE, SIGNS
from .intents import MARK, SEND, Intent
from .labels import text
from .lines import BODY_LINES, Line, choice, duration, split
from .sheets import phrases

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .inbox import Inbox
    from .letter import Letter

    Read = Callable[[Letter, bytes | None], list[str]]
    TimeS = Callable[[int], int | None]

LIST = 0
TEXT = 1
ANSWERS = 2
REASONS = 3

_SEEN = report_codes.STATUSES.index("seen")
_REFUSED = report_codes.STATUSES.index("refused")
_FAILED = report_codes.STATUSES.index("failed")
# What a team says of a task: in the order of the work.
_TASK_ANSWERS = tuple(
    [
        report_codes.STATUSES.index(one)
        for one in ("accepted", "under_way", "done", "refused", "failed")
    ]
)
_RECEIVED = report_codes.PHRASES.index("received")
# The first answers to a text, and to a roll call.
_TO_A_TEXT = (1, 2, 4, 5)
_TO_A_ROLL_CALL = tuple(
    [
        report_codes.PHRASES.index(one)
        for one in ("all_safe", "member_injured", "need_relief", "received")
    ]
)
_DONE_SIGN, _REFUSED_SIGN = SIGNS[4], SIGNS[5]


class InboxPage:
    """A list of letters, and one of them open."""

    def __init__(self, inbox: "Inbox", read: "Read", time_s: "TimeS") -> None:
        self.ended = False
        self.at = LIST
        self.cursor = 0
        self._inbox = inbox
        self._read = read
        self._time_s = time_s
        self._open: Letter | None = None
        self._rows: list[str] = []
        self._status = 0  # of the task, while its reason is chosen
        self._intent: Intent | None = None

    @property
    def title(self) -> str:
        return text("inbox.title")

    def next_intent(self) -> Intent | None:
        intent, self._intent = self._intent, None
        return intent

    def press(self, key: str) -> None:
        """Take a key."""
        if key in (keypad.SHORT, keypad.DOWN, keypad.UP):
            self._move(-1 if key == keypad.UP else 1)
        elif self.at == LIST:
            self._press_list(key)
        elif key == keypad.DOUBLE:
            self._back()
        elif self.at == TEXT:
            self.at, self.cursor = ANSWERS, 0
        elif self._open is not None:
            self._answer(self._open)

    def lines(self, now_ms: int) -> "list[Line]":
        """Return what stands below the header."""
        if self.at == TEXT:
            return [Line(row) for row in self._rows[self.cursor : self.cursor + BODY_LINES]]
        if self.at == LIST and not len(self._inbox):
            return [Line(text("inbox.none"))]
        if self.at == LIST:
            return choice(len(self._inbox), self.cursor, lambda place: self._row(place, now_ms))
        answers = self._answers()
        return choice(len(answers), self.cursor, lambda place: self._answer_row(answers[place]))

    # -- moving about

    def _move(self, by: int) -> None:
        if self.at == TEXT:  # by a screen, less one row to find the place again
            step = BODY_LINES - 1
            pages = max(1, (len(self._rows) - 2) // step + 1)
            self.cursor = (self.cursor // step + by) % pages * step
            return
        count = len(self._inbox) if self.at == LIST else len(self._answers())
        self.cursor = (self.cursor + by) % max(1, count)

    def _press_list(self, key: str) -> None:
        letter = self._inbox.newest(self.cursor)
        if key == keypad.DOUBLE or letter is None:
            self.ended = True
            return
        self._open = letter
        self._rows = self._read(letter, self._inbox.content(letter.reference))
        self.at, self.cursor = TEXT, 0
        if letter.status == letters.NEW:
            self._intent = self._seen(letter)

    def _back(self) -> None:
        self.at = {REASONS: ANSWERS, ANSWERS: TEXT}.get(self.at, LIST)
        self.cursor = 0

    # -- what is said of a letter

    def _seen(self, letter: "Letter") -> Intent:
        """Return what the handset says by itself when a person opens a letter."""
        if letter.type_number == letters.TASK:
            return _task_status(letter, _SEEN, 0)
        if letter.says_by_itself():
            return _message(letter, _RECEIVED, letters.SEEN)
        return Intent(MARK, letter=letter.reference, status=letters.SEEN)

    def _answers(self) -> "tuple[int, ...]":
        if self.at == REASONS:
            return tuple(range(1, len(report_codes.REASONS)))
        letter = self._open
        if letter is None or letter.type_number == letters.TASK:
            return _TASK_ANSWERS
        return phrases(_TO_A_ROLL_CALL if letter.is_roll_call() else _TO_A_TEXT)

    def _answer(self, letter: "Letter") -> None:
        chosen = self._answers()[self.cursor]
        if self.at == REASONS:
            self._intent = _task_status(letter, self._status, chosen)
        elif letter.type_number != letters.TASK:
            self._intent = _message(letter, chosen, letters.ANSWERED)
        elif chosen in (_REFUSED, _FAILED):
            self._status, self.at, self.cursor = chosen, REASONS, 0
            return
        else:
            self._intent = _task_status(letter, chosen, 0)
        self.at, self.cursor = LIST, 0

    # -- rows

    def _row(self, place: int, now_ms: int) -> str:
        letter = self._inbox.newest(place)
        if letter is None:
            return ""
        time_s = self._time_s(now_ms)
        known = time_s is not None and letter.time_s > 0
        age = duration(max(0, (time_s or 0) - letter.time_s)) if known else ""
        return split(f"{_sign(letter)} {_title(letter)}", age)

    def _answer_row(self, code: int) -> str:
        if self.at == REASONS:
            return text(f"reason.{report_codes.REASONS[code]}")
        if self._open is not None and self._open.type_number == letters.TASK:
            return text(f"task_status.{report_codes.STATUSES[code]}")
        return text(f"phrase.{report_codes.PHRASES[code]}")


def _sign(letter: "Letter") -> str:
    """Return how far a letter has come, in one place."""
    if letter.status == letters.NEW:
        return ENVELOPE
    status = letter.status - letters.TASK_STATES
    if status in (_REFUSED, _FAILED):
        return _REFUSED_SIGN
    done = letter.status == letters.ANSWERED or status == _TASK_ANSWERS[2]
    return _DONE_SIGN if done else " "


def _title(letter: "Letter") -> str:
    if letter.type_number == letters.TASK:
        return text(f"task.{report_codes.TASKS[letter.code]}")
    if letter.phrase():
        return text(f"phrase.{report_codes.PHRASES[letter.phrase()]}")
    return text("inbox.text" if letter.type_number != letters.UNREADABLE else "inbox.unreadable")


def _task_status(letter: "Letter", status: int, reason: int) -> Intent:
    values: dict[str, object] = {"number": letter.task, "status": status, "reason": reason}
    return Intent(SEND, "task_status", values, letter.reference, letters.TASK_STATES + status)


def _message(letter: "Letter", phrase: int, status: int) -> Intent:
    values: dict[str, object] = {"phrase": phrase, "answers": letter.reference}
    return Intent(SEND, "message", values, letter.reference, status)
