"""What the gateway does with a packet from the air: judge, keep, and only then acknowledge."""

import logging
from collections.abc import Callable

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
from turna_gateway.store import CLONE, DUPLICATE, NewReport, Store
from turna_protocol.packet import HOLDING

log = logging.getLogger(__name__)

_COUNTER_OF = {DUPLICATE: count.DUPLICATE, CLONE: count.CLONE}


class Reception:
    """Leads heard packets through intake and store."""

    def __init__(
        self,
        *,
        intake: Intake,
        store: Store,
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
        self._store = store
        self._acknowledger = acknowledger
        self._receipts = receipts
        self._downlink = downlink
        self._bridge = bridge
        self._handsets = handsets
        self._counters = counters
        self._clock = clock
        self._waits = waits
        self.is_short_of_room = False
        self._committed: list[tuple[Accepted, str]] = []

    def heard(self, event: PacketHeard, now_ms: int) -> None:
        """Take a packet in, inside a transaction; `settle` follows once that is committed."""
        self._counters.add(count.HEARD)
        verdict = self._intake.judge(event.packet)
        if isinstance(verdict, Refused):
            self._refuse(verdict)
            return
        if self.is_short_of_room and verdict.lane == HEALTH:
            self._counters.refuse(NO_ROOM)  # not acknowledged: the handset keeps it
            return
        # The packet waited in the modem or the inbox: say when it was on the air.
        heard_at_s = self._clock.unix_s() - max(0, now_ms - event.heard_at_ms) // 1000
        outcome = self._store.put(_row(verdict, event, heard_at_s))
        self._note(verdict, event, heard_at_s, outcome)
        self._receipts.contact(verdict.handset.device, now_ms)
        if verdict.kind == HOLDING:
            handset = verdict.handset
            self._downlink.holding(handset.device, handset.generation, verdict.content)
        self._downlink.contact(verdict.handset.device, now_ms)
        if outcome == DUPLICATE and self._is_retired(verdict):
            self._receipts.asked_again(verdict.handset.device, verdict.seq, now_ms)
        self._committed.append((verdict, outcome))

    def forget(self) -> None:
        """Nothing of the last group was committed: nobody is to be told that it was."""
        self._committed.clear()

    def settle(self, now_ms: int) -> None:
        """Do what only a commit allows: owe the acknowledgements, offer the reports."""
        for accepted, outcome in self._committed:
            lane = accepted.lane
            if outcome != DUPLICATE:
                self._waits(lane)
                self._bridge.stored(lane)
            if accepted.kind != HOLDING:  # the next order asks for a lost one again
                far = accepted.hops < self._hops or outcome == DUPLICATE
                self._acknowledger.owe(
                    accepted.handset, accepted.seq, now_ms, sos=lane == SOS, far=far
                )
        self._committed.clear()

    def _refuse(self, refused: Refused) -> None:
        self._counters.refuse(refused.reason)
        if refused.reason == REVOKED and refused.device is not None:
            self._handsets.revoked(refused.device)
        elif refused.device is not None:
            self._handsets.stranger(refused.device)
        log.debug("packet refused reason=%s device=%s", refused.reason, refused.device)

    def _note(self, accepted: Accepted, event: PacketHeard, heard_at_s: int, outcome: str) -> None:
        handset = accepted.handset
        self._handsets.heard(accepted, event, heard_at_s)
        self._counters.add(_COUNTER_OF.get(outcome, count.STORED))
        if outcome == DUPLICATE:
            return
        if not accepted.understood:
            self._counters.add(count.QUARANTINED)
            log.warning("report not understood device=%d seq=%d", handset.device, accepted.seq)
        if outcome == CLONE:
            self._handsets.clone(handset.device)
            log.error("two reports under one number device=%d seq=%d", handset.device, accepted.seq)

    def _is_retired(self, accepted: Accepted) -> bool:
        handset = accepted.handset
        return self._store.is_retired(handset.device, handset.generation, accepted.seq)


def _row(accepted: Accepted, event: PacketHeard, heard_at_s: int) -> NewReport:
    handset = accepted.handset
    return NewReport(
        handset.device,
        handset.generation,
        accepted.seq,
        accepted.digest,
        accepted.header,
        accepted.content,
        accepted.end_to_end_tag,
        accepted.lane,
        not accepted.understood,
        max(0, heard_at_s),
        event.rssi_dbm,
        event.snr_db_x4,
        accepted.hops,
    )
