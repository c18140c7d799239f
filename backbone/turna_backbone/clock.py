"""Time as a dependency: the real clock, a paced one for exercises, a stepped one for scenarios.

`now_ms` never goes back and measures delays; `unix_s` is what a report or a page shows.  No
decision about delivery may depend on `unix_s`: the clock of a field gateway may be wrong or jump.
"""

import time
from typing import Protocol


class Clock(Protocol):
    """Where a process takes its time from."""

    def now_ms(self) -> int:
        """Return milliseconds since some fixed moment; never goes back."""
        ...

    def unix_s(self) -> int:
        """Return the time of day as Unix seconds, as good as this machine knows it."""
        ...

    def unix_ms(self) -> int:
        """Return the same time of day in milliseconds."""
        ...

    def wall_s(self, duration_ms: int) -> float:
        """Return for how many real seconds to wait while `duration_ms` pass on this clock."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000

    def unix_s(self) -> int:
        return int(time.time())

    def unix_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def wall_s(self, duration_ms: int) -> float:
        return max(0, duration_ms) / 1000


class PacedClock:
    """Simulated time that runs `speed` times as fast as the wall clock.

    It started at `epoch_s` when `time.monotonic()` was `started_monotonic`.  Linux gives all
    processes the same monotonic clock, so every process that is handed the same three numbers
    reads the same simulated time.
    """

    def __init__(self, *, epoch_s: int, speed: float, started_monotonic: float) -> None:
        if speed <= 0:
            raise ValueError(f"speed must be above 0, got {speed}")
        self._epoch_s = epoch_s
        self._speed = speed
        self._started_monotonic = started_monotonic

    def now_ms(self) -> int:
        return int((time.monotonic() - self._started_monotonic) * self._speed * 1000)

    def unix_s(self) -> int:
        return self._epoch_s + self.now_ms() // 1000

    def unix_ms(self) -> int:
        return self._epoch_s * 1000 + self.now_ms()

    def wall_s(self, duration_ms: int) -> float:
        return max(0, duration_ms) / 1000 / self._speed


class SteppedClock:
    """Time that moves only when told: for scenarios in virtual time and for tests."""

    def __init__(self, *, epoch_s: int, now_ms: int = 0) -> None:
        self._epoch_s = epoch_s
        self._now_ms = now_ms

    def now_ms(self) -> int:
        return self._now_ms

    def unix_s(self) -> int:
        return self._epoch_s + self._now_ms // 1000

    def unix_ms(self) -> int:
        return self._epoch_s * 1000 + self._now_ms

    def wall_s(self, duration_ms: int) -> float:
        del duration_ms
        return 0.0

    def advance_to(self, now_ms: int) -> None:
        """Move on to `now_ms`; a moment already passed changes nothing."""
        self._now_ms = max(self._now_ms, now_ms)

    def advance(self, duration_ms: int) -> None:
        self._now_ms += duration_ms
