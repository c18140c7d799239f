"""A modem, its host, and a serial line between them that damages what the test wants."""

from turna_protocol.modem.host_events import Down, Heard
from turna_protocol.modem.host_link import HostLink
from turna_protocol.modem.messages import (
    MODEM,
    SETTING_REFUSED,
    Hello,
)
from turna_protocol.modem.modem_link import ConfigureAsked, ModemLink, StatusDue
from turna_protocol.modem.radio_messages import (
    SENT,
    RadioSetting,
    Status,
)
from turna_protocol.regions import USUAL_CHANNEL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Damage = Callable[[bytes], list[bytes]]

STEP_MS = 10
AIR_TIME_MS = 100
UNIQUE_ID = b"unique-1"


SETTING = RadioSetting("OTS433", USUAL_CHANNEL)


def status_of(link: ModemLink) -> Status:
    return Status(
        uptime_s=1,
        free_heap=2,
        queued=link.queued,
        airtime_last_hour_ms=0,
        heard=0,
        heard_damaged=0,
        sent=0,
        send_failures=0,
        events_dropped=link.events_dropped,
        serial_undecodable=link.undecodable,
        noise_dbm=-117,
    )


class Line:
    """One direction of the serial line; `damage(data)` returns the pieces that arrive."""

    def __init__(self, damage: "Damage | None" = None) -> None:
        self.damage = damage
        self._on_the_way: list[bytes] = []

    def write(self, data: bytes) -> None:
        if data:
            self._on_the_way.extend([data] if self.damage is None else self.damage(data))

    def read(self) -> bytes:
        arrived, self._on_the_way = b"".join(self._on_the_way), []
        return arrived


class Trouble:
    """Loses, damages and repeats pieces of a write, as the seed says."""

    def __init__(self, seed: int, percent: int) -> None:
        self._state = seed
        self._percent = percent

    def below(self, limit: int) -> int:
        self._state = (self._state * 1_103_515_245 + 12_345) & 0x3FFFFFFF
        return (self._state >> 8) % limit

    def __call__(self, data: bytes) -> list[bytes]:
        pieces = []
        for at in range(0, len(data), 40):
            piece = bytearray(data[at : at + 40])
            if self.below(100) < self._percent:
                kind = self.below(4)
                if kind == 0:
                    continue
                if kind == 1:
                    piece[self.below(len(piece))] ^= 1 << self.below(8)
                elif kind == 2:
                    piece = piece + piece
                else:
                    piece = piece + bytearray(b"E (42) wdt: \r\n")
            pieces.append(bytes(piece))
        return pieces


class Modem:
    """The app's part, without radio: applies settings, and sends in AIR_TIME_MS."""

    def __init__(
        self, boot: int = 1, role: int = MODEM, actual: RadioSetting | None = None
    ) -> None:
        self.link = ModemLink(
            Hello(
                role=role,
                unique_id=UNIQUE_ID,
                boot_id=bytes([0, 0, 0, boot]),
                reset_cause=1,
                capabilities=1,
                board="heltec_v3",
                firmware="0.1.0",
            )
        )
        self.actual = actual
        self.refuses = False
        self.on_the_air: list[bytes] = []
        self._done_at_ms: int | None = None

    def work(self, now_ms: int) -> None:
        event = self.link.next_event()
        while event is not None:
            if isinstance(event, ConfigureAsked) and self.refuses:
                self.link.configuring_failed(SETTING_REFUSED, "power 22 dBm")
            elif isinstance(event, ConfigureAsked):
                self.link.configured(event.setting, self.actual or event.setting)
            elif isinstance(event, StatusDue):
                self.link.status(status_of(self.link))
            event = self.link.next_event()
        if self._done_at_ms is not None and now_ms >= self._done_at_ms:
            self._done_at_ms = None
            self.link.transmitted(SENT, AIR_TIME_MS * 1000, now_ms)
        packet = self.link.next_transmission()
        if packet is not None:
            self.on_the_air.append(packet.payload)
            self._done_at_ms = now_ms + AIR_TIME_MS


class Bench:
    """A host and a modem with a line between them, in steps of STEP_MS."""

    def __init__(
        self,
        *,
        up: "Damage | None" = None,
        down: "Damage | None" = None,
        modem: Modem | None = None,
        **host: "Any",
    ) -> None:
        self.now_ms = 1_000_000
        self.boot_ms = self.now_ms - 7_000
        self.modem = modem or Modem()
        self.is_powered = True
        self.to_modem = Line(down)
        self.to_host = Line(up)
        self.takes = True
        self.start_host(**host)

    def start_host(self, session: int = 1, **options: "Any") -> None:
        options.setdefault("setting", SETTING)
        self.host = HostLink(session=session, **options)
        self.host.opened(self.now_ms)
        self.events: list[Any] = []

    def step(self) -> None:
        self.now_ms += STEP_MS
        modem_ms = self.now_ms - self.boot_ms
        if self.is_powered:
            self.modem.link.receive(self.to_modem.read(), modem_ms)
            self.modem.work(modem_ms)
            self.to_host.write(self.modem.link.to_send(modem_ms))
        self.host.receive(self.to_host.read(), self.now_ms)
        event = self.host.next_event()
        while event is not None:
            if isinstance(event, Heard) and self.takes:
                self.host.taken(event.number)
            if isinstance(event, Down):
                self.host.opened(self.now_ms)
            self.events.append(event)
            event = self.host.next_event()
        self.to_modem.write(self.host.to_send(self.now_ms))

    def run_for(self, time_ms: int) -> None:
        for _ in range(time_ms // STEP_MS):
            self.step()

    def of(self, kind: type) -> "list[Any]":
        return [event for event in self.events if type(event) is kind]

    def hears(self, packet: bytes) -> None:
        at_ms = self.now_ms - self.boot_ms
        self.modem.link.heard(packet, rssi_dbm=-100, snr_db_x4=-20, at_ms=at_ms)


def packets(count: int) -> list[bytes]:
    return [b"packet %d" % number for number in range(count)]


def heard(bench: Bench) -> list[bytes]:
    return [event.packet for event in bench.of(Heard)]
