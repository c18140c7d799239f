"""The rows of the reports: each is at once the report, its replay key and the debt to the backbone.

Every write is inside the store's transaction.  One instance serves a store: it remembers what is
newest of each handset.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from turna_gateway.intake import SOS
from turna_gateway.store import Store
from turna_protocol import delivery

# Retired reports stay this long, so that a Secretariat restored from a backup can ask for them.
KEEP_RETIRED_S = 7 * 24 * 3600
PRUNE_AT_ONCE = 500
# Behind every id.
NO_END = (1 << 63) - 1

# What became of a report: kept, kept before, or kept beside a different one of the same number.
STORED, DUPLICATE, CLONE = "stored", "duplicate", "clone"


class NewReport(NamedTuple):
    """An authentic report on its way into the store: the first columns of its row, in order."""

    device: int
    generation: int
    seq: int
    header: bytes
    content: bytes
    end_to_end_tag: bytes
    digest: bytes
    quarantined: bool
    heard_at_s: int
    rssi_dbm: int
    snr_db_x4: int
    hops: int
    lane: int


class StoredReport(NamedTuple):
    """A report in the store: a NewReport and its id."""

    device: int
    generation: int
    seq: int
    header: bytes
    content: bytes
    end_to_end_tag: bytes
    digest: bytes
    quarantined: bool
    heard_at_s: int
    rssi_dbm: int
    snr_db_x4: int
    hops: int
    lane: int
    id: int


class Advanced(NamedTuple):
    """A report that the Secretariat spoke of; `was_waiting` until this very word."""

    id: int
    lane: int
    was_waiting: bool


# Our own column names, nothing that came from outside.
_COLUMNS = ", ".join(StoredReport._fields)
_INSERT = (
    f"INSERT INTO report ({_COLUMNS}, state)"  # noqa: S608
    f" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {delivery.AT_GATEWAY})"
    " ON CONFLICT DO NOTHING"
)
_HIGHEST_NUMBER = "SELECT MAX(seq) FROM report WHERE device = ? AND generation = ?"
_COUNT_NUMBER = "SELECT COUNT(*) FROM report WHERE device = ? AND generation = ? AND seq = ?"
_NONE_YET = -1
# As delivery.advance does: the first final word stands, late news takes nothing back.
_RETIRE = (
    f"UPDATE report SET state = CASE WHEN state >= {delivery.ACTED} THEN state"  # noqa: S608
    " ELSE max(state, ?) END, retired_at_s = coalesce(retired_at_s, ?) WHERE id = ?"
)


class ReportRows:
    """Adds, retires and finds reports; decides nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store
        # By device and generation, of what was kept or tried to be: a report with a higher number
        # cannot be the second under it.
        self._highest: dict[tuple[int, int], int] = {}
        self._last_id: int | None = None

    def put(self, reports: Sequence[NewReport]) -> list[tuple[str, StoredReport]]:
        """Keep reports; return what became of each, and its row."""
        kept: list[tuple[str, StoredReport]] = []
        ahead: list[StoredReport] = []
        id_, highest = self._newest_id(), self._highest
        for report in reports:
            id_ += 1
            row = StoredReport(*report, id_)
            who, seq = report[:2], report.seq
            if who not in highest:
                highest[who] = self._highest_before(who)
            if seq > highest[who]:
                highest[who] = seq
                ahead.append(row)
                kept.append((STORED, row))
            else:  # it may be the second under its number
                self._insert(ahead)
                ahead = []
                kept.append((self._put_behind(row), row))
        self._insert(ahead)
        self._last_id = id_
        return kept

    def takes_any(self) -> bool:
        """Tell whether a harmless report could be written; none is."""
        harmless = NewReport(0, 0, 0, b"", b"", b"", b"", False, 0, 0, 0, 0, 0)
        return self._store.rehearse(_INSERT, (*harmless, NO_END))

    def _insert(self, rows: Sequence[StoredReport]) -> None:
        self._store.execute_many(_INSERT, rows)

    def _put_behind(self, row: StoredReport) -> str:
        if not self._store.execute(_INSERT, row).rowcount:
            return DUPLICATE
        (same_number,) = self._store.execute(_COUNT_NUMBER, row[:3]).fetchone()
        return CLONE if same_number > 1 else STORED

    def _highest_before(self, who: tuple[int, int]) -> int:
        (found,) = self._store.execute(_HIGHEST_NUMBER, who).fetchone()
        return _NONE_YET if found is None else int(found)

    def _newest_id(self) -> int:
        if self._last_id is None:
            # An id far beyond what a gateway ever gave away is bit rot.
            (found,) = self._store.execute(
                "SELECT MAX(id) FROM report WHERE id < ?", (NO_END // 2,)
            ).fetchone()
            self._last_id = found or 0
        return self._last_id

    def held_before(self, device: int, generation: int, seq: int, span: int) -> list[int]:
        """Return the numbers from `seq - span` to `seq - 1` that are held."""
        rows = self._store.execute(
            "SELECT DISTINCT seq FROM report"
            " WHERE device = ? AND generation = ? AND seq BETWEEN ? AND ?",
            (device, generation, seq - span, seq - 1),
        )
        return [held for (held,) in rows]

    def next_waiting(
        self,
        lane: int,
        after_id: int,
        limit: int,
        *,
        before_id: int = NO_END,
        newest_first: bool = False,
    ) -> list[StoredReport]:
        """Return unreceipted reports of a lane between two ids, the oldest or the newest first."""
        rows = self._store.execute(
            f"SELECT {_COLUMNS} FROM report"  # noqa: S608 - our own column names
            " WHERE retired_at_s IS NULL AND lane = ? AND id > ? AND id < ?"
            f" ORDER BY id {'DESC' if newest_first else 'ASC'} LIMIT ?",
            (lane, after_id, before_id, limit),
        )
        return [_stored(row) for row in rows]

    def report(self, report_id: int) -> StoredReport | None:
        row = self._store.execute(
            f"SELECT {_COLUMNS} FROM report WHERE id = ?",  # noqa: S608 - as above
            (report_id,),
        ).fetchone()
        return None if row is None else _stored(row)

    def last_of(self, device: int, generation: int, limit: int) -> list[StoredReport]:
        """Return a handset's reports of the highest numbers, the highest first."""
        rows = self._store.execute(
            f"SELECT {_COLUMNS} FROM report"  # noqa: S608 - our own column names
            " WHERE device = ? AND generation = ? ORDER BY seq DESC LIMIT ?",
            (device, generation, limit),
        )
        return [_stored(row) for row in rows]

    def calls_since(self, since_s: int) -> list[tuple[StoredReport, int]]:
        """Return each SOS and its state, the oldest first: reads every row, for the start only."""
        rows = self._store.execute(
            f"SELECT {_COLUMNS}, state FROM report"  # noqa: S608 - our own column names
            f" WHERE lane = {SOS} AND NOT quarantined AND heard_at_s >= ? ORDER BY id",
            (since_s,),
        )
        return [(_stored(row[:-1]), row[-1]) for row in rows]

    def retire(self, report_ids: Sequence[int], state: int, now_s: int) -> None:
        """Take the Secretariat's word that it holds these, which wait."""
        self._store.execute_many(_RETIRE, [(state, now_s, id_) for id_ in report_ids])

    def advance(
        self, device: int, generation: int, seq: int, digest: bytes, state: int, now_s: int
    ) -> Advanced | None:
        """Take the Secretariat's word about any report; None if there is no such report."""
        row = self._store.execute(
            "SELECT id, lane, retired_at_s FROM report"
            " WHERE device = ? AND generation = ? AND seq = ? AND digest = ?",
            (device, generation, seq, digest),
        ).fetchone()
        if row is None:
            return None
        report_id, lane, retired_at_s = row
        self.retire([report_id], state, now_s)
        return Advanced(report_id, lane, was_waiting=retired_at_s is None)

    def advance_number(self, device: int, generation: int, seq: int, state: int) -> None:
        """Take a person's word about a number; what waits for its receipt goes on waiting."""
        rows = self._store.execute(
            "SELECT id, state FROM report WHERE device = ? AND generation = ? AND seq = ?",
            (device, generation, seq),
        ).fetchall()
        for report_id, old in rows:
            self._store.execute(
                "UPDATE report SET state = ? WHERE id = ?",
                (delivery.advance(old, state), report_id),
            )

    def receipted_s(self, digest: bytes) -> int | None:
        """Return when a packet that is still kept was receipted; if it was not, when it was heard.

        Whatever the Secretariat filed after it, it receipted after it was heard.
        """
        row = self._store.execute(
            "SELECT min(coalesce(retired_at_s, heard_at_s)) FROM report WHERE digest = ?",
            (digest,),
        ).fetchone()
        return None if row[0] is None else int(row[0])

    def reopen_since(self, since_s: int) -> list[tuple[int, int]]:
        """Let what was receipted from then on wait again; return each one's id and lane."""
        return self._store.execute(
            "UPDATE report SET retired_at_s = NULL WHERE retired_at_s >= ? RETURNING id, lane",
            (since_s,),
        ).fetchall()

    def reopen_numbers(
        self, device: int, generation: int, first: int, last: int
    ) -> list[tuple[int, int]]:
        """Let these numbers wait again if they were receipted; return each one's id and lane."""
        return self._store.execute(
            "UPDATE report SET retired_at_s = NULL WHERE device = ? AND generation = ?"
            " AND seq BETWEEN ? AND ? AND retired_at_s IS NOT NULL RETURNING id, lane",
            (device, generation, first, last),
        ).fetchall()

    def is_retired(self, device: int, generation: int, seq: int) -> bool:
        """Tell whether the Secretariat holds a report of this number."""
        return (
            self._store.execute(
                "SELECT 1 FROM report WHERE device = ? AND generation = ? AND seq = ?"
                " AND retired_at_s IS NOT NULL LIMIT 1",
                (device, generation, seq),
            ).fetchone()
            is not None
        )

    def has_number(self, device: int, generation: int, seq: int) -> bool:
        return (
            self._store.execute(
                "SELECT 1 FROM report WHERE device = ? AND generation = ? AND seq = ? LIMIT 1",
                (device, generation, seq),
            ).fetchone()
            is not None
        )

    def count_waiting(self, lane: int) -> int:
        """Count what the Secretariat has not receipted: reads a whole index, for the start only."""
        (waiting,) = self._store.execute(
            "SELECT COUNT(*) FROM report WHERE retired_at_s IS NULL AND lane = ?", (lane,)
        ).fetchone()
        return int(waiting)

    def oldest_waiting_s(self, lane: int) -> int | None:
        """Return when the oldest unreceipted report of a lane was heard."""
        row = self._store.execute(
            "SELECT heard_at_s FROM report WHERE retired_at_s IS NULL AND lane = ?"
            " ORDER BY id LIMIT 1",
            (lane,),
        ).fetchone()
        return None if row is None else int(row[0])

    def prune(self, now_s: int, keep_s: int = KEEP_RETIRED_S) -> int:
        """Forget some of what was retired long ago; return how many reports that were.

        Never the newest: its id would be given to the next one after a restart.
        """
        return self._store.execute(
            "DELETE FROM report WHERE id IN"
            " (SELECT id FROM report WHERE retired_at_s < ? ORDER BY retired_at_s LIMIT ?)"
            " AND id < (SELECT MAX(id) FROM report)",
            (now_s - keep_s, PRUNE_AT_ONCE),
        ).rowcount


def _stored(row: tuple[Any, ...]) -> StoredReport:
    return StoredReport._make((*row[:7], row[7] == 1, *row[8:]))  # SQLite knows no booleans
