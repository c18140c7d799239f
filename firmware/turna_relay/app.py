"""The relay: passes on what it hears, once, with one hop fewer; `turna_protocol.relay` decides.

Has no key and no journal.  Obeys the duty budget of its band like everybody, and leaves the part
kept for an SOS alone: what is one, it cannot know.
"""

import asyncio
import gc
import os
import random

from turna_board import watchdog
from turna_board.board import build_radio, load_profile, power_on
from turna_board.counters import Counters
from turna_board.identity import hello, new_boot_id
from turna_board.leaving import leave
from turna_board.led import build_led
from turna_board.ledger_file import LedgerFile
from turna_board.oled import build_display
from turna_board.radio import RadioError
from turna_board.supervisor import Supervisor
from turna_board.uptime import Uptime
from turna_board.usb import UsbService
from turna_board.usb_serial import UsbSerial
from turna_board.waiting import Bell, wait_for
from turna_protocol.duty import DutyLedger
from turna_protocol.errors import MalformedError
from turna_protocol.modem.messages import CAN_TRANSMIT, HAS_COUNTERS, RELAY
from turna_protocol.packet import ALERT, packet_kind
from turna_protocol.relay import NO_GATEWAY, TAKEN, Relay

from .face import Face

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from turna_board.radio_driver import RadioDriver
    from turna_board.watchdog import Feedable

    from .setting import RelaySetting

CHECK_IN_MS = 5_000
RADIO_RETRY_MS = 2_000
ROUTINE_EVERY_MS = 1_000


class RelayBoard:
    """One board in the relay's role."""

    def __init__(
        self, setting: "RelaySetting", profile: "ModuleType", radio: "RadioDriver"
    ) -> None:
        self._setting = setting
        self._radio = radio
        self._channel = setting.channel
        self._uptime = Uptime()
        self._counters = Counters()
        self._ledger = DutyLedger({setting.band: setting.duty_permille} if setting.band else {})
        self._ledger_file = LedgerFile(self._ledger)
        self._relay = Relay(_random_below, self._channel.airtime_ms)
        self._serial = UsbSerial()
        self._usb = UsbService(
            hello(RELAY, setting.board, new_boot_id(), CAN_TRANSMIT | HAS_COUNTERS),
            None,
            self._counted,
        )
        self._led = build_led(profile)
        self._face = Face(build_display(profile))
        self._radio_ready = Bell()
        self._wake = Bell()

    async def run(self, supply_fault: str, watch: "Feedable | None") -> None:
        """Run until the power goes; what the supply lacks is counted."""
        if supply_fault:
            self._counters.count("failed supply")
        self._ledger_file.load(self._uptime.ms())
        supervisor = Supervisor(self._uptime, self._failed, watch)
        supervisor.start("usb", self._usb_once)
        supervisor.start("routine", self._routine_once)
        if self._setting.refusal is None:
            supervisor.start("radio", self._radio_once)
            supervisor.start("hear", self._hear_once)
            supervisor.start("speak", self._speak_once)
        await supervisor.watch()

    # Tasks.

    async def _radio_once(self) -> None:
        if not self._radio_ready.is_set():
            try:
                await self._radio.start(self._channel)
                await self._radio.receive_continuous()
                self._counters.count("radio started")
                self._radio_ready.set()
            except RadioError:
                self._counters.count("radio failures")
                await asyncio.sleep_ms(RADIO_RETRY_MS)
                return
        await asyncio.sleep_ms(CHECK_IN_MS)

    async def _hear_once(self) -> None:
        if not await wait_for(self._radio_ready, CHECK_IN_MS):
            return
        received = await self._radio.next_packet(CHECK_IN_MS)
        if received is None:
            return
        self._counters.count("radio heard")
        try:
            verdict = self._relay.heard(received.payload, self._uptime.of(received.at_ms))
        except MalformedError:
            self._counters.count("refused malformed packet")
            return
        self._counters.count(verdict)
        if verdict == TAKEN:
            self._wake.set()

    async def _speak_once(self) -> None:
        now_ms = self._uptime.ms()
        packet = self._relay.to_transmit(now_ms)
        if packet is None:
            if await wait_for(self._wake, self._wait_ms(now_ms)):
                self._wake.clear()
            return
        airtime_us = self._channel.airtime_us(len(packet))
        alarm = packet_kind(packet) == ALERT
        if not self._ledger.may_send(self._setting.band, airtime_us, now_ms, sos=alarm):
            self._counters.count("dropped air time used up")
            self._relay.finished()
            return
        await self._transmit(packet, airtime_us, now_ms)

    async def _transmit(self, packet: bytes, airtime_us: int, now_ms: int) -> None:
        try:
            if not await self._radio.channel_is_clear():
                self._counters.count("waits channel busy")
                self._relay.channel_busy(self._uptime.ms())
                return
            if self._relay.to_transmit(self._uptime.ms()) is not packet:
                return  # acknowledged, or another relay spoke, while the channel was sensed
            self._relay.finished()
            self._ledger.record(self._setting.band, airtime_us, now_ms)
            self._led.light(True)
            await self._radio.send(packet)
            self._counters.count("relay passed on")
        except RadioError:
            self._counters.count("radio failures")
            await asyncio.sleep_ms(RADIO_RETRY_MS)
        finally:
            self._led.light(False)

    async def _usb_once(self) -> None:
        data = await self._serial.read(CHECK_IN_MS)
        if data:
            self._usb.receive(data, self._uptime.ms())
        await self._serial.write(self._usb.take())
        if self._usb.wish is not None:
            await leave(self._usb.wish)

    async def _routine_once(self) -> None:
        now_ms = self._uptime.ms()
        self._ledger_file.save_if_due(now_ms)
        self._face.show(self._lines(now_ms))
        await asyncio.sleep_ms(ROUTINE_EVERY_MS)

    # What it tells.

    def _lines(self, now_ms: int) -> tuple[str, ...]:
        distance = self._relay.distance(now_ms)
        gateway = f"gateway: {distance + 1} hop" if distance < NO_GATEWAY else "NO GATEWAY HEARD"
        wrong = "radio failed" if self._radio.fault else ""
        if self._setting.refusal is not None:
            wrong = "NOT ALLOWED HERE"
        return (
            "TURNA RELAY",
            gateway,
            f"passed on {self._counters.of('relay passed on')}",
            f"heard {self._counters.of('radio heard')}",
            wrong,
        )

    def _failed(self, name: str, error: Exception) -> None:
        self._counters.count(f"failed {name} {type(error).__name__}")

    def _counted(self) -> Counters:
        """Return all counters, those that other parts keep included."""
        gc.collect()
        now_ms = self._uptime.ms()
        used_ms = self._ledger.used_ms(self._setting.band, now_ms) if self._setting.band else 0
        for name, count in (
            ("uptime s", now_ms // 1000),
            ("memory free", gc.mem_free()),
            ("air time s", used_ms // 1000),
            ("relay acknowledged", self._relay.acknowledged),
            ("dropped stale", self._relay.stale),
            ("display failures", self._face.failures),
            ("ledger failures", self._ledger_file.failures),
            ("refused usb", self._usb.refused),
            ("radio crc errors", self._radio.counters.crc_errors),
            ("radio resets", self._radio.counters.resets),
        ):
            self._counters.put(name, count)
        return self._counters

    def _wait_ms(self, now_ms: int) -> int:
        deadline_ms = self._relay.deadline_ms()
        return (
            CHECK_IN_MS if deadline_ms is None else max(1, min(deadline_ms - now_ms, CHECK_IN_MS))
        )


def _random_below(limit: int) -> int:
    return random.randrange(limit)  # noqa: S311 - spreads transmissions, guards nothing


async def run(setting: "RelaySetting") -> None:
    """Run a board as a relay."""
    watch = watchdog.start() if setting.watchdog else None
    random.seed(int.from_bytes(os.urandom(4), "big"))
    profile = load_profile(setting.board)
    supply_fault = await power_on(profile)
    await RelayBoard(setting, profile, await build_radio(profile)).run(supply_fault, watch)
