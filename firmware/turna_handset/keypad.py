"""Turns button edges into keys: a press, a long press, a double press, a hold, up and down.

Pure: holds neither pins nor a clock. One button ("user") gives every key a form needs; "up" and
"down" are there on boards that have them. A long press counts when the button is let go, so that
holding on for SOS never selects anything on the way.
"""

SHORT = "short"
LONG = "long"
DOUBLE = "double"
HOLD = "hold"
UP = "up"
DOWN = "down"
ARMED = "armed"  # held long enough to select: a click tells the gloved hand

USER_BUTTON = "user"

DEBOUNCE_MS = 25
DOUBLE_WITHIN_MS = 350  # between letting go and pressing again; gloves are slow
LONG_AFTER_MS = 600
HOLD_AFTER_MS = 2000  # SOS is held for two seconds, so that no fall declares one

MAX_WAITING_KEYS = 8  # a form that is further behind than this has stopped listening


class Keypad:
    """Recognises the gestures of one user button and two optional direction buttons."""

    def __init__(self) -> None:
        self._contacts: dict[str, Contact] = {}
        self._pressed_ms: int | None = None  # the user button is down since
        self._let_go_ms: int | None = None  # a short press that may become a double one
        self._second = False  # the press under way is the second of a double
        self._armed = False
        self._held = False
        self._keys: list[str] = []
        self.keys_dropped = 0

    def edge(self, button: str, pressed: bool, now_ms: int) -> None:
        """Take a change of a button's level."""
        self.tick(now_ms)
        self._contacts.setdefault(button, Contact()).edge(pressed, now_ms)

    def tick(self, now_ms: int) -> None:
        """Let time pass: contacts settle, short presses ripen, holds begin."""
        for button, contact in self._contacts.items():
            if contact.settle(now_ms):
                self._settled(button, contact.pressed, contact.changed_ms)
        user = self._contacts.get(USER_BUTTON)
        if user is None or user.deadline_ms() is None:  # an edge that still bounces goes first
            self._ripen(now_ms)

    def deadline_ms(self) -> int | None:
        """Return when to call `tick` next, or None while nothing is under way."""
        settling = [contact.deadline_ms() for contact in self._contacts.values()]
        due = [deadline for deadline in settling if deadline is not None]
        gesture_ms = self._gesture_deadline_ms()
        if not due:
            return gesture_ms
        return min(due)  # the gesture waits for the contact to settle

    @property
    def at_rest(self) -> bool:
        """Tell whether nothing is pressed, bouncing, or waiting to become a double press."""
        if self._pressed_ms is not None or self._let_go_ms is not None:
            return False
        return not any(contact.busy for contact in self._contacts.values())

    def next_key(self) -> str | None:
        return self._keys.pop(0) if self._keys else None

    def _settled(self, button: str, pressed: bool, at_ms: int) -> None:
        self._ripen(at_ms)
        if button != USER_BUTTON:
            if pressed:
                self._emit(button)
        elif pressed:
            self._second = self._let_go_ms is not None
            self._pressed_ms, self._let_go_ms = at_ms, None
            self._armed = self._held = False
        elif self._pressed_ms is not None:
            self._let_go(at_ms)

    def _let_go(self, at_ms: int) -> None:
        self._pressed_ms = None
        if self._held:
            return
        if self._armed:
            self._emit(LONG)
        elif self._second:
            self._emit(DOUBLE)
        else:
            self._let_go_ms = at_ms

    def _ripen(self, now_ms: int) -> None:
        if self._let_go_ms is not None and now_ms - self._let_go_ms >= DOUBLE_WITHIN_MS:
            self._let_go_ms = None
            self._emit(SHORT)
        if self._pressed_ms is None:
            return
        if not self._armed and now_ms - self._pressed_ms >= LONG_AFTER_MS:
            self._armed = True
            self._emit(ARMED)
        if not self._held and now_ms - self._pressed_ms >= HOLD_AFTER_MS:
            self._held = True
            self._emit(HOLD)

    def _gesture_deadline_ms(self) -> int | None:
        if self._pressed_ms is None:
            return None if self._let_go_ms is None else self._let_go_ms + DOUBLE_WITHIN_MS
        if not self._armed:
            return self._pressed_ms + LONG_AFTER_MS
        return None if self._held else self._pressed_ms + HOLD_AFTER_MS

    def _emit(self, key: str) -> None:
        if len(self._keys) >= MAX_WAITING_KEYS:
            self.keys_dropped += 1
            return
        self._keys.append(key)


class Contact:
    """One switch that bounces: its level counts once it has been steady for DEBOUNCE_MS."""

    def __init__(self) -> None:
        self.pressed = False
        self.changed_ms = 0
        self._level = False

    def edge(self, pressed: bool, now_ms: int) -> None:
        if pressed != self._level:
            self._level = pressed
            self.changed_ms = now_ms

    def settle(self, now_ms: int) -> bool:
        """Return whether the settled level has changed."""
        if self._level == self.pressed or now_ms - self.changed_ms < DEBOUNCE_MS:
            return False
        self.pressed = self._level
        return True

    @property
    def busy(self) -> bool:
        """Tell whether it is pressed or bounces."""
        return self.pressed or self._level

    def deadline_ms(self) -> int | None:
        return None if self._level == self.pressed else self.changed_ms + DEBOUNCE_MS
