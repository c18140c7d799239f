"""Sounds and lights as patterns of on and off: news of a report, SOS, a click under the glove.

Pure: says whether buzzer and LED are on at a moment, and when to ask again.
"""

from turna_protocol import delivery

_DOT, _DASH, _GAP, _LETTER = 120, 360, 120, 360  # Morse at ten words a minute
_S = (_DOT, _GAP, _DOT, _GAP, _DOT, _LETTER)
_O = (_DASH, _GAP, _DASH, _GAP, _DASH, _LETTER)

# Milliseconds on, off, on, ...; a pattern ends off.
CLICK = (30, 0)
REFUSAL = (400, 100, 400, 0)
SOS_SENDING = _S + _O + _S[:-1] + (1500,)
SOS_HELD = (60, 4000)
COUNTDOWN = (80, 920)
LETTER = (200, 100, 200, 0)
# INSARAG Guidelines, marking and signalling: evacuate, three short of a second each, repeated until
# the site is cleared; cease work, one long of three; resume, one long and one short.
_SHORT, _LONG, _PAUSE, _REST = 1000, 3000, 1000, 3000
EVACUATE = (_SHORT, _PAUSE, _SHORT, _PAUSE, _SHORT, _REST)
CEASE_WORK = (_LONG, _REST)
RESUME = (_LONG, _PAUSE, _SHORT, 0)
ALARMS = (EVACUATE, CEASE_WORK, RESUME)  # by the codes of alerts
# The light alone, while the screen is dark: something waits for a gateway, or for a person.
WAITING_LIGHT = (30, 9970)
UNREAD_LIGHT = (30, 300, 30, 4640)
# The further a report has come, the more often it sounds; a refusal is long.
NEWS = {
    delivery.AT_GATEWAY: (60, 0),
    delivery.AT_SECRETARIAT: (60, 100, 60, 0),
    delivery.READ: (60, 100, 60, 100, 60, 0),
    delivery.ACTED: (60, 100, 60, 100, 60, 100, 300, 0),
    delivery.REFUSED: (400, 100, 400, 0),
    delivery.FALSE_ALARM: (400, 100, 400, 100, 60, 0),
}


class Signal:
    """One pattern at a time; a repeated one goes on until it is stopped."""

    def __init__(self) -> None:
        self._pattern: tuple[int, ...] = ()
        self._began_ms = 0
        self._repeats = False

    def play(self, pattern: tuple[int, ...], now_ms: int) -> None:
        """Sound a pattern once, unless a repeated one is going on."""
        if not self._repeats:  # an alarm or an SOS says more than any news
            self._pattern, self._began_ms = pattern, now_ms

    def repeat(self, pattern: tuple[int, ...], now_ms: int) -> None:
        """Sound a pattern again and again."""
        if not (self._repeats and self._pattern == pattern):
            self._pattern, self._began_ms, self._repeats = pattern, now_ms, True

    def stop(self) -> None:
        """End a repeated pattern; one that sounds once runs out by itself."""
        if self._repeats:
            self._pattern, self._repeats = (), False

    def is_on(self, now_ms: int) -> bool:
        return self._step(now_ms)[0]

    def deadline_ms(self, now_ms: int) -> int | None:
        """Return when the level changes next, or None while silent."""
        return self._step(now_ms)[1]

    def _step(self, now_ms: int) -> tuple[bool, int | None]:
        length_ms = sum(self._pattern)
        into_ms = now_ms - self._began_ms
        if length_ms == 0 or (into_ms >= length_ms and not self._repeats):
            return False, None
        into_ms %= length_ms
        end_ms = now_ms - into_ms
        for number, part_ms in enumerate(self._pattern):
            end_ms += part_ms
            if now_ms < end_ms:
                return number % 2 == 0, end_ms
        return False, None
