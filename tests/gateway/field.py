"""A gateway in virtual time with a fake radio, a fake backbone and handsets that can seal."""

from dataclasses import dataclass, field
from pathlib import Path

from turna_backbone import topics
from turna_backbone.bundle import unpack_bundle
from turna_backbone.clock import SteppedClock
from turna_backbone.envelope import Presence, Receipt, ReceiptEnvelope, ReportEnvelope
from turna_backbone.mqtt import Connected, Disconnected, Message, Published
from turna_gateway.airwaves import allowed_band
from turna_gateway.gateway import Gateway
from turna_gateway.identity import Identity
from turna_gateway.keyring import Keyring
from turna_gateway.ports import PacketHeard, RadioDown, RadioUp, Transmitted
from turna_gateway.store import Store
from turna_protocol import acknowledgement, keys, packet
from turna_protocol.beacon import Beacon, unpack_beacon
from turna_protocol.codes import EXERCISE
from turna_protocol.frame import Frame
from turna_protocol.mission import Device, Mission
from turna_protocol.mission import Gateway as GatewayEntry
from turna_protocol.regions import USUAL_CHANNEL
from turna_protocol.reports import Position, Report, Sitrep, Sos, encode_report
from turna_protocol.sealing import seal_report, verify_end_to_end

EPOCH_S = 1_790_000_000
MASTER = bytes(range(32))
FRAME = Frame(3_620_000, 3_616_000, EPOCH_S)
BOOT_ID = b"bootboot"
NAME = "hatay-1"
RECEIPT_TOPIC = topics.receipt("tr", NAME)

SOS = Sos(mode=EXERCISE)
SITREP = Sitrep(mode=EXERCISE, trapped=3)
POSITION = Position(mode=EXERCISE, battery_pct=80)


def mission(devices: int = 8, region: str = "TR433", hops: int = 0) -> Mission:
    return Mission(
        name="Hatay",
        mode="exercise",
        frame=FRAME,
        region=region,
        channel=USUAL_CHANNEL,
        hops=hops,
        devices=tuple(
            Device(
                device=number,
                hardware_id=f"{number:012x}",
                generation=1,
                call_sign=f"AFAD-{number}",
                team="AFAD",
                country="tr",
            )
            for number in range(1, devices + 1)
        ),
        gateways=(GatewayEntry(index=1, name=NAME, country="tr"),),
    )


class Handset:
    """Seals reports and reads what is said to it, with its own two keys."""

    def __init__(self, device: int, master: bytes = MASTER) -> None:
        self.device = device
        identity = (bytes.fromhex(f"{device:012x}"), device, 1)
        self.link_key = keys.link_key(keys.link_branch(master), *identity)
        self.authentication_key = keys.authentication_key(
            keys.authentication_branch(master), *identity
        )

    def seal(self, seq: int, report: Report = SITREP, hops_left: int = 0) -> bytes:
        return self.seal_content(seq, encode_report(report, FRAME), hops_left)

    def seal_content(self, seq: int, content: bytes, hops_left: int = 0) -> bytes:
        return seal_report(
            content,
            device=self.device,
            seq=seq,
            link_key=self.link_key,
            authentication_key=self.authentication_key,
            hops_left=hops_left,
        )

    def acknowledged(self, said: bytes) -> set[int]:
        """Return the numbers that this packet acknowledges to this handset."""
        if packet.packet_kind(said) != packet.ACKNOWLEDGEMENT:
            return set()
        entries = acknowledgement.unpack_acknowledgements(said, self.device, self.link_key)
        return {seq for entry in entries for seq in acknowledgement.sequences(entry)}

    def receipted(self, said: bytes) -> dict[int, int]:
        """Return number -> state of what this packet receipts to this handset."""
        if packet.packet_kind(said) != packet.RECEIPT:
            return {}
        entries = acknowledgement.unpack_receipts(said, self.device, self.authentication_key)
        return {seq: entry.state for entry in entries for seq in acknowledgement.sequences(entry)}


class FakeRadio:
    """Keeps what it is told to say until the test lets it be on the air."""

    def __init__(self) -> None:
        self.said: list[bytes] = []
        self.pending: list[int] = []
        self.taken_up_to = 0
        self._token = 0

    def transmit(self, packet: bytes, *, priority: int) -> int:
        del priority
        self._token += 1
        self.said.append(packet)
        self.pending.append(self._token)
        return self._token

    def taken(self, number: int) -> None:
        self.taken_up_to = max(self.taken_up_to, number)


@dataclass
class FakeUplink:
    """A broker connection with as much room as the test gives it."""

    space: int = 0
    published: list[tuple[str, bytes]] = field(default_factory=list)
    unconfirmed: list[int] = field(default_factory=list)
    tokens: int = 0
    acknowledged: list[int] = field(default_factory=list)

    def room(self) -> int:
        return self.space

    def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False
    ) -> int | None:
        del qos, retain
        if self.space <= 0:
            return None
        self.published.append((topic, payload))
        self.tokens += 1
        self.unconfirmed.append(self.tokens)
        return self.tokens

    def acknowledge(self, token: int) -> None:
        self.acknowledged.append(token)


class Field:
    """The gateway under test and everything around it; its broker confirms at once, if at all."""

    def __init__(self, directory: Path) -> None:
        self.broker_confirms = True
        self.mission = mission()
        self.band = allowed_band(self.mission)
        self.clock = SteppedClock(epoch_s=EPOCH_S)
        self.radio = FakeRadio()
        self.uplink = FakeUplink()
        directory.mkdir(exist_ok=True)
        self.path = directory / "gateway.db"
        self._number = 0
        self._messages = 0
        self.start()

    def start(self) -> None:
        """Start the gateway's process, as it were."""
        self.store = Store(self.path)
        self.store.open()
        self.gateway = Gateway(
            identity=Identity(name=NAME, index=1, country="tr", boot_id=BOOT_ID),
            mission=self.mission,
            band=self.band,
            keyring=Keyring(self.mission, keys.link_branch(MASTER)),
            store=self.store,
            radio=self.radio,
            uplink=self.uplink,
            clock=self.clock,
        )
        self.gateway.load()

    def restart(self) -> None:
        """End the process without any farewell and start it again."""
        self.store.close()
        self.radio.pending.clear()
        self.start()

    def hear(self, *packets: bytes) -> None:
        """Let packets arrive together."""
        events = [self._heard(packet) for packet in packets]
        self.gateway.process(events)
        self._confirm()

    def radio_up(self) -> None:
        self.gateway.process([RadioUp("heltec_v3", b"\x01\x02", b"boot")])

    def radio_down(self) -> None:
        self.gateway.process([RadioDown("unplugged")])

    def connect(self, space: int = 1_000) -> None:
        self.uplink.space = space
        self.uplink.unconfirmed.clear()
        self.gateway.process([Connected(session_present=False)])
        self._confirm()

    def disconnect(self) -> None:
        self.uplink.space = 0
        self.gateway.process([Disconnected("gone")])

    def message(self, topic: str, payload: bytes) -> int:
        """Let a message of the backbone arrive; return its token."""
        self._messages += 1
        self.gateway.process([Message(topic, payload, False, self._messages)])
        self._confirm()
        return self._messages

    def receipt(self, *receipts: Receipt) -> int:
        return self.message(RECEIPT_TOPIC, ReceiptEnvelope(receipts).pack())

    def secretariat_starts(self, boot_id: bytes) -> None:
        self.message(topics.SECRETARIAT_CONNECTION, Presence(online=True, boot_id=boot_id).pack())

    def pass_time(self, duration_ms: int) -> None:
        """Let time pass; whatever the gateway says is on the air at once."""
        ends_ms = self.clock.now_ms() + duration_ms
        self._settle()
        while (at_ms := self.gateway.deadline_ms()) <= ends_ms:
            self.clock.advance_to(max(at_ms, self.clock.now_ms() + 1))
            self.gateway.tick()
            self._settle()
        self.clock.advance_to(ends_ms)
        self.gateway.tick()
        self._settle()

    def fail_transmission(self) -> None:
        self.gateway.process([Transmitted(self.radio.pending.pop(), ok=False)])

    def reports(self) -> list[ReportEnvelope]:
        """Return what was published as reports, in order, repetitions included."""
        return [
            report for topic, payload in self.uplink.published for report in carried(topic, payload)
        ]

    def acknowledgements(self, handset: Handset) -> list[set[int]]:
        said = [handset.acknowledged(packet) for packet in self.radio.said]
        return [numbers for numbers in said if numbers]

    def receipts(self, handset: Handset) -> list[dict[int, int]]:
        said = [handset.receipted(packet) for packet in self.radio.said]
        return [states for states in said if states]

    def beacons(self) -> list[Beacon]:
        key = keys.broadcast_key(keys.link_branch(MASTER))
        return [
            unpack_beacon(said, key)
            for said in self.radio.said
            if packet.packet_kind(said) == packet.BEACON
        ]

    def _heard(self, packet: bytes) -> PacketHeard:
        self._number += 1
        return PacketHeard(
            packet=packet,
            rssi_dbm=-110,
            snr_db_x4=-20,
            heard_at_ms=self.clock.now_ms(),
            number=self._number,
        )

    def _settle(self) -> None:
        while self.radio.pending:
            self.gateway.process([Transmitted(self.radio.pending.pop(0), ok=True)])
        self._confirm()

    def _confirm(self) -> None:
        while self.broker_confirms and self.uplink.unconfirmed:
            tokens, self.uplink.unconfirmed = self.uplink.unconfirmed, []
            self.gateway.process([Published(token, accepted=True) for token in tokens])


def carried(topic: str, payload: bytes) -> list[ReportEnvelope]:
    """Return the reports of a publication, none of other kinds of messages."""
    if topic.endswith(f"/g/{NAME}/report"):
        return unpack_bundle(payload, NAME)
    return [ReportEnvelope.unpack(payload)] if topic.endswith(("/report", "/sos")) else []


def receipt_for(envelope: ReportEnvelope, handset: Handset, state: int = 2) -> Receipt:
    """Answer a report as the Secretariat would."""
    sealed = acknowledgement.seal_receipt(
        acknowledgement.Receipt(envelope.device, envelope.seq, 0, state),
        handset.authentication_key,
    )
    return Receipt(
        device=envelope.device,
        generation=envelope.generation,
        seq=envelope.seq,
        digest=envelope.digest,
        state=state,
        sealed=sealed,
    )


def is_authentic(envelope: ReportEnvelope, handset: Handset) -> bool:
    return verify_end_to_end(
        envelope.device,
        envelope.seq,
        envelope.content,
        envelope.end_to_end_tag,
        handset.authentication_key,
    )
