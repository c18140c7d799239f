"""What the gateway does with packets from the air: judge, keep, and only then acknowledge."""

import logging
from collections.abc import Callable, Sequence
from typing import NamedTuple

from turna_backbone.clock import Clock
from turna_gateway import counters as count
from turna_gateway.acknowledger import Acknowledger
from turna_gateway.bridge import Bridge
from turna_gateway.counters import Counters
from turna_gateway.downlink import Downlink
from turna_gateway.handsets import Handsets
from turna_gateway.intake import HEALTH, NO_ROOM, REVOKED, SOS, Accepted, Intake, Refused
from turna_gateway.ports import PacketHeard
from turna_gateway.receipts import RadioReceipts
from turna_gateway.report_rows import CLONE, DUPLICATE, STORED, NewReport, ReportRows, StoredReport
from turna_protocol.packet import HOLDING

log = logging.getLogger(__name__)

_COUNTER_OF = {DUPLICATE: count.DUPLICATE, CLONE: count.CLONE}


class Taken(NamedTuple):
    """A packet that is to be kept, and when it was on the air."""

    accepted: Accepted
    event: PacketHeard
    heard_at_s: int


class Reception:
    """Leads heard packets through intake and store, in groups.

    `hearing` is the packet under way, to be blamed if the process breaks off; those blamed too
    often, and those that cannot be written, are `put_aside`, unopened.
    """

    def __init__(
        self,
        *,
        intake: Intake,
        rows: ReportRows,
        acknowledger: Acknowledger,
        receipts: RadioReceipts,
        downlink: Downlink,
        bridge: Bridge,
        handsets: Handsets,
        counters: Counters,
        clock: Clock,
        waits: Callable[[int], None],
        hops: int = 0,
    ) -> None:
        self._hops = hops  # that a handset starts with: fewer have come through relays
        self._intake = intake
        self._rows = rows
        self._acknowledger = acknowledger
        self._receipts = receipts
        self._downlink = downlink
        self._bridge = bridge
        self._handsets = handsets
        self._counters = counters
        self._clock = clock
        self._waits = waits
        self.is_short_of_room = False
        self.put_aside: set[bytes] = set()
        self.hearing = b""
        self._kept: list[tuple[Taken, str, StoredReport]] = []

    def judged(self, events: Sequence[PacketHeard], now_ms: int) -> list[Taken]:
        """Return what is to be kept of these; what is not is counted."""
        now_s = self._clock.unix_s()
        taken: list[Taken] = []
        for event in events:
            self.hearing = event.packet
            accepted = self._judged(event.packet)
            if accepted is not None:
                # It waited in the modem or the inbox: say when it was on the air.
                heard_at_s = now_s - max(0, now_ms - event.heard_at_ms) // 1000
                taken.append(Taken(accepted, event, max(0, heard_at_s)))
        self.hearing = b""
        return taken

    def keep(self, taken: Sequence[Taken], now_ms: int) -> None:
        """Write these, inside a transaction; `settle` follows once that is committed."""
        self._kept = []
        rows = self._rows.put([_row(*one) for one in taken])
        for one, (outcome, row) in zip(taken, rows, strict=True):
            self.hearing = one.event.packet
            self._answer(one.accepted, outcome, now_ms)
            self._kept.append((one, outcome, row))
        self.hearing = b""

    def settle(self, now_ms: int) -> None:
        """Do what only a commit allows: owe the acknowledgements, offer the reports."""
        for (accepted, event, heard_at_s), outcome, row in self._kept:
            self.hearing = event.packet
            lane = accepted.lane
            if outcome != STORED:
                self._counters.add(_COUNTER_OF[outcome])
            if outcome == DUPLICATE:
                self._handsets.unheard.again(row.device, row.seq, heard_at_s)
            self._handsets.heard(accepted, event, heard_at_s)
            if outcome != DUPLICATE:
                self._waits(lane)
                self._bridge.stored(row)
                self._look_at(accepted, outcome)
            if accepted.kind != HOLDING:  # the next order asks for a lost one again
                far = accepted.hops < self._hops or outcome == DUPLICATE
                self._acknowledger.owe(
                    accepted.handset, accepted.seq, now_ms, sos=lane == SOS, far=far
                )
        self.hearing = b""
        self._counters.add(count.STORED, sum(kept[1] == STORED for kept in self._kept))
        self._kept = []

    def set_aside(self, taken: Taken) -> None:
        """Hear this packet no more: it is kept, raw, and never acknowledged."""
        self.put_aside.add(taken.event.packet)
        self._counters.add(count.PUT_ASIDE)

    def forget(self) -> None:
        """Nothing of the last group was committed: nobody is to be told that it was."""
        self._kept = []
        self.hearing = b""

    def _judged(self, packet: bytes) -> Accepted | None:
        """Return what is to be kept; count what is not."""
        if packet in self.put_aside:
            self._counters.add(count.PUT_ASIDE)
            return None
        self._counters.add(count.HEARD)
        verdict = self._intake.judge(packet)
        if isinstance(verdict, Refused):
            self._refuse(verdict)
            return None
        if self.is_short_of_room and verdict.lane == HEALTH:
            self._counters.refuse(NO_ROOM)  # not acknowledged: the handset keeps it
            return None
        return verdict

    def _refuse(self, refused: Refused) -> None:
        self._counters.refuse(refused.reason)
        if refused.reason == REVOKED and refused.device is not None:
            self._handsets.revoked(refused.device)
        elif refused.device is not None:
            self._handsets.stranger(refused.device)
        log.debug("packet refused reason=%s device=%s", refused.reason, refused.device)

    def _answer(self, accepted: Accepted, outcome: str, now_ms: int) -> None:
        """See what is owed to a handset that has just been heard."""
        handset, seq = accepted.handset, accepted.seq
        self._receipts.contact(handset.device, now_ms)
        if accepted.kind == HOLDING:
            self._downlink.holding(handset.device, handset.generation, accepted.content)
        self._downlink.contact(handset.device, now_ms)
        if outcome == DUPLICATE and self._rows.is_retired(handset.device, handset.generation, seq):
            self._receipts.asked_again(handset.device, seq, now_ms)

    def _look_at(self, accepted: Accepted, outcome: str) -> None:
        """Tell of what is odd about a new report."""
        device, seq = accepted.handset.device, accepted.seq
        if outcome == CLONE:
            self._handsets.clone(device)
            log.error("two reports under one number device=%d seq=%d", device, seq)
        if not accepted.understood:
            self._counters.add(count.QUARANTINED)
            log.warning("report not understood device=%d seq=%d", device, seq)


def _row(accepted: Accepted, event: PacketHeard, heard_at_s: int) -> NewReport:
    handset = accepted.handset
    return NewReport(
        handset.device,
        handset.generation,
        accepted.seq,
        accepted.header,
        accepted.content,
        accepted.end_to_end_tag,
        accepted.digest,
        not accepted.understood,
        heard_at_s,
        event.rssi_dbm,
        event.snr_db_x4,
        accepted.hops,
        accepted.lane,
    )
