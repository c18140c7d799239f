"""Milliseconds since the board started, that do not wrap; ticks do, after 12 days."""

import time


class Uptime:
    """Call it at least once in six days; the application does many times a second."""

    def __init__(self) -> None:
        self._last = time.ticks_ms()
        self._ms = 0

    def ms(self) -> int:
        """Return the time since the start."""
        ticks = time.ticks_ms()
        self._ms += time.ticks_diff(ticks, self._last)
        self._last = ticks
        return self._ms

    def of(self, ticks_ms: int) -> int:
        """Return the uptime at a moment that was noted in ticks, not long ago."""
        return self.ms() - time.ticks_diff(self._last, ticks_ms)
