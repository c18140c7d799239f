"""Sends again what the Secretariat lacks though it had receipted it: its archive was put back.

Retired reports are kept for days (`report_rows.KEEP_RETIRED_S`); which of them to open anew follows
from the Secretariat's runs (`turna_backbone.resend`), not from anybody's clock.
"""

import logging
from collections.abc import Callable, Sequence

from turna_backbone.envelope import BOOT_ID_LENGTH
from turna_backbone.resend import RUNS_LIMIT, Missing, Resend, Run
from turna_gateway import counters as count
from turna_gateway.bridge import Bridge
from turna_gateway.counters import Counters
from turna_gateway.report_rows import ReportRows
from turna_gateway.store import Store

log = logging.getLogger(__name__)

RUNS = "secretariat runs"
# Receipts of one commit come in several messages, and a lost one is asked for again: what was
# receipted this long before the archive's newest may have been filed after it.  The Secretariat
# cannot prove that it was not, since an archive put back looks to itself like one that went on.
MARGIN_S = 600
EVERYTHING = None

_Settle = Callable[[], None]


class Resending:
    """Opens retired reports anew, inside a transaction; the bridge hears of it after the commit."""

    def __init__(
        self,
        *,
        store: Store,
        rows: ReportRows,
        bridge: Bridge,
        counters: Counters,
        waits: Callable[[int], None],
    ) -> None:
        self._store = store
        self._rows = rows
        self._bridge = bridge
        self._counters = counters
        self._waits = waits

    def take(self, resend: Resend) -> list[_Settle]:
        """Find what is to be sent again; return what to do once that is committed."""
        opened = self._after(resend.runs)
        asked = [row for each in resend.missing for row in self._numbers(each)]
        if asked:
            log.info("sent again, the Secretariat asked for these numbers count=%d", len(asked))
        opened += asked
        if not opened:
            return []
        return [lambda: self._tell(opened)]

    def _after(self, runs: Sequence[Run]) -> list[tuple[int, int]]:
        """Open what was receipted later than what the restored archive holds."""
        known = self._store.recall(RUNS) or b""
        remembered = [
            known[start : start + BOOT_ID_LENGTH] for start in range(0, len(known), BOOT_ID_LENGTH)
        ]
        if runs[-1].boot_id in remembered:
            return []
        kept = [*remembered, runs[-1].boot_id][-RUNS_LIMIT:]
        self._store.remember(RUNS, b"".join(kept))
        if not remembered:
            return []  # no receipt was ever taken from a run that said its name
        newest_s = self._receipted_s(newest_in_archive(runs, remembered))
        lacking = self._rows.reopen_since(newest_s + 1)
        if lacking:
            log.warning(
                "sent again, receipted after the newest that the archive holds count=%d",
                len(lacking),
            )
        maybe = self._rows.reopen_since(newest_s - MARGIN_S)
        if maybe:
            log.info("sent again to be sure, the Secretariat was started anew count=%d", len(maybe))
        return lacking + maybe

    def _receipted_s(self, digests: Sequence[bytes] | None) -> int:
        """Return when the first of these was receipted or heard; 0 if one is not kept any more."""
        if digests is EVERYTHING:
            return 0
        return min((self._rows.receipted_s(digest) or 0 for digest in digests), default=0)

    def _numbers(self, missing: Missing) -> list[tuple[int, int]]:
        return self._rows.reopen_numbers(*missing)

    def _tell(self, opened: Sequence[tuple[int, int]]) -> None:
        self._counters.add(count.REOPENED, len(opened))
        for _, lane in opened:
            self._waits(lane)
        self._bridge.reopened(opened)


def newest_in_archive(runs: Sequence[Run], remembered: Sequence[bytes]) -> list[bytes] | None:
    """Return what the archive held of ours when each run began that we have not heard of yet.

    EVERYTHING if none of the runs is one that we remember: then the archive is another one.
    """
    heard = [place for place, run in enumerate(runs) if run.boot_id in remembered]
    if not heard:
        return EVERYTHING
    return [run.digest for run in runs[heard[-1] + 1 :]]
