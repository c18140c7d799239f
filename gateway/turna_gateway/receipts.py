"""The Secretariat's sealed receipts on their last stretch: kept, said by radio, said once more.

The gateway forwards them unread as far as trust goes: it reads which numbers an entry speaks of,
to leave out what a newer one says too, and can neither verify nor make one.
"""

from collections.abc import Callable, Iterable, Sequence
from heapq import heappop, heappush
from itertools import islice

from turna_gateway import counters as count
from turna_gateway.counters import Counters
from turna_gateway.receipt_rows import (
    KEPT_PER_DEVICE,
    NOT_OWED,
    OWED,
    SAID_ONCE,
    RadioReceipt,
    ReceiptRows,
)
from turna_gateway.speech import RECEIPT_PRIORITY, Utterance
from turna_protocol.acknowledgement import (
    RECEIPT_BITS,
    RECEIPTS_PER_PACKET,
    pack_receipts,
)

# Receipts of one commit at the Secretariat arrive together; several handsets share a packet.
GROUPING_MS = 1_000
# A handset that shows up again may have missed what was said; a newer receipt may come first.
REPEAT_AFTER_MS = 5_000
# A new entry says what a few before it said; older ones speak of other reports.
COMPARED = 8


class RadioReceipts:
    """Entries owed to handsets; the debts themselves are in the store."""

    def __init__(self, rows: ReceiptRows, counters: Counters) -> None:
        self._rows = rows
        self._counters = counters
        self._due: dict[int, int] = {}
        self._queue: list[tuple[int, int]] = []  # (at, id); valid where `_due` agrees
        self._entries: dict[int, RadioReceipt] = {}
        self._asked_ms: dict[int, int] = {}
        self._owed: dict[int, dict[int, _Owed]] = {}  # by device and row: the store's, at hand
        self._said_once: set[int] = set()

    def load(self, now_ms: int) -> None:
        """Take up the debts of the run before."""
        for receipt in self._rows.owed():
            self._owed.setdefault(receipt.device, {})[receipt.id] = _Owed(receipt)
            if receipt.owed == OWED:
                self._schedule(receipt, now_ms)
            else:
                self._said_once.add(receipt.device)

    def arrived(self, entries: Sequence[tuple[int, int, bytes]], now_ms: int) -> None:
        """Keep entries, each with its handset and newest number; inside a transaction.

        One that is not known yet is owed.
        """
        for device, newest, entry in entries:
            receipt = self._rows.owe(device, newest, entry)
            if receipt is not None:
                self._take(receipt, now_ms)
        self._rows.write()

    def _take(self, receipt: RadioReceipt, now_ms: int) -> None:
        new, device = _Owed(receipt), receipt.device
        owed = self._owed.setdefault(device, {})
        over = new.says_too(islice(reversed(owed.values()), COMPARED))
        if len(owed) - len(over) >= KEPT_PER_DEVICE:
            over.append(next(iter(owed)))
        for receipt_id in over:
            self._rows.settle(receipt_id)
            self._forget(device, receipt_id)
        owed[receipt.id] = new
        self._schedule(receipt, now_ms + GROUPING_MS)

    def asked_again(self, device: int, seq: int, now_ms: int) -> None:
        """Say a receipt again: a handset that repeats a receipted report has missed it."""
        if now_ms - self._asked_ms.get(device, -REPEAT_AFTER_MS) < REPEAT_AFTER_MS:
            return
        self._asked_ms[device] = now_ms
        known = self._rows.of(device, seq, seq + RECEIPT_BITS)
        telling = [owed for each in known if (owed := _Owed(each)).tells(seq)]
        if telling:
            best = max(telling, key=lambda owed: (owed.state, owed.receipt.id)).receipt
            self._rows.set_owed(best.id, OWED)
            again = best._replace(owed=OWED)
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
                    self._rows.set_owed(receipt.id, NOT_OWED)
                    self._forget(receipt.device, receipt.id)
            self._counters.add(count.RECEIPTS_SAID, len(chosen))

        return said

    def _schedule(self, receipt: RadioReceipt, at_ms: int) -> None:
        self._entries[receipt.id] = receipt
        due_ms = self._due.get(receipt.id)
        if due_ms is None or at_ms < due_ms:
            self._due[receipt.id] = at_ms
            heappush(self._queue, (at_ms, receipt.id))

    def _say_once_more_later(self, receipt: RadioReceipt) -> None:
        self._rows.set_owed(receipt.id, SAID_ONCE)
        said = receipt._replace(owed=SAID_ONCE)
        self._owed.setdefault(receipt.device, {})[receipt.id] = _Owed(said)
        self._said_once.add(receipt.device)
        self._due.pop(receipt.id, None)
        self._entries.pop(receipt.id, None)

    def _forget(self, device: int, receipt_id: int) -> None:
        self._owed.get(device, {}).pop(receipt_id, None)
        self._due.pop(receipt_id, None)
        self._entries.pop(receipt_id, None)


class _Owed:
    """An entry with what it says, unverified, read once."""

    __slots__ = ("numbers", "receipt", "state")

    def __init__(self, receipt: RadioReceipt) -> None:
        word = int.from_bytes(receipt.entry[4:6], "big")
        self.receipt = receipt
        self.state = word >> RECEIPT_BITS
        # Bit i stands for the number `newest - i`; there are none below 0.
        before = min(RECEIPT_BITS, receipt.newest)
        self.numbers = (word & (1 << before) - 1) << 1 | 1

    def tells(self, seq: int) -> bool:
        age = self.receipt.newest - seq
        return age >= 0 and bool(self.numbers >> age & 1)

    def says_too(self, older: "Iterable[_Owed]") -> list[int]:
        """Return the ids of those that say nothing beyond this one."""
        newest, state, others = self.receipt.newest, self.state, ~self.numbers
        return [
            one.receipt.id
            for one in older
            if 0 <= newest - one.receipt.newest <= RECEIPT_BITS
            and state >= one.state
            and not one.numbers << newest - one.receipt.newest & others
        ]
