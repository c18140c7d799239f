"""How often somebody may try a password; time is an argument.

A name at one address is stopped first, so that nobody locks an officer out from somewhere else; an
address that tries many names next; a name that many addresses try last.
"""

from collections import OrderedDict

_WINDOW_S = 900
_LIMITS = {"pair": 5, "address": 20, "name": 100}
# Beyond this the ones that failed longest ago are forgotten.
_KNOWN_MOST = 10_000


class Throttle:
    """Counts failures of the last quarter of an hour."""

    def __init__(self) -> None:
        self._failed_s: OrderedDict[tuple[str, str, str], list[float]] = OrderedDict()

    def wait_s(self, name: str, address: str, now_s: float) -> float:
        """Return how long this one has to wait; 0: not at all."""
        waits = [
            times[-_LIMITS[key[0]]] + _WINDOW_S - now_s
            for key in _keys(name, address)
            if len(times := self._failed_s.get(key, [])) >= _LIMITS[key[0]]
        ]
        return max(0.0, *waits, 0.0)

    def failed(self, name: str, address: str, now_s: float) -> None:
        for key in _keys(name, address):
            times = self._failed_s.setdefault(key, [])
            times.append(now_s)
            del times[: -_LIMITS[key[0]]]
            self._failed_s.move_to_end(key)
        while len(self._failed_s) > _KNOWN_MOST:
            self._failed_s.popitem(last=False)

    def succeeded(self, name: str, address: str) -> None:
        self._failed_s.pop(("pair", name, address), None)


def _keys(name: str, address: str) -> tuple[tuple[str, str, str], ...]:
    return ("pair", name, address), ("address", "", address), ("name", name, "")
