"""Counts by name of what was refused, dropped or went wrong: nothing vanishes silently."""

COUNT_MAX = 0xFFFFFFFF
NAMES_MAX = 48  # names are our own and few; this bounds the memory all the same


class Counters:
    """Named counts since the board started."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def count(self, name: str, by: int = 1) -> None:
        if name in self._counts or len(self._counts) < NAMES_MAX:
            self._counts[name] = min(self._counts.get(name, 0) + by, COUNT_MAX)

    def put(self, name: str, count: int) -> None:
        """Set a count that somebody else keeps."""
        if name in self._counts or len(self._counts) < NAMES_MAX:
            self._counts[name] = min(count, COUNT_MAX)

    def of(self, name: str) -> int:
        return self._counts.get(name, 0)

    def total(self, prefix: str) -> int:
        """Return the sum of the counts whose names begin so."""
        return sum([self._counts[name] for name in self._counts if name.startswith(prefix)])

    def all(self) -> list[tuple[str, int]]:
        """Return every count in the order of the names."""
        return [(name, self._counts[name]) for name in sorted(self._counts)]
