"""Numbers that are never given twice, whatever cuts the power, with few writes to flash.

Numbers are reserved in blocks: the end of the block is durable in every store before the first
number of it is used.  What a power cut leaves unused is skipped.  Reservation waits for the first
need, and blocks begin with one number and double, so a handset that reboots again and again, before
its first report or after it, skips none.
"""

from .packet import SEQUENCE_MAX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class CounterStore(Protocol):
        """A place that survives power cuts, such as NVS or a file."""

        def read(self) -> int | None:
            """Return the last committed value, or None if there never was one."""

        def commit(self, value: int) -> None:
            """Return only when `value` is durable; raise OSError if it may not be."""


BLOCK_MAX = 32  # a write per 32 reports; at most 31 of a million numbers lost per power cut

READY = "ready"
MISSING = "counter missing"  # keys without a counter: never start again at 0
EXHAUSTED = "numbers used up"


class SequenceSource:
    """Gives the next number; None means: ask for new keys, and `state` says why.

    With several stores the highest value counts, so one of them may be erased.
    """

    def __init__(self, stores: "tuple[CounterStore, ...]", last: int = SEQUENCE_MAX) -> None:
        self._stores = stores
        self._last = last
        self._next: int | None = None
        self._reserved = 0
        self._block = 1
        self.state = READY

    def take(self) -> int | None:
        """Return a number that no call, in this or any earlier life, returned before."""
        if self._next is None and not self._load():
            return None
        number = self._next
        if number is None or number > self._last:
            self.state = EXHAUSTED
            return None
        if number >= self._reserved:
            self._reserve(number + self._block)
        self._next = number + 1
        return number

    def _load(self) -> bool:
        known = [value for value in [store.read() for store in self._stores] if value is not None]
        if not known:
            self.state = MISSING
            return False
        self.state = READY
        self._next = self._reserved = max(known)
        return True

    def _reserve(self, end: int) -> None:
        # Every store, or none of the numbers: a store left behind would give them again later.
        for store in self._stores:
            store.commit(end)
        self._reserved = end
        self._block = min(2 * self._block, BLOCK_MAX)


def provision(stores: "tuple[CounterStore, ...]") -> None:
    """Start the numbers of a new key at 0; only ever together with writing that key."""
    for store in stores:
        store.commit(0)
