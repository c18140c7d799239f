"""Acknowledgements: collects what is committed and says it in as few packets as possible.

A handset's entry names its newest number and, at no cost, everything held shortly before it, so a
lost acknowledgement is made good by the next.  Speaks only of what the store already holds.
"""

from collections import OrderedDict
from collections.abc import Callable

from turna_gateway import counters as count
from turna_gateway.counters import Counters
from turna_gateway.keyring import Handset
from turna_gateway.report_rows import ReportRows
from turna_gateway.speech import ANSWER_PRIORITY, SOS_PRIORITY, Utterance
from turna_protocol.acknowledgement import (
    ACKNOWLEDGEMENT_BITS,
    ACKNOWLEDGEMENTS_PER_PACKET,
    Acknowledgement,
    group,
    pack_acknowledgements,
)
from turna_protocol.link import GROUPING_MS

# Whoever sends an SOS waits for nothing but the end of the commit's group.
SOS_GROUPING_MS = 50
# After so long without any report nobody is expected to share the packet: waiting saves no air.
QUIET_MS = 2_000
LONE_GROUPING_MS = 10
# A repeated packet is answered again, but a storm of replays is not: less than a handset's retry.
REPEAT_AFTER_MS = 1_500
SAID_REMEMBERED = 4_096
DUE_LIMIT = 4_096

_Key = tuple[int, int]


class Acknowledger:
    """Owes acknowledgements by (device, number) until they are said."""

    def __init__(self, gateway_index: int, rows: ReportRows, counters: Counters) -> None:
        self._gateway_index = gateway_index
        self._rows = rows
        self._counters = counters
        self._due: dict[_Key, Handset] = {}
        self._due_at_ms: int | None = None
        self._owed_last_ms = -QUIET_MS
        self._sos: set[_Key] = set()
        self._far: set[_Key] = set()
        self._said: OrderedDict[_Key, int] = OrderedDict()

    def owe(
        self, handset: Handset, seq: int, now_ms: int, *, sos: bool = False, far: bool = False
    ) -> None:
        """Acknowledge this number, which is committed; one that was just said is let pass.

        `far`: only relays bring the word there, or our own word has not arrived.
        """
        key = (handset.device, seq)
        if key in self._due:
            return
        said_ms = self._said.get(key)
        if said_ms is not None and now_ms - said_ms < REPEAT_AFTER_MS:
            self._counters.add(count.ACKNOWLEDGEMENTS_SPARED)
            return
        if len(self._due) >= DUE_LIMIT and not self._make_room(sos=sos):
            return
        self._due[key] = handset
        if sos:
            self._sos.add(key)
        if far:
            self._far.add(key)
        if self._due_at_ms is None or sos:  # otherwise what is due anyhow is due sooner
            due_at_ms = now_ms + self._grouping_ms(now_ms, sos=sos)
            known_ms = self._due_at_ms
            self._due_at_ms = due_at_ms if known_ms is None else min(known_ms, due_at_ms)
        self._owed_last_ms = now_ms

    def _grouping_ms(self, now_ms: int, *, sos: bool) -> int:
        if now_ms - self._owed_last_ms >= QUIET_MS:
            return LONE_GROUPING_MS
        return SOS_GROUPING_MS if sos else GROUPING_MS

    def compose(self, now_ms: int) -> Utterance | None:
        if not self._due:
            return None
        debts = self._debts()
        full = len(debts) >= ACKNOWLEDGEMENTS_PER_PACKET
        if not full and self._due_at_ms is not None and now_ms < self._due_at_ms:
            return None
        chosen = debts[:ACKNOWLEDGEMENTS_PER_PACKET]
        covered = [key for keys in chosen for key in keys]
        sos = any(key in self._sos for key in covered)
        return Utterance(
            packet=pack_acknowledgements(
                self._gateway_index, [self._entry(keys[0]) for keys in chosen]
            ),
            priority=SOS_PRIORITY if sos else ANSWER_PRIORITY,
            sos=sos,
            said=self._sayer(covered),
            far=any(key in self._far for key in covered),
        )

    def deadline_ms(self) -> int | None:
        return self._due_at_ms if self._due else None

    def _make_room(self, *, sos: bool) -> bool:
        """Forget the oldest debt that is not an SOS's: its handset will ask again."""
        self._counters.add(count.ACKNOWLEDGEMENTS_DROPPED)
        oldest = next((key for key in self._due if key not in self._sos), None)
        if not sos or oldest is None:
            return False
        del self._due[oldest]
        self._far.discard(oldest)
        return True

    def _debts(self) -> list[list[_Key]]:
        """Return the debts that one entry each can pay, its newest number first; SOS first."""
        by_handset: dict[int, list[int]] = {}
        for device, seq in self._due:
            by_handset.setdefault(device, []).append(seq)
        debts = [
            [(device, number) for number in _numbers(newest, bitmap)]
            for device, numbers in by_handset.items()
            for newest, bitmap in group(numbers, ACKNOWLEDGEMENT_BITS)
        ]
        debts.sort(key=lambda keys: not any(key in self._sos for key in keys))
        return debts

    def _entry(self, newest_key: _Key) -> tuple[Acknowledgement, bytes]:
        """Return the entry that names this number and everything held shortly before it."""
        handset, newest = self._due[newest_key], newest_key[1]
        held = self._rows.held_before(
            handset.device, handset.generation, newest, ACKNOWLEDGEMENT_BITS
        )
        bitmap = sum(1 << newest - 1 - seq for seq in held)
        return Acknowledgement(handset.device, newest, bitmap), handset.link_key

    def _sayer(self, covered: list[_Key]) -> Callable[[int], None]:
        def said(now_ms: int) -> None:
            for key in covered:
                self._due.pop(key, None)
                self._sos.discard(key)
                self._far.discard(key)
                self._said[key] = now_ms
                self._said.move_to_end(key)
            while len(self._said) > SAID_REMEMBERED:
                self._said.popitem(last=False)
            self._due_at_ms = now_ms if self._due else None
            self._counters.add(count.ACKNOWLEDGED, len(covered))

        return said


def _numbers(newest: int, bitmap: int) -> list[int]:
    before = [newest - 1 - i for i in range(ACKNOWLEDGEMENT_BITS) if bitmap >> i & 1]
    return [newest, *before]
