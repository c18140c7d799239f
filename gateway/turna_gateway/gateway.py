"""The gateway's decisions in one place: events in; commits, radio packets and messages out.

One `process` call is one commit: whoever is told that something is held is told after it.  No
thread, no waiting, no clock of its own beyond the one it is handed, so it runs in virtual time too.
"""

import logging
from collections.abc import Callable, Iterable

from turna_backbone import topics
from turna_backbone.clock import Clock
from turna_backbone.envelope import GatewayHealth, pack_report
from turna_backbone.mqtt import Connected, Disconnected, Message, Published
from turna_gateway import counters as count
from turna_gateway.acknowledger import Acknowledger
from turna_gateway.airwaves import Airwaves
from turna_gateway.beacons import Beacons
from turna_gateway.bridge import Bridge
from turna_gateway.counters import Counters
from turna_gateway.handsets import CONTENTS_KEPT, Handsets
from turna_gateway.identity import Identity
from turna_gateway.intake import HEALTH, LANES, REPORT, SOS, Intake
from turna_gateway.keyring import Keyring
from turna_gateway.ports import (
    Event,
    PacketHeard,
    Radio,
    RadioCounts,
    RadioDown,
    RadioUp,
    Transmitted,
    Uplink,
)
from turna_gateway.receipts import RadioReceipts
from turna_gateway.reception import Reception
from turna_gateway.returns import Returns
from turna_gateway.store import Store, StoredReport
from turna_gateway.transmitter import Transmitter
from turna_protocol.mission import Mission
from turna_protocol.regions import SubBand

log = logging.getLogger(__name__)

HEALTH_PERIOD_MS = 30_000
PRUNE_PERIOD_MS = 600_000


class Gateway:
    """Wires the parts and leads each event to the one that understands it."""

    def __init__(
        self,
        *,
        identity: Identity,
        mission: Mission,
        band: SubBand,
        keyring: Keyring,
        store: Store,
        radio: Radio,
        uplink: Uplink,
        clock: Clock,
    ) -> None:
        self.identity = identity
        self.counters = Counters()
        self.handsets = Handsets(mission.frame)
        self.airwaves = Airwaves(mission.radio, band)
        self.waiting = [0] * len(LANES)
        self.modem: RadioUp | None = None
        self.modem_trouble = "no modem was found yet"
        self.serial = RadioCounts(undecodable=0, malformed=0, lost=0)
        self.backbone_up = False
        self.backbone_trouble = "not connected yet"
        self._keyring = keyring
        self._store = store
        self._radio = radio
        self._uplink = uplink
        self._clock = clock
        self._topics: dict[tuple[int, int], str] = {}
        self._started_ms = clock.now_ms()
        self._health_due_ms = self._started_ms
        self._prune_due_ms = self._started_ms + PRUNE_PERIOD_MS
        self._acknowledger = Acknowledger(identity.index, store, self.counters)
        self._receipts = RadioReceipts(store, self.counters)
        self._beacons = Beacons(
            gateway_index=identity.index,
            broadcast_key=keyring.broadcast_key,
            store=store,
            counters=self.counters,
            unix_s=clock.unix_s,
            load_pct=self.airwaves.load_pct,
        )
        self._transmitter = Transmitter(
            radio=radio,
            airwaves=self.airwaves,
            speakers=(self._acknowledger, self._receipts, self._beacons),
            store=store,
            counters=self.counters,
        )
        self._bridge = Bridge(
            store=store, uplink=uplink, counters=self.counters, envelope=self._envelope
        )
        self._reception = Reception(
            intake=Intake(keyring),
            store=store,
            acknowledger=self._acknowledger,
            receipts=self._receipts,
            bridge=self._bridge,
            handsets=self.handsets,
            counters=self.counters,
            clock=clock,
            waits=self._waits,
        )
        self.returns = Returns(
            receipt_topic=topics.receipt(identity.country, identity.name),
            store=store,
            receipts=self._receipts,
            bridge=self._bridge,
            counters=self.counters,
            clock=clock,
            retired=self._retired,
        )

    def load(self) -> None:
        """Take up what the run before left behind; the store is open."""
        now_ms = self._clock.now_ms()
        self.waiting = [self._store.count_waiting(lane) for lane in range(len(LANES))]
        self._transmitter.load(now_ms)
        self._receipts.load(now_ms)
        for handset in self._keyring.handsets():
            last = self._store.last_of(handset.device, handset.generation, CONTENTS_KEPT)
            if last:
                self.handsets.restore(handset, last)

    def process(self, events: Iterable[Event]) -> None:
        """Take a group of events in one commit, then answer them and do what else is due."""
        now_ms = self._clock.now_ms()
        commits = self._store.commits
        after_commit: list[Callable[[], None]] = []
        newest_packet = 0
        with self._store.transaction():
            for event in events:
                if isinstance(event, PacketHeard):
                    self._hear(event, now_ms)
                    newest_packet = max(newest_packet, event.number)
                else:
                    self._take(event, now_ms, after_commit)
        self.counters.add(count.COMMITS, self._store.commits - commits)
        self._reception.settle(now_ms)
        if newest_packet:
            self._radio.taken(newest_packet)
        for settle in after_commit:
            settle()
        self.tick()

    def tick(self) -> None:
        """Do what is due by now."""
        now_ms = self._clock.now_ms()
        self._transmitter.tick(now_ms)
        self._bridge.pump(now_ms)
        if now_ms >= self._health_due_ms and self._uplink.room():
            self._health_due_ms = now_ms + HEALTH_PERIOD_MS
            topic = topics.gateway_health(self.identity.country, self.identity.name)
            self._uplink.publish(topic, self.health().pack(), qos=0)
        if now_ms >= self._prune_due_ms:
            self._prune_due_ms = now_ms + PRUNE_PERIOD_MS
            with self._store.transaction():
                self.counters.add(count.PRUNED, self._store.prune(self._clock.unix_s()))

    def deadline_ms(self) -> int:
        """Return when to call `tick` next if no event comes before."""
        deadlines = (
            self._prune_due_ms,
            self._health_due_ms if self._uplink.room() else None,
            self._transmitter.deadline_ms(),
            self._bridge.deadline_ms(),
        )
        return min(deadline for deadline in deadlines if deadline is not None)

    def health(self) -> GatewayHealth:
        """Return the heartbeat as of now."""
        return GatewayHealth(
            boot_id=self.identity.boot_id,
            time_s=self._clock.unix_s(),
            uptime_s=self.uptime_s(),
            modem_up=self.modem is not None,
            heard=self.counters[count.HEARD],
            stored=self.counters[count.STORED] + self.counters[count.CLONE],
            acknowledged=self.counters[count.ACKNOWLEDGED],
            receipted=self.counters[count.RECEIPTED],
            refused=sum(self.counters.refused().values()),
            waiting_sos=self.waiting[SOS],
            waiting_report=self.waiting[REPORT],
            waiting_health=self.waiting[HEALTH],
            oldest_waiting_s=self.oldest_waiting_s(),
        )

    def uptime_s(self) -> int:
        return (self._clock.now_ms() - self._started_ms) // 1000

    def oldest_waiting_s(self) -> int:
        """Return for how long the oldest unreceipted report has waited; 0 if none waits."""
        since = [self._store.oldest_waiting_s(lane) for lane in range(len(LANES))]
        oldest = min((at_s for at_s in since if at_s is not None), default=None)
        return 0 if oldest is None else max(0, self._clock.unix_s() - oldest)

    def _hear(self, event: PacketHeard, now_ms: int) -> None:
        self.airwaves.heard(len(event.packet), now_ms)
        self._reception.heard(event, now_ms)

    def _take(self, event: Event, now_ms: int, after_commit: list[Callable[[], None]]) -> None:
        match event:
            case Published():
                self._bridge.confirmed(event.token, accepted=event.accepted)
            case Transmitted():
                self._transmitter.transmitted(event, now_ms)
            case Message():
                after_commit.extend(self.returns.message(event, now_ms))
                after_commit.append(lambda: self._uplink.acknowledge(event.token))
            case RadioUp() | RadioDown() | RadioCounts():
                self._radio_changed(event, now_ms)
            case Connected() | Disconnected():
                self._backbone_changed(event, now_ms)
            case _:
                pass  # Stop concerns the runner alone

    def _radio_changed(self, event: RadioUp | RadioDown | RadioCounts, now_ms: int) -> None:
        match event:
            case RadioUp():
                self.modem, self.modem_trouble = event, ""
                self._transmitter.radio_up()
                self._beacons.soon(now_ms)
            case RadioDown():
                self.modem, self.modem_trouble = None, event.reason
                self._transmitter.radio_down()
            case RadioCounts():
                self.serial = event

    def _backbone_changed(self, event: Connected | Disconnected, now_ms: int) -> None:
        if isinstance(event, Connected):
            self.backbone_up, self.backbone_trouble = True, ""
            self.counters.add(count.CONNECTIONS)
            topic, payload = self.identity.presence(online=True)
            self._uplink.publish(topic, payload, retain=True)
            self._bridge.connected(now_ms)
            log.info("backbone up session_present=%s", event.session_present)
            return
        if self.backbone_up:
            self.counters.add(count.OUTAGES)
        if event.reason != self.backbone_trouble:  # told once, however often it is tried
            log.warning("backbone down reason=%s", event.reason)
        self.backbone_up, self.backbone_trouble = False, event.reason

    def _waits(self, lane: int) -> None:
        self.waiting[lane] += 1

    def _retired(self, lane: int) -> None:
        self.waiting[lane] -= 1

    def _envelope(self, report: StoredReport, attempt: int) -> tuple[str, bytes]:
        """Return topic and payload of a report; the order is that of ReportEnvelope."""
        payload = pack_report(
            (
                *report[:3],
                report.header,
                report.content,
                report.end_to_end_tag,
                report.digest,
                bool(report.quarantined),
                self.identity.name,
                self.identity.boot_id,
                *report[9:13],  # heard_at_s to hops
                attempt,
            )
        )
        return self._topic(report.device, report.lane), payload

    def _topic(self, device: int, lane: int) -> str:
        topic = self._topics.get((device, lane))
        if topic is None:
            handset = self._keyring.handset(device)
            unit = f"device-{device}" if handset is None else handset.call_sign
            make = topics.sos if lane == SOS else topics.report
            topic = self._topics[device, lane] = make(self.identity.country, unit)
        return topic
