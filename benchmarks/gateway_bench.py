"""A gateway at work, fed by hand: whole and real but for the radio, with a broker of its own."""

import queue
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks import missions
from benchmarks.corpus import EARTHQUAKE, sitreps
from turna_backbone.broker import Broker
from turna_backbone.clock import SystemClock
from turna_backbone.envelope import RECEIPTS_LIMIT, Receipt, ReceiptEnvelope
from turna_backbone.mqtt import Address, Connected, Message, MqttSession
from turna_gateway.airwaves import allowed_band
from turna_gateway.gateway import Gateway
from turna_gateway.identity import Identity
from turna_gateway.keyring import Keyring
from turna_gateway.ports import Event, PacketHeard, RadioUp
from turna_gateway.store import Store
from turna_protocol import acknowledgement, delivery, keys
from turna_protocol.mission import Gateway as GatewayEntry
from turna_protocol.mission import Mission
from turna_protocol.reports import encode_report
from turna_protocol.sealing import packet_digest, seal_report

HANDSETS = 60
TIMEOUT_S = 30.0
RECEIPT_TOPIC = "ots/v1/tr/g/bench-1/receipt"


@dataclass(frozen=True)
class Sealed:
    """A packet and the receipt that answers it."""

    packet: bytes
    receipt: Receipt


class Answer(NamedTuple):
    """A message of the Secretariat that receipts so many reports."""

    reports: int
    payload: bytes


class SilentRadio:
    """Takes what it is told to say and never says that it was sent: the air is not measured."""

    def __init__(self) -> None:
        self.on_transmit: Callable[[bytes], None] = lambda packet: None

    def transmit(self, packet: bytes, *, priority: int) -> int:
        del priority
        self.on_transmit(packet)
        return 0

    def taken(self, number: int) -> None:
        return


class Bench:
    """A gateway and its way to a broker."""

    def __init__(self, directory: Path, port: int) -> None:
        self.inbox: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.clock = SystemClock()
        self.store = Store(directory / "gateway.db")
        self.radio = SilentRadio()
        self.session = session(port, self.inbox, "bench")
        self.store.open()
        self.gateway = Gateway(
            identity=IDENTITY,
            mission=mission(),
            band=allowed_band(mission()),
            keyring=keyring(),
            store=self.store,
            radio=self.radio,
            uplink=self.session,
            clock=self.clock,
        )
        self.gateway.load()

    def connect(self) -> None:
        self.session.start()
        event = self.inbox.get(timeout=TIMEOUT_S)
        assert isinstance(event, Connected), event
        self.gateway.process([RadioUp("bench", b"\1", b"boot"), event])

    def take(self, packets: Sequence[Sealed], receipts: Sequence[bytes] = ()) -> None:
        """Process these and whatever the broker has said, in one group, as the runner does."""
        now_ms = self.clock.now_ms()
        events: list[Event] = [PacketHeard(s.packet, -100, 20, now_ms, 0) for s in packets]
        events += [Message(RECEIPT_TOPIC, payload, False, 0) for payload in receipts]
        while not self.inbox.empty():
            events.append(self.inbox.get_nowait())
        if events:
            self.gateway.process(events)

    def answer(self, payload: bytes) -> None:
        """Process receipts by themselves."""
        self.gateway.process([Message(RECEIPT_TOPIC, payload, False, 0)])

    def wait(self) -> None:
        """Process the next word of the broker."""
        self.gateway.process([self.inbox.get(timeout=TIMEOUT_S)])

    def count(self, name: str) -> int:
        return self.gateway.counters[name]

    def close(self) -> None:
        self.session.stop()
        self.store.close()


@contextmanager
def bench() -> Iterator[tuple[Bench, int]]:
    """Return a connected bench and its broker's port."""
    with TemporaryDirectory() as directory, Broker(Path(directory) / "broker") as broker:
        made = Bench(Path(directory), broker.port)
        made.connect()
        yield made, broker.port
        made.close()


def session(port: int, inbox: "queue.SimpleQueue[Event]", name: str) -> MqttSession:
    return MqttSession(
        addresses=[Address("127.0.0.1", port)], client_id=name, inbox=inbox, clock=SystemClock()
    )


def sealed(count: int) -> list[Sealed]:
    """Return situation reports of all handsets in turn, sealed, each with its receipt."""
    frame = EARTHQUAKE.frame
    contents = [encode_report(report, frame) for report, _ in sitreps(EARTHQUAKE, 500, seed=1)]
    return [_sealed(number, contents[number % len(contents)]) for number in range(count)]


def receipts(group: Sequence[Sealed], size: int) -> list[Answer]:
    """Return the messages in which the Secretariat would answer these, so many in each."""
    size = min(size, RECEIPTS_LIMIT)
    starts = range(0, len(group), size)
    parts = [group[start : start + size] for start in starts]
    return [
        Answer(len(part), ReceiptEnvelope(tuple(one.receipt for one in part)).pack())
        for part in parts
    ]


@cache
def mission() -> Mission:
    handsets = [missions.handset(d, team="AFAD", country="tr") for d in range(1, HANDSETS + 1)]
    return missions.mission(handsets, [GatewayEntry(index=1, name="bench-1", country="tr")])


@cache
def keyring() -> Keyring:
    return Keyring(mission(), keys.link_branch(missions.MASTER))


def _sealed(number: int, content: bytes) -> Sealed:
    device, seq = number % HANDSETS + 1, number // HANDSETS
    link_key, authentication_key = _keys(device)
    packet = seal_report(
        content, device=device, seq=seq, link_key=link_key, authentication_key=authentication_key
    )
    state = delivery.AT_SECRETARIAT
    # As the Secretariat does: one entry speaks of those before, too.
    before = (1 << min(seq, acknowledgement.RECEIPT_BITS)) - 1
    entry = acknowledgement.seal_receipt(
        acknowledgement.Receipt(device, seq, before, state), authentication_key
    )
    return Sealed(packet, Receipt(device, 1, seq, packet_digest(packet), state, entry))


@cache
def _keys(device: int) -> tuple[bytes, bytes]:
    identity = (missions.hardware_id(device), device, 1)
    return (
        keys.link_key(keys.link_branch(missions.MASTER), *identity),
        keys.authentication_key(keys.authentication_branch(missions.MASTER), *identity),
    )


IDENTITY = Identity(name="bench-1", index=1, country="tr", boot_id=bytes(8))
