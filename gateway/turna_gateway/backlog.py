"""How far the way out of a backlog is, and how long it will still take: by the rate of lately.

Pure: numbers and time in.  What waits for a moment, as on every day, is no backlog.
"""

from collections import deque
from dataclasses import dataclass

BEGINS_AT = 50
ENDS_BELOW = 10
# A rate is of this long at most, and of no less than this.
LATELY_MS, SHORTEST_MS = 120_000, 10_000
_SAMPLE_MS = 2_000


@dataclass(frozen=True, slots=True)
class Outlook:
    """`left_s` is None while there is no line, nothing was measured yet, or the backlog grows."""

    most: int
    done_pct: int
    per_minute: int
    left_s: int | None


class Backlog:
    """Watches how many reports wait."""

    def __init__(self) -> None:
        self._most = 0
        self._samples: deque[tuple[int, int]] = deque()  # at, waiting

    def note(self, waiting: int, now_ms: int, *, has_line: bool) -> None:
        """Take how many wait now, and whether they can leave."""
        if waiting < ENDS_BELOW:
            self._most = 0
        elif self._most or waiting >= BEGINS_AT:
            self._most = max(self._most, waiting)
        if not has_line:
            self._samples.clear()
            return
        if not self._samples or now_ms - self._samples[-1][0] >= _SAMPLE_MS:
            self._samples.append((now_ms, waiting))
        while now_ms - self._samples[0][0] > LATELY_MS:
            self._samples.popleft()

    def outlook(self) -> Outlook | None:
        """Return how it goes; None if there is no backlog."""
        if not self._most:
            return None
        per_ms, waiting = self._rate(), self._samples[-1][1] if self._samples else self._most
        return Outlook(
            most=self._most,
            done_pct=100 * (self._most - waiting) // self._most,
            per_minute=max(0, round(per_ms * 60_000)),
            left_s=round(waiting / per_ms / 1000) if per_ms > 0 else None,
        )

    def _rate(self) -> float:
        """Return by how many a millisecond they become fewer; 0 if that is not known."""
        if not self._samples:
            return 0.0
        (began_ms, before), (now_ms, waiting) = self._samples[0], self._samples[-1]
        took_ms = now_ms - began_ms
        return (before - waiting) / took_ms if took_ms >= SHORTEST_MS else 0.0
