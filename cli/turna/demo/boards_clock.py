"""What time it was on the virtual boards at a moment of the other programs.

Both run by the wall's clock; when the machine is too busy the boards fall behind.  A time that
began on a board and ended in the archive is measured on the boards' clock, or it would tell of the
machine.
"""

from bisect import bisect_left

_WORTH_NOTING_MS = 50  # a change of how far behind the boards are


class BoardsClock:
    """Remembers pairs of times, in simulated milliseconds since the start; interpolates between."""

    def __init__(self) -> None:
        self._paced_ms = [0]
        self._boards_ms = [0]
        self._latest = (0, 0)

    def note(self, paced_ms: int, boards_ms: int) -> None:
        """Remember that at `paced_ms` of the other programs it was `boards_ms` on the boards."""
        behind_ms = self._paced_ms[-1] - self._boards_ms[-1]
        if abs(paced_ms - boards_ms - behind_ms) >= _WORTH_NOTING_MS:
            self._keep(self._latest)
            self._keep((paced_ms, boards_ms))
        self._latest = (paced_ms, boards_ms)

    def at(self, paced_ms: int) -> int:
        """Return the boards' time at a moment of the other programs."""
        after = bisect_left(self._paced_ms, paced_ms)
        if after == 0:
            return paced_ms
        if after == len(self._paced_ms):
            return self._boards_ms[-1] + paced_ms - self._paced_ms[-1]
        span_ms = self._paced_ms[after] - self._paced_ms[after - 1]
        passed_ms = self._boards_ms[after] - self._boards_ms[after - 1]
        since_ms = paced_ms - self._paced_ms[after - 1]
        return self._boards_ms[after - 1] + since_ms * passed_ms // span_ms

    def _keep(self, pair: tuple[int, int]) -> None:
        if pair[0] > self._paced_ms[-1]:
            self._paced_ms.append(pair[0])
            self._boards_ms.append(pair[1])
