"""What the rescuer does with the keys: screens, and intents for the application.

Pure. A short press goes to the next line, a long press selects, a double press goes back; holding
the button for two seconds begins an SOS on every screen. Draws nothing and sends nothing. Whatever
is not here at once - reports to fill in, lists, the inbox - is a page, in memory while it is open.
"""

from . import keypad
from .intents import (
    CANCEL_SOS,
    CLOSE_PHONE,
    DECLARE_SOS,
    HEAR_ALARM,
    OPEN_PHONE,
    SEND,
    SEND_POSITION,
    UPDATE_SOS,
    Intent,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from .lines import Line

    class Page(Protocol):
        """One screen or several that belong together."""

        ended: bool

        @property
        def title(self) -> str: ...
        def press(self, key: str) -> None: ...
        def lines(self, now_ms: int) -> "list[Line]": ...
        def next_intent(self) -> Intent | None: ...

    class Pages(Protocol):
        """Where pages come from."""

        def open(self, name: str, values: "dict[str, object]") -> Page: ...
        def close(self) -> None: ...


HOME = "home"
MENU = "menu"
PAGE = "page"
SOS_COUNTDOWN = "sos_countdown"
SOS = "sos"
SOS_CANCEL = "sos_cancel"
ALARM = "alarm"
PHONE = "phone"  # stays until a key closes it

# Names of pages: those of sheets are the types of report.
SITREP = "sitrep"
INBOX = "inbox"
LAST_REPORT = "last_report"

_POSITION = "position"
_BACK = "back"
MENU_LINES = (
    SITREP,
    INBOX,
    "message",
    "hazard",
    "worksite_triage",
    "needs",
    "medevac",
    "victim",
    "reports",
    _POSITION,
    "node",
    "language",
    PHONE,
    "power",
    _BACK,
)

SOS_COUNTDOWN_MS = 5000
IDLE_MS = 60_000  # then the screen goes home; what was entered stays

# What is asked again in the next report begins as it was.
REMEMBERED = ("team_status", "worksite")


class Form:
    """The state of the screens; `press` and `tick` in, `next_intent` out."""

    def __init__(self, pages: "Pages") -> None:
        self.screen = HOME
        self.cursor = 0
        self.page: Page | None = None
        self.sos_active = False
        self.unread = False  # letters: a double press reads them
        self.alarm_on = False
        self.alarm_sounds = False
        self._pages = pages
        self._page_name = ""
        self._kept: dict[str, dict[str, object]] = {}  # what was entered and not sent
        self._usual: dict[str, object] = {}
        self._countdown_ends_ms: int | None = None
        self._touched_ms = 0
        self._intents: list[Intent] = []

    def press(self, key: str, now_ms: int) -> None:
        """Take a key from the keypad."""
        self._touched_ms = now_ms
        if key == keypad.ARMED:
            return
        if key == keypad.HOLD:
            self._begin_sos(now_ms)
        elif self.screen == SOS_COUNTDOWN:
            self._countdown_ends_ms = None
            self._rest()
        elif self.alarm_sounds:  # the first key after an alarm, on whatever screen, means: heard
            self.alarm_sounds = False
            self._intents.append(Intent(HEAR_ALARM))
            self._go(ALARM)
        else:
            self._press(key)

    def tick(self, now_ms: int) -> None:
        """Let time pass: the SOS countdown ends, an abandoned screen goes home."""
        if self._countdown_ends_ms is not None:
            if now_ms >= self._countdown_ends_ms:
                self._countdown_ends_ms = None
                self.sos_active = True
                self._intents.append(Intent(DECLARE_SOS))
                self._go(SOS)
        elif self._wanders() and now_ms - self._touched_ms >= IDLE_MS:
            self._rest()

    def deadline_ms(self) -> int | None:
        """Return when to call `tick` next, or None."""
        if self._countdown_ends_ms is not None:
            return self._countdown_ends_ms
        return self._touched_ms + IDLE_MS if self._wanders() else None

    def countdown_s(self, now_ms: int) -> int:
        """Return the whole seconds until the SOS goes out."""
        if self._countdown_ends_ms is None:
            return 0
        return max(0, (self._countdown_ends_ms - now_ms + 999) // 1000)

    def next_intent(self) -> Intent | None:
        return self._intents.pop(0) if self._intents else None

    def at_rest(self) -> bool:
        """Say whether what is pressed unseen, and not by chance, does no harm."""
        return self.screen in (HOME, SOS, ALARM)

    # -- what comes from outside

    def resume_sos(self) -> None:
        """Show again an SOS that was active when the board restarted."""
        self.sos_active = True
        self._go(SOS)

    def begin(self) -> None:
        """Show what matters most, after a restart."""
        self._rest()

    def fail_sos(self) -> None:
        """Show that the SOS could not be declared: never claim to send what is not sent."""
        self.sos_active = False
        self._rest()

    def alarm(self, *, on: bool, sounds: bool) -> None:
        """Show an alarm over everything but a countdown, or that all alarms are over."""
        self.alarm_on, self.alarm_sounds = on, sounds
        if sounds and self.screen != SOS_COUNTDOWN:
            self._go(ALARM)
        elif self.screen == ALARM and not on and not sounds:
            self._rest()

    def leave_phone(self) -> None:
        """Leave the page for a phone, which has closed by itself."""
        if self.screen == PHONE:
            self._rest()

    # -- moving about

    def _wanders(self) -> bool:
        """Say whether this screen is left when nobody touches it."""
        if self.screen == HOME:
            return self.alarm_on or self.sos_active
        if self.screen == PHONE:
            return False
        return self.screen != ALARM if self.alarm_on else self.screen != SOS

    def _rest(self) -> None:
        """Go where the handset stays: what matters most is seen there."""
        if self.alarm_on or self.alarm_sounds:
            self._go(ALARM)
        else:
            self._go(SOS if self.sos_active else HOME)

    def _go(self, screen: str) -> None:
        self.screen = screen
        self.cursor = 0
        if screen != PAGE and self.page is not None:
            self.page = None
            self._pages.close()

    def _open(self, name: str) -> None:
        values = self._kept.setdefault(name, {})
        for field in REMEMBERED:
            if field in self._usual:
                values.setdefault(field, self._usual[field])
        self._go(PAGE)
        self._page_name = name
        self.page = self._pages.open(name, values)
        self._look_at_page()

    def _press(self, key: str) -> None:
        if self.screen == PAGE and self.page is not None:
            self.page.press(key)
            self._look_at_page()
        elif self.screen == HOME:
            self._home(key)
        elif self.screen == MENU:
            self._menu(key)
        elif self.screen == SOS:
            self._sos(key)
        elif self.screen == SOS_CANCEL:
            self._sos_cancel(key)
        elif self.screen == PHONE:
            self._intents.append(Intent(CLOSE_PHONE))
            self._rest()
        else:  # an alarm that was heard: whoever wants to do something is let
            self._go(SOS if self.sos_active else HOME)

    def _look_at_page(self) -> None:
        """Take what the page wants done, and leave it when it has ended."""
        page = self.page
        if page is None:
            return
        intent = page.next_intent()
        if intent is not None:
            self._intents.append(intent)
            if intent.action == SEND:
                self._sent(intent)
        if page.ended:
            self._go(SOS if self.sos_active else HOME)

    def _sent(self, intent: Intent) -> None:
        if intent.name != self._page_name:
            return  # the inbox answers by itself
        self._kept.pop(intent.name, None)
        for field in REMEMBERED:
            if field in intent.values:
                self._usual[field] = intent.values[field]
        if intent.name == SOS:
            intent.action = UPDATE_SOS

    # -- home and menu

    def _home(self, key: str) -> None:
        if key == keypad.LONG:
            self._open(SITREP)
        elif key == keypad.DOUBLE:
            self._open(INBOX if self.unread else LAST_REPORT)
        else:
            self._go(MENU)

    def _menu(self, key: str) -> None:
        if key in (keypad.SHORT, keypad.DOWN, keypad.UP):
            self.cursor = (self.cursor + (-1 if key == keypad.UP else 1)) % len(MENU_LINES)
            return
        line = MENU_LINES[self.cursor]
        if key == keypad.DOUBLE or line == _BACK:
            self._go(SOS if self.sos_active else HOME)
        elif line == _POSITION:
            self._intents.append(Intent(SEND_POSITION))
            self._go(SOS if self.sos_active else HOME)
        elif line == PHONE:
            self._intents.append(Intent(OPEN_PHONE))
            self._go(PHONE)
        else:
            self._open(line)

    # -- SOS

    def _begin_sos(self, now_ms: int) -> None:
        if self.sos_active:
            self._go(SOS)
        elif self._countdown_ends_ms is None:
            self._countdown_ends_ms = now_ms + SOS_COUNTDOWN_MS
            self._go(SOS_COUNTDOWN)

    def _sos(self, key: str) -> None:
        if key == keypad.LONG:
            self._go(SOS_CANCEL)
        elif key == keypad.DOUBLE:
            self._go(HOME)
        else:
            self._open(SOS)

    def _sos_cancel(self, key: str) -> None:
        if key != keypad.LONG:
            self._go(SOS)
            return
        self.sos_active = False
        self._kept.pop(SOS, None)
        self._intents.append(Intent(CANCEL_SOS))
        self._rest()
