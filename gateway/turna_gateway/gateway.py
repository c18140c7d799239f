"""The gateway's decisions in one place: events in; commits, radio packets and messages out.

One `process` call is one commit: whoever is told that something is held is told after it.  No
thread, no waiting, no clock of its own beyond the one it is handed, so it runs in virtual time too.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterable

from turna_backbone import topics
from turna_backbone.clock import Clock
from turna_backbone.envelope import REVOKED_HEARD_LIMIT, GatewayHealth
from turna_backbone.mqtt import NOBODY_LISTENS, Connected, Disconnected, Message, Published
from turna_gateway import counters as count
from turna_gateway.acknowledger import Acknowledger
from turna_gateway.airwaves import Airwaves
from turna_gateway.beacons import Beacons
from turna_gateway.bridge import Bridge
from turna_gateway.counters import Counters
from turna_gateway.distress import LASTS_S as DISTRESS_LASTS_S
from turna_gateway.down_states import DownStates
from turna_gateway.downlink import Downlink
from turna_gateway.handsets import CONTENTS_KEPT, Handsets
from turna_gateway.identity import Identity
from turna_gateway.intake import HEALTH, LANES, REPORT, SOS, Intake
from turna_gateway.keyring import Keyring
from turna_gateway.parcels import Parcels
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
from turna_gateway.receipt_rows import ReceiptRows
from turna_gateway.receipts import RadioReceipts
from turna_gateway.reception import Reception
from turna_gateway.report_rows import ReportRows
from turna_gateway.resend import Resending
from turna_gateway.returns import Returns
from turna_gateway.revoked import Revoked
from turna_gateway.store import SALVAGED, Store
from turna_gateway.transmitter import Transmitter
from turna_gateway.writing import Writing
from turna_protocol.mission import Mission
from turna_protocol.regions import SubBand
from turna_protocol.revocation import Revocations

log = logging.getLogger(__name__)

HEALTH_PERIOD_MS = 30_000
PRUNE_PERIOD_MS = 600_000
ROOM_PERIOD_MS = 5_000
# From here on the room left is for reports and SOS.
POSITIONS_REFUSED_FROM_PCT = 90


class Gateway:
    """Wires the parts and leads each event to the one that understands it."""

    def __init__(
        self,
        *,
        identity: Identity,
        mission: Mission,
        band: SubBand,
        second_band: SubBand | None = None,
        revoked_by_kit: Revocations | None = None,
        keyring: Keyring,
        store: Store,
        radio: Radio,
        uplink: Uplink,
        clock: Clock,
    ) -> None:
        self.identity = identity
        self.counters = Counters()
        self.handsets = Handsets(mission.frame)
        self.airwaves = Airwaves(mission.channel, band, second_band)
        self.waiting = [0] * len(LANES)
        self.modem: RadioUp | None = None
        self.disk_pct = 0
        self.salvaged = ""
        self.newer_store = ""  # why this gateway only shows what it has
        self.is_denied = False
        self.nobody_listens = False
        self.modem_trouble = "no modem was found yet"
        self.serial = RadioCounts(undecodable=0, malformed=0, lost=0)
        self.backbone_up = False
        self.backbone_trouble = "not connected yet"
        self._keyring = keyring
        self._store = store
        self._radio = radio
        self._uplink = uplink
        self._clock = clock
        self._started_ms = self._backbone_changed_ms = clock.now_ms()
        self._health_due_ms = self._started_ms
        self._room_due_ms = self._started_ms
        self._prune_due_ms = self._started_ms + PRUNE_PERIOD_MS
        self._rows = ReportRows(store)
        self._acknowledger = Acknowledger(identity.index, self._rows, self.counters)
        self._receipts = RadioReceipts(ReceiptRows(store), self.counters)
        self.revoked = Revoked(store, mission.public_key, revoked_by_kit or Revocations())
        self._down_states = DownStates(
            topic=topics.down_state(identity.country, identity.name), store=store, uplink=uplink
        )
        self.downlink = Downlink(
            keyring=keyring,
            store=store,
            revoked=self.revoked,
            airwaves=self.airwaves,
            counters=self.counters,
            clock=clock,
            news=self._down_states.news,
        )
        self._beacons = Beacons(
            gateway_index=identity.index,
            broadcast_key=keyring.broadcast_key,
            store=store,
            counters=self.counters,
            unix_s=clock.unix_s,
            load_pct=self.airwaves.load_pct,
            heard_now=self.downlink.beacon_said,
            hops=mission.hops,
        )
        self._transmitter = Transmitter(
            radio=radio,
            airwaves=self.airwaves,
            speakers=(self._acknowledger, self._receipts, self.downlink, self._beacons),
            store=store,
            counters=self.counters,
            hops=mission.hops,
        )
        self._parcels = Parcels(identity, keyring)
        self._bridge = Bridge(
            rows=self._rows, uplink=uplink, counters=self.counters, pack=self._parcels.pack
        )
        self._reception = Reception(
            intake=Intake(keyring, self.revoked.is_revoked),
            rows=self._rows,
            acknowledger=self._acknowledger,
            receipts=self._receipts,
            downlink=self.downlink,
            bridge=self._bridge,
            handsets=self.handsets,
            counters=self.counters,
            clock=clock,
            waits=self._waits,
            hops=mission.hops,
        )
        self._writing = Writing(
            store=store,
            rows=self._rows,
            reception=self._reception,
            take=self._take,
            roll_back=self._roll_back,
            clock=clock,
        )
        self.returns = Returns(
            receipt_topic=topics.receipt(identity.country, identity.name),
            resend_topic=topics.resend(identity.country, identity.name),
            down_topic=topics.down(identity.country, identity.name),
            downlink=self.downlink,
            resending=Resending(
                store=store,
                rows=self._rows,
                bridge=self._bridge,
                counters=self.counters,
                waits=self._waits,
            ),
            rows=self._rows,
            receipts=self._receipts,
            bridge=self._bridge,
            counters=self.counters,
            clock=clock,
            retired=self._retired,
            distress=self.handsets.distress,
        )

    def load(self) -> None:
        """Take up what the run before left behind; the store is open."""
        now_ms = self._clock.now_ms()
        self.waiting = [self._rows.count_waiting(lane) for lane in range(len(LANES))]
        self._reception.put_aside = self._store.suspects()
        self.salvaged = (self._store.recall(SALVAGED) or b"").decode()
        self._transmitter.load(now_ms)
        self._receipts.load(now_ms)
        self.revoked.load()
        self.downlink.load(now_ms)
        for handset in self._keyring.handsets():
            last = self._rows.last_of(handset.device, handset.generation, CONTENTS_KEPT)
            if last:
                self.handsets.restore(handset, last)
        since_s = self._clock.unix_s() - DISTRESS_LASTS_S
        for row, state in self._rows.calls_since(since_s):
            who = (row.device, row.generation, row.seq)
            self.handsets.distress.heard(*who, row.content, row.heard_at_s)
            self.handsets.distress.told(*who, state)

    def process(self, events: Iterable[Event]) -> None:
        """Take a group of events in one commit, then answer them and do what else is due."""
        now_ms = self._clock.now_ms()
        commits = self._store.commits
        packets: list[PacketHeard] = []
        others: list[Event] = []
        for event in events:
            if isinstance(event, PacketHeard):
                packets.append(event)
            else:
                others.append(event)
        if packets:
            self.airwaves.heard([len(event.packet) for event in packets], now_ms)
        try:
            self._writing.commit(others, packets, now_ms)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
                raise
            # Nothing was kept, so nobody is told anything: handsets and brokers send it again.
            self._roll_back(now_ms)
            self._note_full_disk()
            return
        self.counters.add(count.COMMITS, self._store.commits - commits)
        if packets:
            self._radio.taken(max(event.number for event in packets))
        self.tick()

    def _roll_back(self, now_ms: int) -> None:
        """Forget what a group that was not committed changed in memory."""
        self._reception.forget()
        self.revoked.load()
        self.downlink.load(now_ms)

    def tick(self) -> None:
        """Do what is due by now."""
        now_ms = self._clock.now_ms()
        if now_ms >= self._room_due_ms:
            self._room_due_ms = now_ms + ROOM_PERIOD_MS
            self._look_for_room()
        try:
            self._transmitter.tick(now_ms)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
                raise
            self._note_full_disk()  # what cannot be booked is not said
        self.downlink.expire(now_ms)
        self._bridge.pump(now_ms)
        self._down_states.pump(now_ms)
        if now_ms >= self._health_due_ms and self._uplink.room():
            self._health_due_ms = now_ms + HEALTH_PERIOD_MS
            topic = topics.gateway_health(self.identity.country, self.identity.name)
            self._uplink.publish(topic, self.health().pack(), qos=0)
        if now_ms >= self._prune_due_ms:
            self._prune_due_ms = now_ms + PRUNE_PERIOD_MS
            with self._store.transaction():
                self.counters.add(count.PRUNED, self._rows.prune(self._clock.unix_s()))
                self.downlink.prune()

    def deadline_ms(self) -> int:
        """Return when to call `tick` next if no event comes before."""
        deadlines = (
            self._prune_due_ms,
            self._health_due_ms if self._uplink.room() else None,
            self._transmitter.deadline_ms(),
            self._bridge.deadline_ms(),
            self.downlink.expiry_due_ms(),
            self._down_states.deadline_ms(),
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
            revoked_heard=tuple(sorted(self.handsets.revoked_heard().items()))[
                :REVOKED_HEARD_LIMIT
            ],
        )

    def uptime_s(self) -> int:
        return (self._clock.now_ms() - self._started_ms) // 1000

    def backbone_down_s(self) -> int:
        """Return for how long there has been no backbone; 0 while there is one."""
        down_ms = self._clock.now_ms() - self._backbone_changed_ms
        return 0 if self.backbone_up else down_ms // 1000

    def oldest_waiting_s(self) -> int:
        """Return for how long the oldest unreceipted report has waited; 0 if none waits."""
        since = [self._rows.oldest_waiting_s(lane) for lane in range(len(LANES))]
        oldest = min((at_s for at_s in since if at_s is not None), default=None)
        return 0 if oldest is None else max(0, self._clock.unix_s() - oldest)

    def put_aside(self) -> int:
        """Return how many packets are kept raw, since this program broke off at them."""
        return len(self._reception.put_aside)

    def broke_off(self) -> None:
        """Note at which packet, if at one, the process is about to end by an error of ours."""
        if self._reception.hearing:
            self._store.blame(self._reception.hearing, self._clock.unix_s())

    def _look_for_room(self) -> None:
        self.disk_pct = self._store.fill_pct()
        self._reception.is_short_of_room = self.disk_pct >= POSITIONS_REFUSED_FROM_PCT
        if self._reception.is_short_of_room:
            with self._store.transaction():
                pruned = self._rows.prune(self._clock.unix_s(), keep_s=0)
            self.counters.add(count.PRUNED, pruned)

    def _note_full_disk(self) -> None:
        self.counters.add(count.DISK_FULL)
        self.disk_pct = 100
        self._reception.is_short_of_room = True

    def _take(self, event: Event, now_ms: int, after_commit: list[Callable[[], None]]) -> None:
        match event:
            case Published():
                if self._bridge.confirmed(event.token, now_ms, accepted=event.accepted):
                    self.is_denied = not event.accepted
                    self.nobody_listens = event.code == NOBODY_LISTENS
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
            self._backbone_changed_ms = now_ms
            self.counters.add(count.CONNECTIONS)
            topic, payload = self.identity.presence(online=True)
            self._uplink.publish(topic, payload, retain=True)
            self._bridge.connected(now_ms)
            self._down_states.connected()
            log.info("backbone up session_present=%s", event.session_present)
            return
        if self.backbone_up:
            self._backbone_changed_ms = now_ms
            self.counters.add(count.OUTAGES)
        trouble = f"{event.broker}: {event.reason}" if event.broker else event.reason
        if trouble != self.backbone_trouble:  # told once, however often it is tried
            log.warning("backbone down broker=%s reason=%s", event.broker, event.reason)
        self.backbone_up, self.backbone_trouble = False, trouble

    def _waits(self, lane: int) -> None:
        self.waiting[lane] += 1

    def _retired(self, lane: int) -> None:
        self.waiting[lane] -= 1

    def bytes_per_report(self) -> int:
        """Return what a report costs on the backbone, repetitions included, without receipts."""
        published = self.counters[count.PUBLISHED]
        return self._parcels.bytes_packed // published if published else 0
