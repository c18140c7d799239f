"""The modem: carries packets between the USB serial line and the radio, and knows nothing of them.

Four tasks share one `ModemLink`: one reads the line, one writes it and does what the host asks, one
sends by radio, one receives.  A task that fails is named to the host and started again; one that
hangs ends in the watchdog's reset.  The modem never sleeps: it would be deaf to its host.
"""

import asyncio
import gc

from turna_board import watchdog
from turna_board.board import build_radio, load_profile, power_on
from turna_board.identity import hello, new_boot_id
from turna_board.leaving import REBOOT, REPL, leave
from turna_board.radio import RadioError
from turna_board.supervisor import Supervisor
from turna_board.uptime import Uptime
from turna_board.usb_serial import UsbSerial
from turna_board.waiting import Bell, wait_for
from turna_protocol.duty import DutyLedger
from turna_protocol.errors import MisuseError
from turna_protocol.modem.messages import (
    CAN_TRANSMIT,
    FAILURE,
    MODEM,
    RADIO_FAILED,
    SETTING_REFUSED,
)
from turna_protocol.modem.modem_link import ConfigureAsked, ModemLink, RebootAsked, ReplAsked
from turna_protocol.modem.radio_messages import (
    CHANNEL_BUSY,
    LISTEN_FIRST,
    REGION_NAME_UNSET,
    SEND_FAILED,
    SENT,
    Status,
)
from turna_protocol.regions import refusal

from .listening import patience_ms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turna_board.radio_driver import RadioDriver
    from turna_board.watchdog import Feedable
    from turna_protocol.modem.radio_messages import RadioSetting, Transmit

CHECK_IN_MS = 5000
_UNKNOWN_NOISE_DBM = 0
_BAND = "all"  # the modem counts its air time; what is allowed is the gateway's to decide


class Modem:
    """One board in the modem role."""

    def __init__(self, board: str, radio: "RadioDriver") -> None:
        self._radio = radio
        self._serial = UsbSerial()
        self._uptime = Uptime()
        self._link = ModemLink(hello(MODEM, board, new_boot_id(), CAN_TRANSMIT))
        self._ledger = DutyLedger({_BAND: None})
        self._to_write = Bell()
        self._to_transmit = Bell()
        self._send_failures = 0

    async def run(self, supply_fault: str, watch: "Feedable | None") -> None:
        """Run until the host wants the prompt or the power goes."""
        if supply_fault:
            self._link.log(FAILURE, supply_fault)
        supervisor = Supervisor(self._uptime, self._failed, watch)
        supervisor.start("read", self._read)
        supervisor.start("write", self._write)
        supervisor.start("transmit", self._transmit)
        supervisor.start("receive", self._receive)
        await supervisor.watch()

    def _failed(self, name: str, error: Exception) -> None:
        self._link.log(FAILURE, f"{name}: {type(error).__name__}: {error}")

    # The line.

    async def _read(self) -> None:
        data = await self._serial.read(CHECK_IN_MS)
        if data:
            self._link.receive(data, self._uptime.ms())
            self._to_write.set()
            self._to_transmit.set()

    async def _write(self) -> None:
        await self._serial.write(self._link.to_send(self._uptime.ms()))
        event = self._link.next_event()
        while event is not None:
            if isinstance(event, ConfigureAsked):
                await self._configure(event.setting)
            elif isinstance(event, (RebootAsked, ReplAsked)):
                await self._leave(event)
            else:
                self._link.status(self._status())
            await self._serial.write(self._link.to_send(self._uptime.ms()))
            event = self._link.next_event()
        if await wait_for(self._to_write, self._wait_ms()):
            self._to_write.clear()

    def _wait_ms(self) -> int:
        now_ms = self._uptime.ms()
        deadline_ms = self._link.deadline_ms(now_ms)
        wait_ms = CHECK_IN_MS if deadline_ms is None else deadline_ms - now_ms
        return max(1, min(wait_ms, CHECK_IN_MS))

    async def _leave(self, event: "RebootAsked | ReplAsked") -> None:
        await self._serial.write(self._link.to_send(self._uptime.ms()))
        await leave(REBOOT if isinstance(event, RebootAsked) else REPL)

    def _status(self) -> Status:
        counters = self._radio.counters
        now_ms = self._uptime.ms()
        gc.collect()  # or what is garbage would count as used
        return Status(
            uptime_s=now_ms // 1000,
            free_heap=gc.mem_free(),
            queued=self._link.queued,
            airtime_last_hour_ms=self._ledger.used_ms(_BAND, now_ms),
            heard=counters.received,
            heard_damaged=counters.crc_errors + counters.header_errors,
            sent=counters.sent,
            send_failures=self._send_failures,
            events_dropped=self._link.events_dropped + counters.dropped,
            serial_undecodable=self._link.undecodable,
            noise_dbm=self._noise_dbm(),
        )

    def _noise_dbm(self) -> int:
        try:
            noise_dbm = self._radio.rssi_dbm()
        except RadioError:
            return _UNKNOWN_NOISE_DBM
        return _UNKNOWN_NOISE_DBM if noise_dbm is None else noise_dbm

    # The radio.

    async def _configure(self, setting: "RadioSetting") -> None:
        objection = None
        if setting.region != REGION_NAME_UNSET:
            objection = refusal(setting.region, setting.channel)
        if objection is not None:
            self._link.configuring_failed(SETTING_REFUSED, objection)
            return
        try:
            await self._radio.start(setting.channel)
            await self._radio.receive_continuous()
        except RadioError as error:
            self._link.configuring_failed(RADIO_FAILED, str(error))
        except MisuseError as error:
            self._link.configuring_failed(SETTING_REFUSED, str(error))
        else:
            self._link.configured(setting, setting)

    async def _receive(self) -> None:
        packet = await self._radio.next_packet(CHECK_IN_MS)
        if packet is not None:
            self._link.heard(
                packet.payload,
                rssi_dbm=packet.rssi_dbm,
                snr_db_x4=packet.snr_db_x4,
                at_ms=self._uptime.of(packet.at_ms),
            )
            self._to_write.set()

    async def _transmit(self) -> None:
        packet = self._link.next_transmission()
        if packet is None:
            if await wait_for(self._to_transmit, CHECK_IN_MS):
                self._to_transmit.clear()
            return
        result, airtime_us = SEND_FAILED, 0
        try:
            result, airtime_us = await self._send(packet)
        finally:
            if result == SEND_FAILED:
                self._send_failures += 1
            self._link.transmitted(result, airtime_us, self._uptime.ms())
            self._to_write.set()

    async def _send(self, packet: "Transmit") -> tuple[int, int]:
        try:
            if packet.flags & LISTEN_FIRST and not await self._channel_clears():
                return CHANNEL_BUSY, 0
            airtime_us = await self._radio.send(packet.payload)
        except RadioError as error:
            self._link.log(FAILURE, f"not sent: {error}")
            return SEND_FAILED, 0
        self._ledger.record(_BAND, airtime_us, self._uptime.ms())
        return SENT, airtime_us

    async def _channel_clears(self) -> bool:
        attempt = 0
        while not await self._radio.channel_is_clear():
            wait_ms = patience_ms(attempt)
            if wait_ms is None:
                return False
            await asyncio.sleep_ms(wait_ms)
            attempt += 1
        return True


async def run(board: str, *, watched: bool) -> None:
    """Run a board as a modem; all but its name comes by wire."""
    watch = watchdog.start() if watched else None
    profile = load_profile(board)
    supply_fault = await power_on(profile)
    await Modem(board, await build_radio(profile)).run(supply_fault, watch)
