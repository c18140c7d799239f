"""The Secretariat's sealed receipts on their last stretch: kept, said by radio, said once more.

The gateway forwards them unread as far as trust goes: it reads which numbers an entry speaks of,
to leave out what a newer one says too, and can neither verify nor make one.
"""

from collections.abc import Callable
from dataclasses import replace
from heapq import heappop, heappush
from itertools import islice

from turna_gateway import counters as count
from turna_gateway.counters import Counters
from turna_gateway.speech import RECEIPT_PRIORITY, Utterance
from turna_gateway.store import (
    NOT_OWED,
    OWED,
    RECEIPTS_KEPT_PER_DEVICE,
    SAID_ONCE,
    RadioReceipt,
    Store,
)
from turna_protocol.acknowledgement import (
    RECEIPT_BITS,
    RECEIPTS_PER_PACKET,
    Receipt,
    pack_receipts,
    receipt_address,
    sequences,
)

# Receipts of one commit at the Secretariat arrive together; several handsets share a packet.
GROUPING_MS = 1_000
# A handset that shows up again may have missed what was said; a newer receipt may come first.
REPEAT_AFTER_MS = 5_000
# A new entry says what a few before it said; older ones speak of other reports.
COMPARED = 8


class RadioReceipts:
    """Entries owed to handsets; the debts themselves are in the store."""

    def __init__(self, store: Store, counters: Counters) -> None:
        self._store = store
        self._counters = counters
        self._due: dict[int, int] = {}
        self._queue: list[tuple[int, int]] = []  # (at, id); valid where `_due` agrees
        self._entries: dict[int, RadioReceipt] = {}
        self._asked_ms: dict[int, int] = {}
        self._owed: dict[int, dict[int, _Owed]] = {}  # by device and row: the store's, at hand
        self._said_once: set[int] = set()

    def load(self, now_ms: int) -> None:
        """Take up the debts of the run before."""
        for receipt in self._store.receipts_owed():
            self._owed.setdefault(receipt.device, {})[receipt.id] = _Owed(receipt)
            if receipt.owed == OWED:
                self._schedule(receipt, now_ms)
            else:
                self._said_once.add(receipt.device)

    def arrived(self, entry: bytes, now_ms: int) -> None:
        """Keep an entry and owe it, unless it is known; inside a transaction."""
        device, newest = receipt_address(entry)
        receipt = self._store.owe_receipt(device, newest, entry)
        if receipt is None:
            return
        new = _Owed(receipt)
        owed = self._owed.setdefault(device, {})
        newest_first = islice(reversed(owed.items()), COMPARED)
        said_too = [id_ for id_, older in newest_first if new.says_it_too(older)]
        oldest_over = list(owed)[: max(0, len(owed) + 1 - RECEIPTS_KEPT_PER_DEVICE)]
        for receipt_id in {*said_too, *oldest_over}:
            self._settle(device, receipt_id)
        owed[receipt.id] = new
        self._schedule(receipt, now_ms + GROUPING_MS)

    def asked_again(self, device: int, seq: int, now_ms: int) -> None:
        """Say a receipt again: a handset that repeats a receipted report has missed it."""
        if now_ms - self._asked_ms.get(device, -REPEAT_AFTER_MS) < REPEAT_AFTER_MS:
            return
        self._asked_ms[device] = now_ms
        known = self._store.receipts_of(device, seq, seq + RECEIPT_BITS)
        telling = [receipt for receipt in known if seq in sequences(_peek(receipt.entry))]
        if telling:
            best = max(telling, key=lambda receipt: (_peek(receipt.entry).state, receipt.id))
            self._store.set_owed(best.id, OWED)
            again = replace(best, owed=OWED)
            self._owed.setdefault(device, {})[best.id] = _Owed(again)
            self._schedule(again, now_ms + GROUPING_MS)

    def contact(self, device: int, now_ms: int) -> None:
        """Say once more what was said only once: the handset shows a sign of life."""
        if device not in self._said_once:
            return
        self._said_once.discard(device)
        for owed in self._owed.get(device, {}).values():
            if owed.receipt.owed == SAID_ONCE:
                self._schedule(owed.receipt, now_ms + REPEAT_AFTER_MS)

    def compose(self, now_ms: int) -> Utterance | None:
        chosen: list[RadioReceipt] = []
        while len(chosen) < RECEIPTS_PER_PACKET:
            at_ms = self.deadline_ms()
            if at_ms is None or at_ms > now_ms:
                break
            chosen.append(self._entries[heappop(self._queue)[1]])
        for receipt in chosen:  # it stays due until it was said
            heappush(self._queue, (self._due[receipt.id], receipt.id))
        if not chosen:
            return None
        return Utterance(
            packet=pack_receipts([receipt.entry for receipt in chosen]),
            priority=RECEIPT_PRIORITY,
            sos=False,
            said=self._sayer(chosen),
        )

    def deadline_ms(self) -> int | None:
        queue = self._queue
        while queue and self._due.get(queue[0][1]) != queue[0][0]:
            heappop(queue)  # settled since, or scheduled anew
        return queue[0][0] if queue else None

    def _sayer(self, chosen: list[RadioReceipt]) -> Callable[[int], None]:
        def said(now_ms: int) -> None:
            del now_ms
            for receipt in chosen:
                if receipt.owed == OWED:
                    self._say_once_more_later(receipt)
                else:
                    self._settle(receipt.device, receipt.id)
            self._counters.add(count.RECEIPTS_SAID, len(chosen))

        return said

    def _schedule(self, receipt: RadioReceipt, at_ms: int) -> None:
        self._entries[receipt.id] = receipt
        due_ms = self._due.get(receipt.id)
        if due_ms is None or at_ms < due_ms:
            self._due[receipt.id] = at_ms
            heappush(self._queue, (at_ms, receipt.id))

    def _say_once_more_later(self, receipt: RadioReceipt) -> None:
        self._store.set_owed(receipt.id, SAID_ONCE)
        said = replace(receipt, owed=SAID_ONCE)
        self._owed.setdefault(receipt.device, {})[receipt.id] = _Owed(said)
        self._said_once.add(receipt.device)
        self._due.pop(receipt.id, None)
        self._entries.pop(receipt.id, None)

    def _settle(self, device: int, receipt_id: int) -> None:
        self._store.set_owed(receipt_id, NOT_OWED)
        self._owed.get(device, {}).pop(receipt_id, None)
        self._due.pop(receipt_id, None)
        self._entries.pop(receipt_id, None)


class _Owed:
    """An entry with what it says, read once."""

    __slots__ = ("numbers", "receipt", "state")

    def __init__(self, receipt: RadioReceipt) -> None:
        said = _peek(receipt.entry)
        self.receipt = receipt
        self.state = said.state
        self.numbers = frozenset(sequences(said))

    def says_it_too(self, older: "_Owed") -> bool:
        return self.state >= older.state and older.numbers <= self.numbers


def _peek(entry: bytes) -> Receipt:
    """Return what an entry says, unverified."""
    device, newest = receipt_address(entry)
    word = int.from_bytes(entry[4:6], "big")
    return Receipt(device, newest, word & (1 << RECEIPT_BITS) - 1, word >> RECEIPT_BITS)
