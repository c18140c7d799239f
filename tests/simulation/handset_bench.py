"""A provisioned handset on a virtual board, and a gateway's radio that a test speaks through."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from turna import deployment
from turna_handset import font
from turna_handset.form import MENU_LINES
from turna_protocol import codes, keys, packet, sealing
from turna_protocol.acknowledgement import (
    Acknowledgement,
    Receipt,
    pack_acknowledgements,
    pack_receipts,
    seal_receipt,
)
from turna_protocol.alerts import Alert, alert_body, pack_alert, token
from turna_protocol.beacon import TIME_NETWORK, Beacon, pack_beacon
from turna_protocol.mission import Mission
from turna_protocol.modem.framing import Deframer
from turna_protocol.modem.journal_messages import (
    Counters,
    CountersRequest,
    Journal,
    JournalEntry,
    JournalRequest,
)
from turna_protocol.modem.messages import encode
from turna_protocol.orders import Holding, seal_order, unpack_holding, wrap_order
from turna_protocol.regions import USUAL_CHANNEL
from turna_protocol.reports import Report, decode_report, encode_report
from turna_simulation.air_radio import modulation
from turna_simulation.board import Board
from turna_simulation.ether import Antenna
from turna_simulation.models import PROFILES
from turna_simulation.transmission import Receiver, Reception
from turna_simulation.world import World

if TYPE_CHECKING:
    from turna_protocol.modem.messages import Message

MASTER = bytes(range(32))
DEVICE = 1
PRESS_MS, LONG_MS, HOLD_MS, DOUBLE_MS = 100, 800, 2300, 80
BETWEEN_PRESSES_MS = 600

CHANNEL = modulation(USUAL_CHANNEL)


class Ear:
    """Hears what is on the channel."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    def preamble_detected(self) -> None: ...

    def header_received(self, *, intact: bool) -> None: ...

    def packet_received(self, reception: Reception) -> None:
        self.heard.append(reception.payload)


class Gateway:
    """Hears every packet whole, and sends what a test wants on the air."""

    def __init__(self, world: World, mission: Mission) -> None:
        self.heard: list[bytes] = []
        self.holdings: list[Holding] = []
        self.mission = mission
        self._world = world
        self._antenna = world.ether.antenna("gateway", (0.0, 100.0))
        device = mission.devices[DEVICE - 1]
        identity = (bytes.fromhex(device.hardware_id), device.device, device.generation)
        self._branch = keys.link_branch(MASTER)
        self.link_key = keys.link_key(self._branch, *identity)
        self.authentication_key = keys.authentication_key(
            keys.authentication_branch(MASTER), *identity
        )
        self._listen()

    def reports(self) -> list[tuple[int, Report]]:
        """Return number and report of each different packet, both tags verified."""
        found: dict[int, Report] = {}
        for sealed in self.heard:
            opened = sealing.open_link(sealed, self.link_key)
            header, content = opened.header, opened.content
            assert (header.kind, header.device) == (packet.REPORT, DEVICE)
            assert sealing.verify_end_to_end(
                DEVICE, header.seq, content, opened.end_to_end_tag, self.authentication_key
            )
            report = decode_report(content, self.mission.frame)
            assert found.setdefault(header.seq, report) == report
        return sorted(found.items())

    def of_kind(self, kind: type[Report]) -> list[tuple[int, Report]]:
        """Return number and report of those of one type."""
        return [one for one in self.reports() if isinstance(one[1], kind)]

    def acknowledge(self, seq: int, link_key: bytes | None = None) -> None:
        """Say that a gateway holds the report; with another key: lie."""
        entry = Acknowledgement(DEVICE, seq)
        self.send(pack_acknowledgements(1, [(entry, link_key or self.link_key)]))

    def receipt(self, seq: int, state: int, authentication_key: bytes | None = None) -> None:
        """Say what became of the report at the Secretariat; with another key: lie."""
        key = authentication_key or self.authentication_key
        self.send(pack_receipts([seal_receipt(Receipt(DEVICE, seq, 0, state), key)]))

    def beacon(self, number: int, time_s: int) -> None:
        """Say that there is a gateway, and what time it is."""
        beacon = Beacon(gateway=1, number=number, time_s=time_s, time_quality=TIME_NETWORK)
        self.send(pack_beacon(beacon, keys.broadcast_key(self._branch)))

    def say_acknowledged(self, seq: int) -> None:
        """Acknowledge now, without letting time pass: for what happens within an event."""
        self._say(pack_acknowledgements(1, [(Acknowledgement(DEVICE, seq), self.link_key)]))

    def say_receipt(self, seq: int, state: int) -> None:
        """Send a receipt now, without letting time pass."""
        sealed = seal_receipt(Receipt(DEVICE, seq, 0, state), self.authentication_key)
        self._say(pack_receipts([sealed]))

    def _say(self, payload: bytes) -> None:
        self._antenna.transmit(CHANNEL, payload, 10.0)
        end_ms = self._world.now_ms + CHANNEL.airtime_us(len(payload)) // 1000 + 5
        self._world.at(end_ms, self._listen)

    def order(self, number: int, report: Report) -> None:
        """Say something to the handset, as the Secretariat sealed it."""
        sealed = seal_order(
            encode_report(report, self.mission.frame),
            device=DEVICE,
            number=number,
            authentication_key=self.authentication_key,
        )
        self.send(wrap_order(sealed, self.link_key))

    def alert(self, code: int, number: int, mode: int = codes.EXERCISE) -> None:
        """Raise an alarm, as only the Secretariat can."""
        branch = keys.authentication_branch(MASTER)
        body = alert_body(Alert(code, number, mode=mode), token(branch, code, number, mode))
        self.send(pack_alert(body))

    def send(self, payload: bytes) -> None:
        """Put bytes on the air, whatever they are, and let them arrive."""
        self._antenna.transmit(CHANNEL, payload, 10.0)
        self._world.run_for(CHANNEL.airtime_us(len(payload)) // 1000 + 50)
        self._listen()

    def _holding(self, sealed: bytes) -> Holding:
        """Return what a handset says it holds, both tags verified."""
        opened = sealing.open_link(sealed, self.link_key)
        header = opened.header
        assert sealing.verify_end_to_end(
            DEVICE,
            header.seq,
            opened.content,
            opened.end_to_end_tag,
            self.authentication_key,
            packet.HOLDING,
        )
        return unpack_holding(opened.content)

    def _listen(self) -> None:
        self._antenna.listen(Receiver(CHANNEL), self)

    # what the air tells a listener

    def preamble_detected(self) -> None: ...

    def header_received(self, *, intact: bool) -> None: ...

    def packet_received(self, reception: Reception) -> None:
        if not reception.intact:
            return
        kind = reception.payload[0] >> 2
        if kind == packet.REPORT:
            self.heard.append(reception.payload)
        elif kind == packet.HOLDING:
            self.holdings.append(self._holding(reception.payload))


class Field:
    """One handset with its gateway in range, in an exercise near Hatay."""

    def __init__(
        self,
        world: World,
        directory: Path,
        *,
        model: str = "heltec_v3",
        heap: str | None = None,
        micropython: Path | None = None,
        rom: bool = False,
        files: dict[str, bytes] | None = None,
        **settings: object,
    ) -> None:
        self.world = world
        self.host_sequence = 0  # of the host's commands; a board answers each number once
        mission = deployment.make_deployment(
            directory,
            name="test",
            mode="exercise",
            origin=(3_620_000, 3_616_000),
            epoch_s=world.start_unix_s - 3600,
            region="COMMON433",
            teams=[deployment.TeamPlan("TR-USAR", "tr")],
            gateways=[deployment.GatewayPlan("field", "tr")],
            master=MASTER,
        )
        self.gateway = Gateway(world, mission)
        self.handset: Board = world.add_board(
            "handset",
            model,
            files={
                "/settings.json": _with(
                    directory / f"handset-{DEVICE}.json", {"board": PROFILES[model], **settings}
                ),
                **(files or {}),
            },
            rom=rom,
            heap=heap,
            micropython=micropython,
        )
        self.handset.power_on()
        self.world.run_for(2500)

    def press(self, *holds_ms: int) -> None:
        """Press the user button, one press after the other, waiting for each to count."""
        for hold_ms in holds_ms:
            self.handset.press("user", hold_ms)
            self.world.run_for(hold_ms + BETWEEN_PRESSES_MS)

    def menu(self, name: str) -> None:
        """Go from home to a line of the menu, and select it."""
        self.press(*[PRESS_MS] * (1 + MENU_LINES.index(name)), LONG_MS)

    def screen(self) -> list[str]:
        """Read the screen, EXERCISE and signs of delivery included."""
        return self.handset.screen().text(font)

    def shows(self, words: str) -> bool:
        """Say whether a line of the screen is, or contains, these words."""
        return any(words in line for line in self.screen())

    def send_sitrep(self) -> int:
        """Send the quickest SITREP there is, and return its number."""
        self.press(LONG_MS, LONG_MS, LONG_MS)
        return self.last_seq()

    def restart(self) -> None:
        """Take the power away for a moment."""
        self.handset.power_cut()
        self.world.run_for(500)
        self.handset.power_on()
        self.world.run_for(2500)

    def packets_of(self, kind: type[Report]) -> list[bytes]:
        """Return the bytes of each packet heard that held a report of this type."""
        seqs = [seq for seq, _ in self.gateway.of_kind(kind)]
        return [one for one in self.gateway.heard if packet.unpack_header(one).seq in seqs]

    def keep_busy(self, antenna: Antenna, duration_ms: int) -> None:
        """Let somebody else fill the channel for a while, from now on."""
        payload = bytes(200)
        length_ms = CHANNEL.airtime_us(len(payload)) // 1000

        def speak() -> None:
            antenna.transmit(CHANNEL, payload, 10.0)

        for start_ms in range(0, duration_ms, length_ms):
            self.world.at(self.world.now_ms + start_ms, speak)

    def last_seq(self) -> int:
        """Return the number of the newest report in flash."""
        names = [name for name in self.handset.list_files("/journal") if name.endswith(".r")]
        return max(int(name.split(".")[0]) for name in names)


class Host:
    """A computer on the handset's USB port that asks what it holds."""

    def __init__(self, field: Field) -> None:
        self._field = field

    def counters(self) -> dict[str, int]:
        """Ask for every counter."""
        counts: dict[str, int] = {}
        while True:
            page = Counters.unpack(self._ask(CountersRequest(len(counts)), Counters.KIND))
            counts.update(dict(page.counts))
            if not page.more:
                return counts

    def journal(self) -> list[JournalEntry]:
        """Ask for every report in the journal."""
        entries: list[JournalEntry] = []
        while True:
            start = entries[-1].seq + 1 if entries else 0
            page = Journal.unpack(self._ask(JournalRequest(start), Journal.KIND))
            entries.extend(page.entries)
            if not page.more:
                return entries

    def _ask(self, question: "Message", kind: int) -> bytes:
        field = self._field
        sequence = field.host_sequence = field.host_sequence % 254 + 1
        serial, deframer = field.handset.serial, Deframer()
        serial.read()
        for look in range(30):
            if look % 10 == 0:  # a host repeats what is not answered
                serial.write(encode(question, sequence))
            field.world.run_for(200)
            for frame in deframer.feed(serial.read()):
                if (frame.kind, frame.sequence) == (kind, sequence):
                    return frame.body
        raise AssertionError("the handset did not answer on USB")


def _with(path: Path, settings: dict[str, object]) -> bytes:
    return json.dumps({**json.loads(path.read_text()), **settings}).encode()
