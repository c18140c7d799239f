"""What time it is and how well that is known: nothing, a gateway's beacon, or GNSS.

Pure: counts on from the last time it was told, by milliseconds that the caller passes in.
"""

from turna_protocol import codes

TIME_MAX_S = 0xFFFFFFFF


class Clock:
    """A ladder: better sources replace worse ones, never the other way round."""

    def __init__(self, not_before_s: int) -> None:
        self.quality = codes.TIME_NONE
        self.refused = 0
        self._not_before_s = not_before_s  # the build, or the start of the mission: time goes on
        self._told_s = 0
        self._told_at_ms = 0

    def tell(self, time_s: int, quality: int, now_ms: int) -> None:
        """Take a time from a source of this quality; count it if it cannot be right."""
        if not self._not_before_s <= time_s <= TIME_MAX_S:
            self.refused += 1
        elif quality >= self.quality and quality != codes.TIME_NONE:
            self.quality, self._told_s, self._told_at_ms = quality, time_s, now_ms

    def now_s(self, now_ms: int) -> int | None:
        """Return unix seconds, or None while nobody has told the time."""
        if self.quality == codes.TIME_NONE:
            return None
        return self._told_s + (now_ms - self._told_at_ms) // 1000


def hours_minutes(time_s: int) -> str:
    """Return the time of day in UTC, as 14:05."""
    minutes = time_s // 60 % 1440
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
