"""Which reports of a lane were not sent yet: the newest ones themselves, the others as ranges.

A million waiting reports take a few integers here, and one that is sent at once is not read back
from the disk.
"""

from collections import deque
from collections.abc import Sequence

from turna_gateway.report_rows import NO_END, ReportRows, StoredReport

# What comes while the line is free and leaves with the next message.
AT_HAND = 512


class Unsent:
    """Gives out a lane's reports, each once: the oldest first, or the newest first."""

    def __init__(self, lane: int, *, newest_first: bool) -> None:
        self._lane = lane
        self._newest_first = newest_first
        # Older than all in the ranges but what was put back; empty where the newest come first.
        self._at_hand: deque[StoredReport] = deque()
        # Ranges (after, before), both excluded; the last one is served next.
        self._ranges = [(0, NO_END)]
        self._newest = 0

    def arrived(self, report: StoredReport) -> None:
        """There is a report newer than all before."""
        if self._ranges or self._newest_first or len(self._at_hand) >= AT_HAND:
            if all(before != NO_END for _, before in self._ranges):
                self._ranges.append((self._newest, NO_END))
        else:
            self._at_hand.append(report)
            self._newest = report.id

    def put_back(self, reports: Sequence[StoredReport]) -> None:
        """Give these out again, before all others."""
        if self._newest_first:
            self._ranges += [(report.id - 1, report.id + 1) for report in reversed(reports)]
        else:
            self._at_hand.extendleft(reversed(reports))

    def reopened(self, ids: Sequence[int]) -> None:
        """Give these out as well; they were retired, and are to be sent once more."""
        together: list[tuple[int, int]] = []
        for id_ in sorted(ids):
            if together and together[-1][1] == id_:
                together[-1] = (together[-1][0], id_ + 1)
            else:
                together.append((id_ - 1, id_ + 1))
        self._ranges[:0] = reversed(together)

    def drop(self, report_id: int) -> None:
        """Do not give this one out, it is retired; of those in the ranges the store knows."""
        left = [report for report in self._at_hand if report.id != report_id]
        if len(left) < len(self._at_hand):
            self._at_hand = deque(left)

    def is_empty(self) -> bool:
        return not (self._at_hand or self._ranges)

    def take(self, rows: ReportRows, limit: int) -> list[StoredReport]:
        """Return up to `limit` reports; they are not given out again."""
        at_hand = self._at_hand
        taken = [at_hand.popleft() for _ in range(min(limit, len(at_hand)))]
        while self._ranges and len(taken) < limit:
            wanted = limit - len(taken)
            after, before = self._ranges.pop()
            found = rows.next_waiting(
                self._lane, after, wanted, before_id=before, newest_first=self._newest_first
            )
            taken += found
            if found:
                self._newest = max(self._newest, found[0].id, found[-1].id)
            if len(found) == wanted:
                last = found[-1].id
                self._ranges.append((after, last) if self._newest_first else (last, before))
        return taken
