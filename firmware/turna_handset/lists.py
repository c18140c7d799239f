"""The lists that the menu leads to: my reports, this handset, languages; one in memory at a time.

Pure. A short press goes to the next line, a long press selects, a double press goes back.
"""

from . import keypad
from .intents import SAVE_POWER, SPEAK, Intent
from .labels import own_names, text
from .languages import LANGUAGES
from .lines import Line, choice, duration, split
from .power import MODES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .display import ReportLine

    ReportAt = Callable[[int, int], ReportLine | None]


class _List:
    """A cursor on lines."""

    title = ""

    def __init__(self) -> None:
        self.ended = False
        self.cursor = 0

    def next_intent(self) -> Intent | None:
        return None

    def press(self, key: str) -> None:
        """Take a key."""
        if key in (keypad.SHORT, keypad.DOWN, keypad.UP):
            self.cursor = (self.cursor + (-1 if key == keypad.UP else 1)) % max(1, self._count())
        else:
            self._leave(key)

    def _leave(self, key: str) -> None:  # noqa: ARG002 - those that choose something look at it
        self.ended = True

    def _count(self) -> int:
        return 0


class Reports(_List):
    """The reports that people made, newest first, and each in full."""

    def __init__(
        self, count: "Callable[[], int]", report: "ReportAt", signs: str, *, open_first: bool
    ) -> None:
        super().__init__()
        self._reports = count
        self._report = report
        self._signs = signs
        self.opened = open_first and count() > 0

    @property
    def title(self) -> str:  # type: ignore[override]
        total = self._reports()
        if self.opened:
            return f"{self.cursor + 1}/{total}"
        return f"{text('reports.title')} {total}"

    def lines(self, now_ms: int) -> "list[Line]":
        """Return what stands below the header."""
        total = self._reports()
        if total == 0:
            return [Line(text("reports.none"))]
        if self.opened:
            return self._detail(self._report(self.cursor, now_ms))
        return choice(total, self.cursor, lambda place: self._row(self._report(place, now_ms)))

    def _count(self) -> int:
        return self._reports()

    def _leave(self, key: str) -> None:
        if self.opened:
            self.opened = False
        elif key == keypad.LONG and self._reports():
            self.opened = True
        else:
            self.ended = True

    def _row(self, entry: "ReportLine | None") -> str:
        if entry is None:
            return ""
        age = "" if entry.age_s is None else duration(entry.age_s)
        return split(self._head(entry), age)

    def _head(self, entry: "ReportLine") -> str:
        name = text(f"type.{entry.type_name}")
        return f"{self._signs[entry.state]} {name} #{entry.seq}"

    def _detail(self, entry: "ReportLine | None") -> "list[Line]":
        if entry is None:
            return [Line(text("reports.none"))]
        saved_at = entry.saved_at or "--:--"
        saved = f"{text('report.saved')} {saved_at}"
        return [
            Line(self._head(entry)),
            Line(text(f"state.{entry.state}")),
            Line(split(saved, f"{text('report.tries')} {entry.attempts}x")),
            Line(text("report.back")),
        ]


class Node(_List):
    """What the handset says of itself."""

    def __init__(self, rows: "Callable[[int], tuple[str, ...]]") -> None:
        super().__init__()
        self.title = text("node.title")
        self._rows = rows
        self._shown: tuple[str, ...] = ("",)

    def lines(self, now_ms: int) -> "list[Line]":
        """Return what stands below the header."""
        self._shown = self._rows(now_ms)
        return choice(len(self._shown), self.cursor, lambda place: self._shown[place])

    def _count(self) -> int:
        return len(self._shown)


class Languages(_List):
    """What the handset can speak."""

    def __init__(self) -> None:
        super().__init__()
        self.title = text("language.title")
        self._intent: Intent | None = None

    def next_intent(self) -> Intent | None:
        return self._intent

    def lines(self, now_ms: int) -> "list[Line]":  # noqa: ARG002
        """Return what stands below the header."""
        names = own_names()
        return choice(len(names), self.cursor, lambda place: names[place])

    def _count(self) -> int:
        return len(LANGUAGES)

    def _leave(self, key: str) -> None:
        self.ended = True
        if key == keypad.LONG:
            self._intent = Intent(SPEAK, LANGUAGES[self.cursor][0])


class PowerModes(_List):
    """The ways of saving power."""

    def __init__(self) -> None:
        super().__init__()
        self.title = text("power.title")
        self._intent: Intent | None = None

    def next_intent(self) -> Intent | None:
        return self._intent

    def lines(self, now_ms: int) -> "list[Line]":  # noqa: ARG002
        """Return what stands below the header."""
        return choice(len(MODES), self.cursor, lambda place: text(f"power.{MODES[place]}"))

    def _count(self) -> int:
        return len(MODES)

    def _leave(self, key: str) -> None:
        self.ended = True
        if key == keypad.LONG:
            self._intent = Intent(SAVE_POWER, MODES[self.cursor])
