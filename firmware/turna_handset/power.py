"""How a handset saves power: what each mode lets processor, screen and GNSS receiver do, and when.

    mode     between two things to do   radio                          a downlink comes
    live     all is on                  receives                       at once
    listen   the processor naps         receives; in turns with sleep  at once
                                        where preambles are long
    saver    the processor naps         sleeps but for beacons         with the next beacon: within
                                        and answers                    a minute or so
    poll     the processor naps         sleeps but for answers         after the next report
    off      sleeps until the button    sleeps                         never

Pure: the caller says what time it is and what goes on.  The radio's part is in `listening.py`.
"""

LIVE = "live"
LISTEN = "listen"
SAVER = "saver"
POLL = "poll"
OFF = "off"
MODES = (LIVE, LISTEN, SAVER, POLL, OFF)

LIT_MS = 10_000  # after the last key
NEWS_LIT_MS = 5_000  # after news of a report, which also sounds
# So long after power-on a host finds the handset awake, whatever its mode: `mpremote`, `turna`.
AWAKE_AFTER_START_MS = 20_000
# Falling asleep and waking takes about a millisecond (ESP-IDF, sleep modes).
NAP_MIN_MS = 5
# The watchdog bites after 30 s, and a task that checks in every 5 s may be silent for 20 s.
NAP_MAX_MS = 12_000
# What is not urgent may come so late: several tasks then share one waking.
LIT_SLACK_MS = 2_000  # ages on the screen count in seconds, at first
DARK_SLACK_MS = NAP_MAX_MS


class Power:
    """The mode, and until when the screen is lit."""

    def __init__(self, mode: str, now_ms: int) -> None:
        self.mode = mode
        self.sos = False  # somebody needs help: nothing is saved until the Secretariat knows
        self._awake_until_ms = now_ms + AWAKE_AFTER_START_MS
        self.lit_until_ms = now_ms + LIT_MS

    @property
    def live(self) -> bool:
        return self.mode == LIVE or self.sos

    def light(self, now_ms: int, for_ms: int = LIT_MS) -> bool:
        """Light the screen for so long at least; return whether it was dark."""
        was_dark = not self.lit(now_ms)
        self.lit_until_ms = max(self.lit_until_ms, now_ms + for_ms)
        return was_dark

    def lit(self, now_ms: int) -> bool:
        """Tell whether the screen is to be lit."""
        return self.live or now_ms < self.lit_until_ms

    def nap_ms(self, idle_ms: int, now_ms: int, urgent_ms: "int | None") -> int:
        """Return for how long to nap, 0 for not at all.

        Nothing is due for `idle_ms` (negative: for ever), and nothing urgent before `urgent_ms`.
        """
        if self.live or now_ms < self._awake_until_ms:
            return 0
        slack_ms = LIT_SLACK_MS if self.lit(now_ms) else DARK_SLACK_MS
        if urgent_ms is not None:
            slack_ms = min(slack_ms, urgent_ms - now_ms)
        nap_ms = NAP_MAX_MS if idle_ms < 0 else min(max(idle_ms, slack_ms), NAP_MAX_MS)
        return nap_ms if nap_ms >= NAP_MIN_MS else 0


class FixRhythm:
    """When the GNSS receiver is on: always in live mode, else until it has a fix, now and then."""

    SEARCH_MAX_MS = 90_000  # in the open a cold start takes half of it; under rubble no time helps
    # The receiver is on its own for so long: it has nothing to say before (a hot start takes 1 s).
    SILENT_MS = 4_000

    def __init__(self, interval_s: int, now_ms: int) -> None:
        self._interval_ms = interval_s * 1000
        self._on_since_ms: int | None = now_ms
        self._due_ms = now_ms

    def on(self, now_ms: int, *, live: bool, fed: bool = False) -> bool:
        """Tell whether the receiver is to be on; `fed`: it draws its current anyway just now."""
        due_ms = self._due_ms - (self._interval_ms // 2 if fed else 0)
        if self._on_since_ms is None and (live or now_ms >= due_ms):
            self._on_since_ms = now_ms
        searched_ms = 0 if self._on_since_ms is None else now_ms - self._on_since_ms
        if not live and searched_ms >= self.SEARCH_MAX_MS:
            self._rest(now_ms)
        return self._on_since_ms is not None

    def fixed(self, now_ms: int, *, live: bool) -> None:
        """Note a fix: until the next one is due, the receiver may rest."""
        if not live:
            self._rest(now_ms)

    def hears(self, now_ms: int) -> bool:
        """Tell whether somebody has to be awake to hear the receiver."""
        return self._on_since_ms is not None and now_ms - self._on_since_ms >= self.SILENT_MS

    def deadline_ms(self) -> int:
        """Return when something changes next."""
        if self._on_since_ms is None:
            return self._due_ms
        return self._on_since_ms + self.SILENT_MS

    def _rest(self, now_ms: int) -> None:
        started_ms = now_ms if self._on_since_ms is None else self._on_since_ms
        self._on_since_ms = None
        self._due_ms = max(started_ms + self._interval_ms, now_ms)
