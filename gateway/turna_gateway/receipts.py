"""The Secretariat's sealed receipts on their last stretch: kept, said by radio, said once more.

The gateway forwards them unread as far as trust goes: it reads which numbers an entry speaks of,
to leave out what a newer one says too, and can neither verify nor make one.
"""

from collections.abc import Callable
from dataclasses import replace

from turna_gateway import counters as count
from turna_gateway.counters import Counters
from turna_gateway.speech import RECEIPT_PRIORITY, Utterance
from turna_gateway.store import NOT_OWED, OWED, SAID_ONCE, RadioReceipt, Store
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


class RadioReceipts:
    """Entries owed to handsets; the debts themselves are in the store."""

    def __init__(self, store: Store, counters: Counters) -> None:
        self._store = store
        self._counters = counters
        self._due: dict[int, int] = {}
        self._entries: dict[int, RadioReceipt] = {}
        self._asked_ms: dict[int, int] = {}

    def load(self, now_ms: int) -> None:
        """Take up the debts of the run before."""
        for receipt in self._store.receipts_owed():
            if receipt.owed == OWED:
                self._schedule(receipt, now_ms)

    def arrived(self, entry: bytes, now_ms: int) -> None:
        """Keep an entry and owe it, unless it is known; inside a transaction."""
        device, newest = receipt_address(entry)
        receipt = self._store.owe_receipt(device, newest, entry)
        if receipt is None:
            return
        said = _peek(entry)
        for older in self._store.receipts_owed_to(device):
            if older.entry != entry and _says_it_too(said, _peek(older.entry)):
                self._settle(older.id)
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
            self._schedule(replace(best, owed=OWED), now_ms + GROUPING_MS)

    def contact(self, device: int, now_ms: int) -> None:
        """Say once more what was said only once: the handset shows a sign of life."""
        for receipt in self._store.receipts_owed_to(device):
            if receipt.owed == SAID_ONCE:
                self._schedule(receipt, now_ms + REPEAT_AFTER_MS)

    def compose(self, now_ms: int) -> Utterance | None:
        due = sorted((at_ms, id_) for id_, at_ms in self._due.items() if at_ms <= now_ms)
        if not due:
            return None
        chosen = [self._entries[id_] for _, id_ in due[:RECEIPTS_PER_PACKET]]
        return Utterance(
            packet=pack_receipts([receipt.entry for receipt in chosen]),
            priority=RECEIPT_PRIORITY,
            sos=False,
            said=self._sayer(chosen),
        )

    def deadline_ms(self) -> int | None:
        return min(self._due.values()) if self._due else None

    def _sayer(self, chosen: list[RadioReceipt]) -> Callable[[int], None]:
        def said(now_ms: int) -> None:
            del now_ms
            for receipt in chosen:
                left = SAID_ONCE if receipt.owed == OWED else NOT_OWED
                self._store.set_owed(receipt.id, left)
                self._due.pop(receipt.id, None)
                self._entries.pop(receipt.id, None)
            self._counters.add(count.RECEIPTS_SAID, len(chosen))

        return said

    def _schedule(self, receipt: RadioReceipt, at_ms: int) -> None:
        self._entries[receipt.id] = receipt
        self._due[receipt.id] = min(at_ms, self._due.get(receipt.id, at_ms))

    def _settle(self, receipt_id: int) -> None:
        self._store.set_owed(receipt_id, NOT_OWED)
        self._due.pop(receipt_id, None)
        self._entries.pop(receipt_id, None)


def _peek(entry: bytes) -> Receipt:
    """Return what an entry says, unverified."""
    device, newest = receipt_address(entry)
    word = int.from_bytes(entry[4:6], "big")
    return Receipt(device, newest, word & (1 << RECEIPT_BITS) - 1, word >> RECEIPT_BITS)


def _says_it_too(newer: Receipt, older: Receipt) -> bool:
    return newer.state >= older.state and set(sequences(older)) <= set(sequences(newer))
