"""Carries reports from the journal to a gateway, and news of them back; `link` decides, this does.

Everything a stranger can put on the air ends here: refused, counted and forgotten, or believed
because its tag was made with a key of this deployment.
"""

import asyncio

from turna_board.radio import RadioError
from turna_board.waiting import Bell, wait_for
from turna_protocol import codes, delivery, packet
from turna_protocol.acknowledgement import sequences, unpack_acknowledgements, unpack_receipts
from turna_protocol.beacon import TIME_GNSS, TIME_NETWORK, BeaconMemory, turn, unpack_beacon
from turna_protocol.errors import MalformedError, NotAuthenticError
from turna_protocol.link import ADMISSION_LASTS_MS, SOS_PRIORITY, Deferred, Link
from turna_protocol.relay_timing import answer_takes_longer_ms

from . import listening as listen_for
from .journal_index import Entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from turna_board.counters import Counters
    from turna_board.radio import ReceivedPacket
    from turna_board.uptime import Uptime
    from turna_protocol.channel import Channel
    from turna_protocol.duty import DutyLedger

    from .clock import Clock
    from .journal import Journal
    from .listening import Listening
    from .mailbox import Mailbox
    from .provisioning import Provisioning

    News = Callable[[int, int], None]  # number and new state of a report

CHECK_IN_MS = 5000  # wake at least so often, so that the supervisor sees us alive
RADIO_RETRY_MS = 2000
# Priorities a handset sends, most urgent first.
_PRIORITIES = (3, 2, 1, 0)


class Courier:
    """Sends what the journal holds and reads what gateways answer."""

    def __init__(
        self,
        *,
        provisioning: "Provisioning",
        radio: "Driver",
        journal: "Journal",
        ledger: "DutyLedger",
        listening: "Listening",
        clock: "Clock",
        uptime: "Uptime",
        counters: "Counters",
        random_below: "Callable[[int], int]",
        news: "News",
        mail: "Mailbox",
        seal_holding: "Callable[[bytes], bytes | None]",
    ) -> None:
        self.rssi_dbm: int | None = None
        self.snr_db: int | None = None
        self.duty_exhausted = False
        self.radio_failed = False
        self._provisioning = provisioning
        self._channel = provisioning.channel
        self._radio = radio
        self._journal = journal
        self._ledger = ledger
        self._listening = listening
        self._clock = clock
        self._uptime = uptime
        self._counters = counters
        self._news = news
        self._mail = mail
        self._seal_holding = seal_holding
        self._band = provisioning.band  # without one this courier never runs
        self._link = Link(
            provisioning.device,
            random_below,
            self._channel.airtime_ms,
            answer_takes_longer_ms(provisioning.hops, self._channel.airtime_ms),
        )
        self._beacons = BeaconMemory()
        self._offered: set[int] = set()
        self._refill_due = True
        self._phase_ends_ms = 0
        self._radio_ready = Bell()
        self._radio_rest = ""
        self._in_turns = True  # until the radio says that preambles are too short for that
        self._rest_changed = Bell()
        self._wake = Bell()

    def submit(self) -> None:
        """Say that the journal holds something new."""
        self._refill_due = True
        self._wake.set()

    def answer(self) -> None:
        """Say that the mailbox has a holding to send."""
        self._wake.set()

    def airtime_s(self) -> int:
        """Return how long this handset was on the air in the last hour."""
        if not self._band:
            return 0
        return self._ledger.used_ms(self._band, self._uptime.ms()) // 1000

    async def radio_once(self) -> None:
        """Set the radio up for the mission's channel if it is not, and look after it."""
        if not self._radio_ready.is_set():
            try:
                await self._radio.start(self._channel)
                self._radio_ready.set()
            except RadioError:
                self._radio_error()
                await asyncio.sleep_ms(RADIO_RETRY_MS)
                return
        now_ms = self._uptime.ms()
        await self._let_rest(self._wanted_rest(now_ms))
        self.radio_failed = bool(self._radio.fault)
        ends_ms = self._listening.deadline_ms(now_ms)
        wait_ms = CHECK_IN_MS if ends_ms is None else max(1, min(ends_ms - now_ms, CHECK_IN_MS))
        if await wait_for(self._rest_changed, wait_ms):
            self._rest_changed.clear()

    async def rest(self) -> None:
        """Let the radio sleep: the handset is switched off."""
        await self._let_rest(listen_for.REST)

    def power_changed(self) -> None:
        """Say that the mode of power is another one."""
        self._rest_changed.set()

    def deadline_ms(self) -> int | None:
        """Return before when this courier has to run again, or None while nothing is urgent."""
        now_ms = self._uptime.ms()
        if self._radio_rest and self._wanted_rest(now_ms) != self._radio_rest:
            return now_ms  # what the radio does has to change, and has not yet
        found = None
        for due_ms in (
            self._link.deadline_ms(),
            self._answer_ms(),
            self._listening.deadline_ms(now_ms),
        ):
            if due_ms is not None and (found is None or due_ms < found):
                found = due_ms
        return found

    def _answer_ms(self) -> int | None:
        """Return when a holding may be sent, or None while there is none."""
        due_ms = self._mail.deadline_ms()
        return None if due_ms is None else max(due_ms, self._link.quiet_until_ms())

    async def send_once(self) -> None:
        """Put the most urgent due packet on the air, or wait for a reason to."""
        if not await wait_for(self._radio_ready, CHECK_IN_MS):
            return
        now_ms = self._uptime.ms()
        self._refill()
        if now_ms > self._phase_ends_ms:
            self._link.clear_phase()
        due = self._link.to_transmit(now_ms)
        if due is not None:
            await self._transmit(due[0], due[1], now_ms)
        elif not await self._answer(now_ms) and await wait_for(self._wake, self._wait_ms(now_ms)):
            self._wake.clear()
        self._take_events()

    async def receive_once(self) -> None:
        """Take the next packet from the air, whatever it is."""
        if not await wait_for(self._radio_ready, CHECK_IN_MS):
            return
        received = await self._radio.next_packet(CHECK_IN_MS)
        if received is None:
            return
        self._counters.count("radio heard")
        try:
            self.heard(received)
        except MalformedError:
            self._counters.count("refused malformed packet")
        except NotAuthenticError:
            self._counters.count("refused false tag")

    def heard(self, received: "ReceivedPacket") -> None:
        """Believe a packet, or raise MalformedError or NotAuthenticError."""
        kind = packet.packet_kind(received.payload)
        if kind == packet.ACKNOWLEDGEMENT:
            self._acknowledged(received)
        elif kind == packet.RECEIPT:
            self._receipted(received)
        elif kind == packet.BEACON:
            self._beacon(received)
        elif self._mail.heard(received.payload):
            self._gateway_heard(received)
        else:
            self._counters.count("radio for others")

    # -- what gateways say

    def _acknowledged(self, received: "ReceivedPacket") -> None:
        device, key = self._provisioning.device, self._provisioning.link_key
        for entry in unpack_acknowledgements(received.payload, device, key):
            self._gateway_heard(received)
            for seq in sequences(entry):
                self._link.acknowledged(seq, self._uptime.ms())
                self._advance(seq, delivery.AT_GATEWAY)

    def _receipted(self, received: "ReceivedPacket") -> None:
        device, key = self._provisioning.device, self._provisioning.authentication_key
        for entry in unpack_receipts(received.payload, device, key):
            self._gateway_heard(received)
            for seq in sequences(entry):
                self._link.receipted(seq, self._uptime.ms())
                self._offered.discard(seq)
                self._advance(seq, entry.state)

    def _beacon(self, received: "ReceivedPacket") -> None:
        beacon = unpack_beacon(received.payload, self._provisioning.broadcast_key)
        now_ms = self._uptime.ms()
        if not self._beacons.is_fresh(beacon, now_ms):
            self._counters.count("refused old beacon")
            return
        self._counters.count("beacons")
        ended_ms = self._uptime.of(received.at_ms)
        if not beacon.hops:
            self._listening.beacon(ended_ms, beacon.gateway)
        self._gateway_heard(received)
        if beacon.time_quality in (TIME_NETWORK, TIME_GNSS):
            self._clock.tell(beacon.time_s, codes.TIME_BEACON, now_ms)
        self._link.beacon_heard(now_ms, beacon.admitted_priority, beacon.grouping_ms)
        phase = turn(beacon, self._provisioning.device)
        if phase is None:
            self._link.clear_phase()
        else:
            period_ms, after_ms, width_ms = phase
            self._link.assign_phase(period_ms, ended_ms + after_ms, width_ms)
            self._phase_ends_ms = now_ms + ADMISSION_LASTS_MS
        self._wake.set()

    def _wanted_rest(self, now_ms: int) -> str:
        """Return what the radio is to do now, as far as it can."""
        rest = self._listening.rest(now_ms)
        if rest == listen_for.IN_TURNS and not self._in_turns:
            rest = self._listening.always(now_ms)
        return rest

    async def _let_rest(self, rest: str) -> None:
        """Let the radio receive or sleep between transmissions, if it does not do so already."""
        if rest == self._radio_rest:
            return
        try:
            if rest == listen_for.REST:
                await self._radio.sleep()
            elif rest == listen_for.IN_TURNS:
                preamble_symbols = self._channel.preamble_symbols
                self._in_turns = await self._radio.receive_duty_cycle(preamble_symbols)
                rest = rest if self._in_turns else listen_for.RECEIVE
            else:
                await self._radio.receive_continuous(sparing=rest == listen_for.SPARING)
            self._radio_rest = rest
        except RadioError:
            self._radio_error()

    def _gateway_heard(self, received: "ReceivedPacket") -> None:
        self.rssi_dbm = received.rssi_dbm
        self.snr_db = received.snr_db_x4 // 4
        self._listening.heard(self._uptime.ms(), self.snr_db)

    def _advance(self, seq: int, state: int) -> None:
        if self._journal.advance(seq, state):
            self.submit()
            self._news(seq, state)

    # -- what we say

    async def _transmit(self, seq: int, sealed: bytes, now_ms: int) -> None:
        entry = self._journal.entry(seq)
        sos = entry is not None and entry.priority >= SOS_PRIORITY
        if await self._put_on_air(sealed, now_ms, sos=sos):
            self._link.transmitted(seq, self._uptime.ms())
            self._journal.attempted(seq)

    async def _answer(self, now_ms: int) -> bool:
        """Send a holding that is due, once; return whether there was one to send now."""
        if now_ms < self._link.quiet_until_ms():
            return False
        due = self._mail.holding_due(now_ms)
        if due is None:
            return False
        key, content = due
        sealed = self._seal_holding(content)
        if sealed is None or await self._put_on_air(sealed, now_ms, sos=False):
            self._mail.answered(key)
        return True

    async def _put_on_air(self, sealed: bytes, now_ms: int, *, sos: bool) -> bool:
        """Send a packet if duty and channel allow it; return whether it was sent."""
        airtime_us = self._channel.airtime_us(len(sealed))
        wait_ms = self._ledger.wait_ms(self._band, airtime_us, now_ms, sos=sos)
        self.duty_exhausted = wait_ms > 0
        if wait_ms:
            self._counters.count("waits air time used up")
            self._link.not_before(now_ms + wait_ms, sos=sos)
            return False
        try:
            if not await self._radio.channel_is_clear():
                self._counters.count("waits channel busy")
                self._link.channel_busy(self._uptime.ms())
                return False
            self._ledger.record(self._band, airtime_us, now_ms)
            self._listening.sent(self._uptime.ms() + airtime_us // 1000, self._link.answer_ms())
            await self._let_rest(self._wanted_rest(self._uptime.ms()))
            await self._radio.send(sealed)
            self._rest_changed.set()
        except RadioError:
            self._radio_error()
            self._link.channel_busy(self._uptime.ms())
            await asyncio.sleep_ms(RADIO_RETRY_MS)
            return False
        self.radio_failed = False
        self._counters.count("radio sent")
        return True

    def _refill(self) -> None:
        """Offer the link what the journal still has to deliver, most urgent first."""
        if not self._refill_due:
            return
        self._refill_due = False
        for held in (False, True):
            state = delivery.AT_GATEWAY if held else delivery.SAVED
            for priority in _PRIORITIES:
                if not self._offer_all(state, priority, held):
                    return

    def _offer_all(self, state: int, priority: int, held: bool) -> bool:
        """Offer every report of this state and priority; return whether all were taken."""
        for entry in self._journal.waiting(state, priority):
            if entry.seq not in self._offered and not self._offer(entry, held):
                return False
        return True

    def _offer(self, entry: Entry, held: bool) -> bool:
        if held and not self._link.room():
            return False
        report = self._journal.report(entry.seq)
        if report is None:
            self._counters.count("lost record unreadable")
            self._offered.add(entry.seq)
            return True
        if not self._link.offer(
            entry.seq, report.packet, entry.priority, self._uptime.ms(), held=held
        ):
            return False
        self._offered.add(entry.seq)
        return True

    def _take_events(self) -> None:
        event = self._link.next_event()
        while event is not None:
            if isinstance(event, Deferred):
                self._offered.discard(event.seq)
            event = self._link.next_event()

    def _wait_ms(self, now_ms: int) -> int:
        wait_ms = CHECK_IN_MS
        for due_ms in (self._link.deadline_ms(), self._answer_ms()):
            if due_ms is not None:
                wait_ms = min(wait_ms, due_ms - now_ms)
        return max(1, wait_ms)

    def _radio_error(self) -> None:
        self.radio_failed = True
        self._counters.count("radio failures")


if TYPE_CHECKING:
    from typing import Protocol

    class Driver(Protocol):
        """A packet radio; `fault` is empty while it works."""

        fault: str

        async def start(self, channel: "Channel") -> None: ...
        async def send(self, packet: bytes) -> int: ...
        async def channel_is_clear(self) -> bool: ...
        async def receive_continuous(self, *, sparing: bool = False) -> None: ...
        async def receive_duty_cycle(self, sender_preamble_symbols: int) -> bool: ...
        async def sleep(self) -> None: ...
        async def next_packet(self, timeout_ms: int | None = None) -> ReceivedPacket | None: ...
