"""A long message arrives whole, through losses and reboots, and only what is missing goes again."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.test_link_over_a_bad_ether import DEVICE, END_KEY, HOUR_MS, LINK_KEY, Ether
from turna_protocol import acknowledgement as acks
from turna_protocol import fragments, sealing
from turna_protocol.acknowledgement import Acknowledgement
from turna_protocol.link import RECEIPT_PATIENCE_MS, Acknowledged, Link
from turna_protocol.packet import FRAGMENT


class Transfer:
    """A handset that may lose all but its journal at any moment, and a gateway that keeps all."""

    def __init__(self, seed: int, message: bytes, first: int, loss: float) -> None:
        self.random = Random(seed)
        self.ether = Ether(self.random, loss, 0)
        self.journal = {
            first + index: sealing.seal_report(
                part,
                device=DEVICE,
                seq=first + index,
                link_key=LINK_KEY,
                authentication_key=END_KEY,
                kind=FRAGMENT,
            )
            for index, part in enumerate(fragments.split(message, 60))
        }
        self.held_by_gateway: set[int] = set()
        self.acknowledged: dict[int, int] = {}
        self.sent_in_vain = 0
        self.assembly = fragments.Assembly()
        self.message: bytes | None = None
        self.boot(0)

    def boot(self, now_ms: int) -> None:
        """Start with nothing but the journal."""
        self.link = Link(DEVICE, self.random.randrange, lambda size: 3 * size)
        for seq, packet in self.journal.items():
            self.link.offer(seq, packet, 1, now_ms, held=seq in self.acknowledged)

    def run(self, reboots: int) -> None:
        now_ms = 0
        while len(self.acknowledged) < len(self.journal) and now_ms < 48 * HOUR_MS:
            if reboots and self.random.random() < 0.05:
                reboots -= 1
                self.boot(now_ms)
            due = self.link.to_transmit(now_ms)
            if due is not None:
                known_ms = self.acknowledged.get(due[0])
                if known_ms is not None and now_ms - known_ms < RECEIPT_PATIENCE_MS:
                    self.sent_in_vain += 1
                self.ether.send("gateway", due[1], now_ms)
                self.link.transmitted(due[0], now_ms)
            for at_ms, to, packet in self.ether.arrive_by(now_ms):
                self._gateway(packet, at_ms) if to == "gateway" else self._handset(packet, now_ms)
            times = [ms for ms in (self.link.deadline_ms(), self.ether.next_ms()) if ms is not None]
            now_ms = max(now_ms + 1, min(times, default=now_ms))

    def _gateway(self, packet: bytes, now_ms: int) -> None:
        opened = sealing.open_link(packet, LINK_KEY)
        seq = opened.header.seq
        if seq not in self.held_by_gateway:
            self.held_by_gateway.add(seq)
            whole = self.assembly.add(seq, opened.content)
            self.message = whole if whole is not None else self.message
        entry = (Acknowledgement(DEVICE, seq), LINK_KEY)
        self.ether.send("handset", acks.pack_acknowledgements(1, [entry]), now_ms + 500)

    def _handset(self, packet: bytes, now_ms: int) -> None:
        for entry in acks.unpack_acknowledgements(packet, DEVICE, LINK_KEY):
            self.link.acknowledged(entry.seq, now_ms)
        while (event := self.link.next_event()) is not None:
            if isinstance(event, Acknowledged):
                self.acknowledged[event.seq] = now_ms


@given(
    seed=st.integers(0, 2**32),
    message=st.binary(min_size=1, max_size=1_800),
    first=st.integers(0, 1_000_000),
    loss=st.floats(0, 0.6),
    reboots=st.integers(0, 4),
)
@settings(max_examples=60)
def test_a_long_message_arrives_whole_and_held_parts_are_not_sent_again(
    seed: int, message: bytes, first: int, loss: float, reboots: int
) -> None:
    transfer = Transfer(seed, message, first, loss)
    transfer.run(reboots)
    assert transfer.message == message
    assert transfer.sent_in_vain == 0
