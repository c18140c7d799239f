"""Writes what was heard in one commit; if that breaks off, finds the packet at which it does.

One packet that cannot be written must not keep all others from it, again and again: it is put
aside, raw, and never acknowledged.  An error of the disk, or one that befalls any row at all, is no
packet's fault and is raised.
"""

import logging
import sqlite3
from collections.abc import Callable, Sequence

from turna_backbone.clock import Clock
from turna_gateway.ports import Event, PacketHeard
from turna_gateway.reception import Reception, Taken
from turna_gateway.report_rows import ReportRows
from turna_gateway.store import Store

log = logging.getLogger(__name__)

# Primary result codes that speak of what is written; all others speak of disk, file or process.
_OF_THE_ROW = (sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG)
# What the driver raises before SQLite is asked: a value that fits no column.
_OF_THE_VALUE = (OverflowError, ValueError, TypeError, sqlite3.ProgrammingError)
WRITING_ERRORS = (sqlite3.Error, *_OF_THE_VALUE)

# What only a commit allows.
Settle = Callable[[], None]


def is_of_a_row(error: Exception) -> bool:
    """Tell whether a failed write may be the fault of what was written."""
    if isinstance(error, _OF_THE_VALUE):
        return True
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _OF_THE_ROW


class Writing:
    """Commits a group of events, and then lets be told what is held."""

    def __init__(
        self,
        *,
        store: Store,
        rows: ReportRows,
        reception: Reception,
        take: Callable[[Event, int, list[Settle]], None],
        roll_back: Callable[[int], None],
        clock: Clock,
    ) -> None:
        self._store = store
        self._rows = rows
        self._reception = reception
        self._take = take
        self._roll_back = roll_back
        self._clock = clock

    def commit(self, others: Sequence[Event], packets: Sequence[PacketHeard], now_ms: int) -> None:
        """Take a group in one commit; if that breaks off at what is written, packet by packet."""
        taken: list[Taken] = []
        try:
            self._together(others, packets, taken, now_ms)
        except WRITING_ERRORS as error:
            if not taken or not is_of_a_row(error):
                raise
            self._roll_back(now_ms)
            self._together(others, (), [], now_ms)  # to take these twice changes nothing
            self._apart(taken, now_ms)

    def _together(
        self,
        others: Sequence[Event],
        packets: Sequence[PacketHeard],
        taken: list[Taken],
        now_ms: int,
    ) -> None:
        """Commit all of these; `taken` becomes what is to be kept of the packets."""
        after_commit: list[Settle] = []
        with self._store.transaction():
            for event in others:
                self._take(event, now_ms, after_commit)
            taken += self._reception.judged(packets, now_ms)
            self._reception.keep(taken, now_ms)
        self._reception.settle(now_ms)
        for settle in after_commit:
            settle()

    def _apart(self, taken: Sequence[Taken], now_ms: int) -> None:
        """Write these in halves, down to the one at which it breaks off."""
        try:
            with self._store.transaction():
                self._reception.keep(taken, now_ms)
        except WRITING_ERRORS as error:
            self._reception.forget()
            if not is_of_a_row(error) or not self._rows.takes_any():
                raise
            if len(taken) == 1:
                self._put_aside(taken[0], error)
                return
            middle = len(taken) // 2
            self._apart(taken[:middle], now_ms)
            self._apart(taken[middle:], now_ms)
        else:
            self._reception.settle(now_ms)

    def _put_aside(self, taken: Taken, error: Exception) -> None:
        self._store.put_aside(taken.event.packet, self._clock.unix_s())
        self._reception.set_aside(taken)
        accepted = taken.accepted
        log.error(
            "packet cannot be written, put aside device=%d seq=%d reason=%s",
            accepted.handset.device,
            accepted.seq,
            error,
        )
