"""The rows of the downlink queue: what is to be said by radio, and what the Secretariat has yet to
learn of it.  Every write is inside the store's transaction.
"""

from typing import NamedTuple

from turna_backbone import down
from turna_backbone.down import Down, DownState
from turna_gateway.store import Store

# What is over is known by its id for as long as a repeated message may bring it again.
FINISHED_KEPT = 4_096
UNTOLD_AT_ONCE = 512
_BITMAP_BYTES = 8


class DownRow(NamedTuple):
    """One thing to be said, and how far it is."""

    down: Down
    state: int
    rounds: int
    held: int


class DownRows:
    """Adds, advances and finds rows; decides nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, one: Down, state: int, at_s: int, reason: str = "") -> None:
        """Keep one, live or already over; a withdrawal before its time is kept without words."""
        message = one.pack() if one.what in (down.ORDER, down.ALERT, down.NOTICE) else b""
        self._store.execute(
            "INSERT INTO down (id, message, device, state, at_s, reason, noted, rounds, held)"
            " VALUES (?, ?, ?, ?, ?, ?, 0, 0, ?)",
            (one.id, message, one.device, state, at_s, reason, bytes(_BITMAP_BYTES)),
        )

    def state_of(self, down_id: bytes) -> int | None:
        row = self._store.execute("SELECT state FROM down WHERE id = ?", (down_id,)).fetchone()
        return None if row is None else int(row[0])

    def live(self) -> list[DownRow]:
        """Return what is still to be said, oldest first."""
        rows = self._store.execute(
            "SELECT message, state, rounds, held FROM down WHERE state IN (?, ?) ORDER BY rank",
            (down.QUEUED, down.SENT),
        )
        return [
            DownRow(Down.unpack(message), state, rounds, int.from_bytes(held, "big"))
            for message, state, rounds, held in rows
        ]

    def advance(self, down_id: bytes, state: int, at_s: int, reason: str = "") -> None:
        """Note a new state, which the Secretariat is to learn."""
        self._store.execute(
            "UPDATE down SET state = ?, at_s = ?, reason = ?, noted = 0 WHERE id = ?",
            (state, at_s, reason, down_id),
        )

    def said(self, down_id: bytes, rounds: int) -> None:
        self._store.execute("UPDATE down SET rounds = ? WHERE id = ?", (rounds, down_id))

    def holds(self, down_id: bytes, bitmap: int) -> None:
        held = bitmap.to_bytes(_BITMAP_BYTES, "big")
        self._store.execute("UPDATE down SET held = ? WHERE id = ?", (held, down_id))

    def add_holder(self, down_id: bytes, device: int) -> None:
        self._store.execute(
            "INSERT INTO down_holder (id, device) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (down_id, device),
        )

    def holders(self, down_id: bytes) -> set[int]:
        rows = self._store.execute("SELECT device FROM down_holder WHERE id = ?", (down_id,))
        return {int(device) for (device,) in rows}

    def untold(self) -> list[DownState]:
        """Return the oldest states that the Secretariat has not noted."""
        rows = self._store.execute(
            "SELECT id, device, state, at_s, reason FROM down WHERE noted = 0"
            " ORDER BY rank LIMIT ?",
            (UNTOLD_AT_ONCE,),
        )
        return [DownState(*row) for row in rows]

    def tell_again(self, down_id: bytes) -> None:
        """Take the state for untold: the Secretariat asked once more."""
        self._store.execute("UPDATE down SET noted = 0 WHERE id = ?", (down_id,))

    def noted(self, down_id: bytes, state: int) -> None:
        self._store.execute(
            "UPDATE down SET noted = 1 WHERE id = ? AND state = ?", (down_id, state)
        )

    def prune(self) -> int:
        """Forget the oldest of what is over; return how many."""
        return self._store.execute(
            "DELETE FROM down WHERE state NOT IN (?, ?) AND rank <="
            " (SELECT rank FROM down ORDER BY rank DESC LIMIT 1 OFFSET ?)",
            (down.QUEUED, down.SENT, FINISHED_KEPT),
        ).rowcount
