"""What the rescuer does with the keys: screens, a draft report, and intents for the application.

Pure. A short press goes to the next line, a long press selects, a double press goes back; holding
the button for two seconds begins an SOS on every screen. Draws nothing and sends nothing.
"""

from turna_protocol import codes

from . import keypad
from .draft import (
    CASUALTY_FIELDS,
    COUNT_STEPS,
    QUANTITY_STEPS,
    Draft,
    step_down,
    step_up,
)
from .languages import LANGUAGES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

HOME = "home"
MENU = "menu"
STATUS = "status"
SUMMARY = "summary"
COUNT = "count"
HAZARDS = "hazards"
NEEDS = "needs"
QUANTITY = "quantity"
REPORTS = "reports"
REPORT = "report"
NODE = "node"
LANGUAGE = "language"
SOS_COUNTDOWN = "sos_countdown"
SOS = "sos"
SOS_CANCEL = "sos_cancel"

MENU_LINES = ("sitrep", "reports", "position", "node", "language", "back")
SUMMARY_LINES = ("send", "status", "casualties", "trapped", "rescued", "hazards", "needs")

SEND_SITREP = "send_sitrep"
SEND_POSITION = "send_position"
DECLARE_SOS = "declare_sos"
CANCEL_SOS = "cancel_sos"
SPEAK = "speak"

SOS_COUNTDOWN_MS = 5000
IDLE_MS = 60000  # then the screen goes home; the draft stays

# The status list begins with what a team at work says most: four of them are one press apart, so
# that long, up to three times short, long, long sends a report in six presses.
STATUS_ORDER_FIRST = ("on_site", "moving_to_task", "available", "resting")


class Intent:
    """What the rescuer decided; the application carries it out."""

    def __init__(self, action: str, draft: Draft | None = None, language: str = "") -> None:
        self.action = action
        self.draft = draft
        self.language = language


class Form:
    """The state of the screens; `press` and `tick` in, `next_intent` out."""

    def __init__(self, count_reports: "Callable[[], int]", node_lines: int) -> None:
        self.screen = HOME
        self.cursor = 0
        self.draft: Draft | None = None
        self.fields: tuple[str, ...] = ()  # counts still to be asked for; the first is on screen
        self.value: int | None = None  # on the COUNT and QUANTITY screens
        self.sos_active = False
        self.statuses = _status_order()
        self._last_status = self.statuses[0]
        self._need = 0
        self._count_reports = count_reports
        self._node_lines = node_lines
        self._countdown_ends_ms: int | None = None
        self._touched_ms = 0
        self._intents: list[Intent] = []
        self._pressed = {
            HOME: self._home,
            MENU: self._menu,
            STATUS: self._status,
            SUMMARY: self._summary,
            COUNT: self._count,
            HAZARDS: self._hazards,
            NEEDS: self._needs,
            QUANTITY: self._quantity,
            REPORTS: self._reports,
            REPORT: self._report,
            NODE: self._node,
            LANGUAGE: self._language,
            SOS: self._sos,
            SOS_CANCEL: self._sos_cancel,
        }

    def press(self, key: str, now_ms: int) -> None:
        """Take a key from the keypad."""
        self._touched_ms = now_ms
        if key == keypad.ARMED:
            return
        if key == keypad.HOLD:
            self._begin_sos(now_ms)
            return
        if self.screen == SOS_COUNTDOWN:
            self._countdown_ends_ms = None
            self._go(HOME)
            return
        self._pressed[self.screen](key)

    def tick(self, now_ms: int) -> None:
        """Let time pass: the SOS countdown ends, an abandoned screen goes home."""
        if self._countdown_ends_ms is not None:
            if now_ms >= self._countdown_ends_ms:
                self._countdown_ends_ms = None
                self.sos_active = True
                self._intend(DECLARE_SOS)
                self._go(SOS)
        elif self.screen not in (HOME, SOS) and now_ms - self._touched_ms >= IDLE_MS:
            self._go(HOME)

    def deadline_ms(self) -> int | None:
        """Return when to call `tick` next, or None."""
        if self._countdown_ends_ms is not None:
            return self._countdown_ends_ms
        return None if self.screen in (HOME, SOS) else self._touched_ms + IDLE_MS

    def countdown_s(self, now_ms: int) -> int:
        """Return the whole seconds until the SOS goes out."""
        if self._countdown_ends_ms is None:
            return 0
        return max(0, (self._countdown_ends_ms - now_ms + 999) // 1000)

    def next_intent(self) -> Intent | None:
        return self._intents.pop(0) if self._intents else None

    def resume_sos(self) -> None:
        """Show again an SOS that was active when the board restarted."""
        self.sos_active = True
        self._go(SOS)

    def fail_sos(self) -> None:
        """Show that the SOS could not be declared: never claim to send what is not sent."""
        self.sos_active = False
        self._go(HOME)

    def lines(self) -> int:
        """Return how many lines the cursor of this screen can be on."""
        if self.screen == MENU:
            return len(MENU_LINES)
        if self.screen == STATUS:
            return len(self.statuses)
        if self.screen == SUMMARY:
            return len(SUMMARY_LINES)
        if self.screen == HAZARDS:
            return 1 + len(codes.HAZARDS)
        if self.screen == NEEDS:
            return 1 + len(codes.NEED_ITEMS)
        if self.screen == NODE:
            return self._node_lines
        if self.screen == LANGUAGE:
            return len(LANGUAGES)
        return self._count_reports()

    # -- moving about

    def _go(self, screen: str, cursor: int = 0) -> None:
        self.screen = screen
        self.cursor = cursor

    def _move(self, key: str) -> bool:
        """Move the cursor if the key does so."""
        if key not in (keypad.SHORT, keypad.DOWN, keypad.UP):
            return False
        step = -1 if key == keypad.UP else 1
        self.cursor = (self.cursor + step) % max(1, self.lines())
        return True

    def _intend(self, action: str, draft: Draft | None = None) -> None:
        self._intents.append(Intent(action, draft))

    # -- SOS

    def _begin_sos(self, now_ms: int) -> None:
        if self.sos_active:
            self._go(SOS)
        elif self._countdown_ends_ms is None:
            self._countdown_ends_ms = now_ms + SOS_COUNTDOWN_MS
            self._go(SOS_COUNTDOWN)

    def _sos(self, key: str) -> None:
        self._go(SOS_CANCEL if key == keypad.LONG else HOME)

    def _sos_cancel(self, key: str) -> None:
        if key != keypad.LONG:
            self._go(SOS)
            return
        self.sos_active = False
        self._intend(CANCEL_SOS)
        self._go(HOME)

    # -- home and menu

    def _home(self, key: str) -> None:
        if key == keypad.LONG:
            self._begin_sitrep()
        elif key == keypad.DOUBLE:
            self._go(REPORT if self._count_reports() else REPORTS)
        else:
            self._go(MENU)

    def _menu(self, key: str) -> None:
        if self._move(key):
            return
        line = MENU_LINES[self.cursor]
        if key == keypad.DOUBLE or line == "back":
            self._go(HOME)
        elif line == "sitrep":
            self._begin_sitrep()
        elif line == "reports":
            self._go(REPORTS)
        elif line == "node":
            self._go(NODE)
        elif line == "language":
            self._go(LANGUAGE)
        else:
            self._intend(SEND_POSITION)
            self._go(HOME)

    def _node(self, key: str) -> None:
        if not self._move(key):
            self._go(HOME)

    def _language(self, key: str) -> None:
        if self._move(key):
            return
        if key == keypad.LONG:
            self._intents.append(Intent(SPEAK, language=LANGUAGES[self.cursor][0]))
        self._go(HOME)

    # -- reports

    def _reports(self, key: str) -> None:
        if self._move(key):
            return
        if key == keypad.LONG and self.cursor < self._count_reports():
            self._go(REPORT, self.cursor)
        else:
            self._go(HOME)

    def _report(self, key: str) -> None:
        if not self._move(key):
            self._go(REPORTS, self.cursor)

    # -- the situation report

    def _begin_sitrep(self) -> None:
        if self.draft is None:
            self.draft = Draft(self._last_status)
        self._go(STATUS, self.statuses.index(self.draft.team_status))

    def _status(self, key: str) -> None:
        if self._move(key) or self.draft is None:
            return
        if key == keypad.LONG:
            self.draft.team_status = self.statuses[self.cursor]
            self._go(SUMMARY)
        else:
            self._go(HOME)

    def _summary(self, key: str) -> None:
        if self._move(key) or self.draft is None:
            return
        if key == keypad.DOUBLE:
            self._go(STATUS, self.statuses.index(self.draft.team_status))
            return
        line = SUMMARY_LINES[self.cursor]
        if line == "send":
            self._send()
        elif line == "status":
            self._go(STATUS, self.statuses.index(self.draft.team_status))
        elif line == "hazards":
            self._go(HAZARDS)
        elif line == "needs":
            self._go(NEEDS)
        else:
            self._ask(CASUALTY_FIELDS if line == "casualties" else (line,))

    def _send(self) -> None:
        draft = self.draft
        if draft is not None:
            self._last_status = draft.team_status
            self.draft = None
            self._intend(SEND_SITREP, draft)
        self._go(HOME)

    def _ask(self, fields: tuple[str, ...]) -> None:
        if self.draft is not None and fields:
            self.fields = fields
            self.value = self.draft.count(fields[0])
            self._go(COUNT, self.cursor)
        else:
            self._go(SUMMARY, self.cursor)

    def _count(self, key: str) -> None:
        if key == keypad.LONG and self.draft is not None:
            self.draft.set_count(self.fields[0], self.value)
            self._ask(self.fields[1:])
        elif key == keypad.DOUBLE:
            self._go(SUMMARY, self.cursor)
        else:
            self.value = _stepped(key, self.value, COUNT_STEPS)

    def _hazards(self, key: str) -> None:
        if self._move(key) or self.draft is None:
            return
        if key == keypad.LONG and self.cursor > 0:
            self.draft.toggle_hazard(self.cursor - 1)
        else:
            self._go(SUMMARY, SUMMARY_LINES.index("hazards"))

    def _needs(self, key: str) -> None:
        if self._move(key) or self.draft is None:
            return
        if key == keypad.LONG and self.cursor > 0:
            self._need = self.cursor - 1
            self.value = self.draft.needs.get(self._need, QUANTITY_STEPS[0])
            self._go(QUANTITY, self.cursor)
        else:
            self._go(SUMMARY, SUMMARY_LINES.index("needs"))

    def _quantity(self, key: str) -> None:
        if key == keypad.LONG and self.draft is not None:
            self.draft.set_need(self._need, self.value)
            self._go(NEEDS, self.cursor)
        elif key == keypad.DOUBLE:
            self._go(NEEDS, self.cursor)
        else:
            self.value = _stepped(key, self.value, QUANTITY_STEPS)


def _stepped(key: str, value: int | None, steps: tuple[int, ...]) -> int | None:
    return step_down(value, steps) if key == keypad.DOWN else step_up(value, steps)


def _status_order() -> tuple[int, ...]:
    first = [codes.TEAM_STATUSES.index(name) for name in STATUS_ORDER_FIRST]
    rest = [status for status in range(len(codes.TEAM_STATUSES)) if status not in first]
    return tuple(first + rest)
