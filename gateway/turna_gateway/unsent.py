"""Which reports of a lane were not sent yet, as ranges of their numbers in the store.

A million waiting reports take a few integers here.
"""

from collections.abc import Sequence

from turna_gateway.store import NO_END, Store, StoredReport


class Unsent:
    """Gives out a lane's reports, each once: the oldest first, or the newest first."""

    def __init__(self, lane: int, *, newest_first: bool) -> None:
        self._lane = lane
        self._newest_first = newest_first
        # Ranges (after, before), both excluded; the last one is served next.
        self._ranges = [(0, NO_END)]
        self._newest = 0

    def arrived(self) -> None:
        """There is a report newer than all before."""
        if all(before != NO_END for _, before in self._ranges):
            self._ranges.append((self._newest, NO_END))

    def put_back(self, reports: Sequence[StoredReport]) -> None:
        """Give these out again, before all others."""
        self._ranges += [(report.id - 1, report.id + 1) for report in reversed(reports)]

    def reopened(self, ids: Sequence[int]) -> None:
        """Give these out as well; they were retired, and are to be sent once more."""
        together: list[tuple[int, int]] = []
        for id_ in sorted(ids):
            if together and together[-1][1] == id_:
                together[-1] = (together[-1][0], id_ + 1)
            else:
                together.append((id_ - 1, id_ + 1))
        self._ranges[:0] = reversed(together)

    def is_empty(self) -> bool:
        return not self._ranges

    def take(self, store: Store, limit: int) -> list[StoredReport]:
        """Return up to `limit` reports; they are not given out again."""
        taken: list[StoredReport] = []
        while self._ranges and len(taken) < limit:
            wanted = limit - len(taken)
            after, before = self._ranges.pop()
            found = store.next_waiting(
                self._lane, after, wanted, before_id=before, newest_first=self._newest_first
            )
            taken += found
            if found:
                self._newest = max(self._newest, found[0].id, found[-1].id)
            if len(found) == wanted:
                last = found[-1].id
                self._ranges.append((after, last) if self._newest_first else (last, before))
        return taken
