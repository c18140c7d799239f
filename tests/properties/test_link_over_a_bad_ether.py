"""Whatever the ether loses, repeats and delays: every report arrives once any gets through.

A handset (journal and Link), a gateway that keeps what it has, and the Secretariat's receipts, with
real sealed packets on an ether that loses, repeats, delays and so reorders in both directions.
"""

import heapq
import itertools
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from turna_protocol import acknowledgement as acks
from turna_protocol import sealing
from turna_protocol.acknowledgement import Acknowledgement, Receipt
from turna_protocol.delivery import AT_SECRETARIAT
from turna_protocol.errors import NotAuthenticError
from turna_protocol.link import PACKETS_MAX, SOS_PRIORITY, Acknowledged, Deferred, Link
from turna_protocol.packet import ACKNOWLEDGEMENT, packet_kind

LINK_KEY = bytes(range(32))
END_KEY = bytes(range(32, 64))
DEVICE = 7
HOUR_MS = 3_600_000


class Ether:
    """Delivers bytes late, twice or not at all."""

    def __init__(self, random: Random, loss: float, dead_until_ms: int) -> None:
        self._random = random
        self._loss = loss
        self._dead_until_ms = dead_until_ms
        self._order = itertools.count()
        self._flying: list[tuple[int, int, str, bytes]] = []

    def send(self, to: str, packet: bytes, now_ms: int) -> None:
        copies = 2 if self._random.random() < 0.1 else 1
        for _ in range(copies):
            if now_ms >= self._dead_until_ms and self._random.random() >= self._loss:
                late = self._random.random() < 0.05
                delay_ms = self._random.randrange(60_000) if late else 100
                heapq.heappush(self._flying, (now_ms + delay_ms, next(self._order), to, packet))

    def arrive_by(self, now_ms: int) -> list[tuple[int, str, bytes]]:
        arrived = []
        while self._flying and self._flying[0][0] <= now_ms:
            at_ms, _, to, packet = heapq.heappop(self._flying)
            arrived.append((at_ms, to, packet))
        return arrived

    def next_ms(self) -> int | None:
        return self._flying[0][0] if self._flying else None


class Field:
    """One handset, one gateway, one Secretariat."""

    def __init__(self, seed: int, reports: int, loss: float, dead_until_ms: int) -> None:
        self.random = Random(seed)
        self.ether = Ether(self.random, loss, dead_until_ms)
        self.link = Link(DEVICE, self.random.randrange, lambda size: 3 * size)
        self.journal = {
            seq: (self._seal(seq), self.random.choice((0, 0, 1, 2, SOS_PRIORITY)))
            for seq in range(reports)
        }
        self.acknowledged: set[int] = set()
        self.receipted: set[int] = set()
        self.stored: set[int] = set()
        self.offered: set[int] = set()
        self.transmissions = 0

    def _seal(self, seq: int) -> bytes:
        return sealing.seal_report(
            b"report", device=DEVICE, seq=seq, link_key=LINK_KEY, authentication_key=END_KEY
        )

    def run(self, until_ms: int) -> None:
        now_ms = 0
        while now_ms <= until_ms and len(self.receipted) < len(self.journal):
            self._offer(now_ms)
            due = self.link.to_transmit(now_ms)
            if due is not None and self.random.random() < 0.2:
                self.link.channel_busy(now_ms)
            elif due is not None:
                self.transmissions += 1
                self.ether.send("gateway", due[1], now_ms)
                self.link.transmitted(due[0], now_ms)
            for at_ms, to, packet in self.ether.arrive_by(now_ms):
                self._at_gateway(packet, at_ms) if to == "gateway" else self._at_handset(
                    packet, now_ms
                )
            times = [ms for ms in (self.link.deadline_ms(), self.ether.next_ms()) if ms is not None]
            now_ms = max(now_ms + 1, min(times)) if times else now_ms + 1_000

    def _offer(self, now_ms: int) -> None:
        """Do what a courier does: keep the link supplied from the journal, urgent first."""
        waiting = sorted(
            (seq for seq in self.journal if seq not in self.offered | self.receipted),
            key=lambda seq: (seq in self.acknowledged, -self.journal[seq][1], seq),
        )
        for seq in waiting:
            packet, priority = self.journal[seq]
            held = seq in self.acknowledged
            if held and not self.link.room():
                break
            if not self.link.offer(seq, packet, priority, now_ms, held=held):
                break
            self.offered.add(seq)
        while (event := self.link.next_event()) is not None:
            if isinstance(event, Deferred):
                self.offered.discard(event.seq)
            elif isinstance(event, Acknowledged):
                self.acknowledged.add(event.seq)

    def _at_gateway(self, packet: bytes, now_ms: int) -> None:
        opened = sealing.open_link(packet, LINK_KEY)
        self.stored.add(opened.header.seq)
        ((seq, bitmap), *_) = acks.group(sorted(self.stored)[-20:], acks.ACKNOWLEDGEMENT_BITS)
        mine = [(Acknowledgement(DEVICE, seq, bitmap), LINK_KEY)]
        if opened.header.seq not in acks.sequences(mine[0][0]):
            mine.append((Acknowledgement(DEVICE, opened.header.seq), LINK_KEY))
        self.ether.send("handset", acks.pack_acknowledgements(1, mine), now_ms + 500)
        entry = acks.seal_receipt(Receipt(DEVICE, opened.header.seq, 0, AT_SECRETARIAT), END_KEY)
        self.ether.send("handset", acks.pack_receipts([entry]), now_ms + 3_000)

    def _at_handset(self, packet: bytes, now_ms: int) -> None:
        if packet_kind(packet) == ACKNOWLEDGEMENT:
            for entry in acks.unpack_acknowledgements(packet, DEVICE, LINK_KEY):
                for seq in acks.sequences(entry):
                    self.link.acknowledged(seq, now_ms)
        else:
            for receipt in acks.unpack_receipts(packet, DEVICE, END_KEY):
                for seq in acks.sequences(receipt):
                    self.receipted.add(seq)
                    self.link.receipted(seq, now_ms)


@given(
    seed=st.integers(0, 2**32),
    reports=st.integers(1, PACKETS_MAX + 40),
    loss=st.floats(0, 0.7),
    dead_until_ms=st.integers(0, 2 * HOUR_MS),
)
@settings(max_examples=60)
def test_every_report_is_receipted_in_the_end(
    seed: int, reports: int, loss: float, dead_until_ms: int
) -> None:
    field = Field(seed, reports, loss, dead_until_ms)
    field.run(until_ms=dead_until_ms + 7 * 24 * HOUR_MS)
    assert field.stored == set(field.journal)
    assert field.receipted == set(field.journal)


@given(seed=st.integers(0, 2**32), loss=st.floats(0, 0.3))
@settings(max_examples=20)
def test_on_a_fair_channel_a_queue_drains_within_minutes_and_few_repeats(
    seed: int, loss: float
) -> None:
    field = Field(seed, 30, loss, 0)
    field.run(until_ms=10 * 60_000)
    assert field.stored == set(field.journal)
    assert field.transmissions < 3 * 30


def test_nothing_of_this_would_work_with_forged_acknowledgements() -> None:
    forged = acks.pack_acknowledgements(1, [(Acknowledgement(DEVICE, 0), END_KEY)])
    try:
        acks.unpack_acknowledgements(forged, DEVICE, LINK_KEY)
    except NotAuthenticError:
        return
    raise AssertionError("forged acknowledgement accepted")
