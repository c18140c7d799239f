"""Tells the Secretariat what became of what it gave, until it says that it has noted it."""

from turna_backbone.down import DownState
from turna_gateway.down_rows import DownRows
from turna_gateway.ports import Uplink
from turna_gateway.store import Store

FIRST_PATIENCE_MS = 15_000
LONGEST_PATIENCE_MS = 600_000
LOOK_AGAIN_MS = 1_000
_DOUBLINGS_MAX = 16


class DownStates:
    """Publishes untold states: a new one at once, one that is not noted ever more rarely."""

    def __init__(self, *, topic: str, store: Store, uplink: Uplink) -> None:
        self._topic = topic
        self._rows = DownRows(store)
        self._uplink = uplink
        self._told: dict[DownState, tuple[int, int]] = {}  # times told, when to tell again
        self._due_ms = 0

    def news(self, down_id: bytes) -> None:
        """Something changed or was asked: tell it as soon as it is committed."""
        self._told = {state: told for state, told in self._told.items() if state.id != down_id}
        self._due_ms = 0

    def connected(self) -> None:
        """Tell everything again: the connection is a new one."""
        self._told.clear()
        self._due_ms = 0

    def pump(self, now_ms: int) -> None:
        """Publish what is due, as far as the connection has room; outside any transaction."""
        if now_ms < self._due_ms or not self._uplink.room():
            return
        untold = self._rows.untold()
        self._told = {state: self._told[state] for state in untold if state in self._told}
        for state in untold:
            times, again_ms = self._told.get(state, (0, 0))
            if again_ms > now_ms:
                continue
            if self._uplink.publish(self._topic, state.pack()) is None:
                self._due_ms = now_ms + LOOK_AGAIN_MS
                return
            patience_ms = FIRST_PATIENCE_MS << min(times, _DOUBLINGS_MAX)
            self._told[state] = (times + 1, now_ms + min(patience_ms, LONGEST_PATIENCE_MS))
        later = [again_ms for _, again_ms in self._told.values()]
        self._due_ms = min(later, default=now_ms + LONGEST_PATIENCE_MS)

    def deadline_ms(self) -> int | None:
        return self._due_ms if self._uplink.room() else None
