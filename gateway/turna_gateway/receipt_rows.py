"""The rows of the Secretariat's sealed receipts that are to be said by radio.

Every write is inside the store's transaction.  One instance serves a store: it remembers the
newest number that each handset has an entry about.
"""

from collections.abc import Sequence
from typing import NamedTuple

from turna_gateway.store import Store

KEPT_PER_DEVICE = 128
PRUNED_EVERY = 64

NOT_OWED, OWED, SAID_ONCE = 0, 1, 2

_INSERT = (
    "INSERT INTO radio_receipt (id, device, newest, entry, owed) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT DO NOTHING"
)
_NONE_YET = -1


class RadioReceipt(NamedTuple):
    """A sealed entry to be said by radio; it speaks of no number above `newest`."""

    id: int
    device: int
    newest: int
    entry: bytes
    owed: int


_COLUMNS = ", ".join(RadioReceipt._fields)


class ReceiptRows:
    """Adds, settles and finds entries; decides nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._newest: dict[int, int] = {}  # by device: of what was kept, or tried to be
        self._last_id: int | None = None
        self._new: list[RadioReceipt] = []
        self._settled: list[int] = []
        self._to_prune: list[int] = []

    def owe(self, device: int, newest: int, entry: bytes) -> RadioReceipt | None:
        """Keep a sealed entry that is to be said, from `write` on; None if it is known already."""
        receipt = RadioReceipt(self._next_id(), device, newest, entry, OWED)
        if newest > self._newest_before(device):
            self._newest[device] = newest
            self._new.append(receipt)
        else:
            self.write()
            if not self._store.execute(_INSERT, receipt).rowcount:
                return None
        if newest % PRUNED_EVERY == 0:
            self._to_prune.append(device)
        return receipt

    def settle(self, receipt_id: int) -> None:
        """Let nothing be owed for an entry any more, from `write` on."""
        self._settled.append(receipt_id)

    def write(self) -> None:
        """Put into the store what has gathered: one statement for many rows."""
        new, settled, to_prune = self._new, self._settled, self._to_prune
        self._new, self._settled, self._to_prune = [], [], []
        self._store.execute_many(_INSERT, new)
        self._store.execute_many(
            "UPDATE radio_receipt SET owed = ? WHERE id = ?", [(NOT_OWED, id_) for id_ in settled]
        )
        for device in to_prune:
            self._prune(device)

    def of(self, device: int, newest_from: int, newest_to: int) -> list[RadioReceipt]:
        """Return the entries of a handset whose newest number lies in this range, oldest first."""
        return self._found(
            "device = ? AND newest BETWEEN ? AND ?", (device, newest_from, newest_to)
        )

    def owed(self) -> list[RadioReceipt]:
        """Return every entry that is owed in some way, oldest first."""
        return self._found("owed > 0", ())

    def set_owed(self, receipt_id: int, owed: int) -> None:
        self._store.execute("UPDATE radio_receipt SET owed = ? WHERE id = ?", (owed, receipt_id))

    def _found(self, condition: str, values: Sequence[object]) -> list[RadioReceipt]:
        rows = self._store.execute(
            f"SELECT {_COLUMNS} FROM radio_receipt WHERE {condition} ORDER BY id",  # noqa: S608 - ours
            values,
        )
        return [RadioReceipt._make(row) for row in rows]

    def _prune(self, device: int) -> None:
        self._store.execute(
            "DELETE FROM radio_receipt WHERE device = ? AND id <= (SELECT id FROM radio_receipt"
            " WHERE device = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
            (device, device, KEPT_PER_DEVICE),
        )

    def _newest_before(self, device: int) -> int:
        newest = self._newest.get(device)
        if newest is None:
            (found,) = self._store.execute(
                "SELECT MAX(newest) FROM radio_receipt WHERE device = ?", (device,)
            ).fetchone()
            newest = self._newest[device] = _NONE_YET if found is None else found
        return newest

    def _next_id(self) -> int:
        if self._last_id is None:
            (found,) = self._store.execute("SELECT MAX(id) FROM radio_receipt").fetchone()
            self._last_id = found or 0
        self._last_id += 1
        return self._last_id
