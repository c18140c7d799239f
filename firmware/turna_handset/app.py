"""The handset, read this first: builds every part, starts the tasks, and keeps them running.

    keys -> panel -> desk -> reporter -> journal -> courier ~~radio~~> gateway
              ^-------------------------------------- news of each report -'

Each task is a step that the supervisor repeats; what a step raises is counted, and one that hangs
ends in the watchdog's reset.
"""

import asyncio
import gc
import os
import random

import machine

from turna_board import watchdog
from turna_board.battery import build_battery
from turna_board.buttons import build_buttons
from turna_board.buzzer import build_buzzer
from turna_board.counters import Counters
from turna_board.flash import Nvs
from turna_board.gnss_uart import build_gnss
from turna_board.leaving import leave
from turna_board.led import build_led
from turna_board.ledger_file import LedgerFile
from turna_board.light_sleep import LightSleep, run_slowly
from turna_board.release import BUILT_S
from turna_board.supervisor import Supervisor
from turna_board.supply import build_supply
from turna_board.uptime import Uptime
from turna_board.usb_serial import UsbSerial
from turna_board.waiting import Bell, wait_for
from turna_protocol import codes
from turna_protocol.duty import DutyLedger

from . import nap, parts, power, speech
from .clock import Clock
from .courier import Courier
from .desk import Desk
from .economy import Economy, chosen_mode, keep_mode
from .journal import Journal
from .listening import Listening
from .mailbox import Mailbox
from .numbers import open_sequence
from .panel import Panel
from .position import Position
from .power import FixRhythm, Power
from .reporter import Reporter
from .screen import Screen
from .status import StatusBoard
from .usb_port import UsbPort

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from turna_board.radio_driver import RadioDriver
    from turna_board.watchdog import Feedable
    from turna_protocol.reports import Report

    from .compose import Composer
    from .phone import Phone
    from .provisioning import Provisioning

JOURNAL_DIRECTORY = "/journal"
INBOX_DIRECTORY = "/inbox"
NUMBERS_DIRECTORY = ""  # files beside settings.json

ROUTINE_EVERY_MS = 1000
BATTERY_EVERY_MS = 30_000
CHECK_IN_MS = 5000
# The first reports go out soon, but at random, so that handsets switched on together do not speak
# together.
FIRST_POSITION_MS = 10_000
FIRST_FIX_PATIENCE_MS = 90_000
FIRST_HEALTH_MS = 60_000
FIRST_SPREAD_MS = 20_000


class Handset:
    """All parts of a provisioned handset and the tasks that move them."""

    def __init__(
        self, provisioning: "Provisioning", profile: "ModuleType", radio: "RadioDriver"
    ) -> None:
        from turna_board.oled import build_display

        self._provisioning = provisioning
        self._uptime = Uptime()
        self._counters = Counters()
        nvs = Nvs()
        self._counters.put("restarts", count_restart(nvs))
        self._radio = radio
        self._battery = build_battery(profile)
        self._gnss = build_gnss(profile)
        self._serial = UsbSerial()

        self._clock = Clock(max(BUILT_S, provisioning.frame.epoch_s))
        self._position = Position()
        self._power = Power(chosen_mode(provisioning.power), self._uptime.ms())
        self._journal = Journal(JOURNAL_DIRECTORY)
        self._numbers = open_sequence(provisioning.link_key, nvs, NUMBERS_DIRECTORY)
        ledger = DutyLedger(_duty_budgets(provisioning))
        self._ledger_file = LedgerFile(ledger)
        reporter = Reporter(provisioning, self._journal, self._numbers, self._counters)
        self._usb = UsbPort(provisioning.board, self._journal, self._counted)
        self._mail_came = Bell()
        self._mail = Mailbox(
            provisioning,
            INBOX_DIRECTORY,
            parts,
            counters=self._counters,
            uptime_ms=self._uptime.ms,
            random_below=random_below,
            now_s=self._now_s,
            make_room=self._room_for_letters,
            settings=self._settings,
            news=self._mail_news,
            answers=self._answer,
            arrived=self._mail_came.set,
            pause=_pause,
        )
        self._courier = Courier(
            provisioning=provisioning,
            radio=self._radio,
            journal=self._journal,
            ledger=ledger,
            listening=Listening(self._power),
            clock=self._clock,
            uptime=self._uptime,
            counters=self._counters,
            random_below=random_below,
            news=self._news,
            mail=self._mail,
            seal_holding=reporter.seal_holding,
        )
        self._status = StatusBoard(
            provisioning,
            journal=self._journal,
            clock=self._clock,
            position=self._position,
            counters=self._counters,
            mail=self._mail,
            network=lambda: () if self._phone is None else self._phone.network,
        )
        self._phone: Phone | None = None  # in memory only while somebody wants it
        self._desk = Desk(
            self._composer,
            reporter,
            self._courier,
            self._status,
            self._mail,
            self._make_room,
            self._choose_power,
            self._phone_page,
        )
        supply = self._supply = build_supply(profile)
        self._going_off = False
        buttons = build_buttons(profile)
        self._panel = Panel(
            buttons=buttons,
            screen=Screen(build_display(profile), supply, self._counters),
            power=self._power,
            buzzer=build_buzzer(profile),
            led=build_led(profile),
            uptime=self._uptime,
            journal=self._journal,
            desk=self._desk,
            status=self._status,
            mail=self._mail,
            warning=self._warning,
            host_gives_way=self._usb.close,
        )
        self._buttons = buttons
        self._sleeper = LightSleep(self._radio.line, *buttons.pins())
        self._economy = Economy(
            self._power,
            None if self._gnss is None else self._rhythm(),
            self._sleeper,
            supply,
            self._uptime,
            busy=self._busy,
            urgent=self._urgent_ms,
            woken=self._woken,
        )
        self._battery_read_ms = -BATTERY_EVERY_MS
        self._position_due_ms = FIRST_POSITION_MS + random_below(FIRST_SPREAD_MS)
        self._health_due_ms = FIRST_HEALTH_MS + random_below(FIRST_SPREAD_MS)

    async def run(self, supply_fault: str, watch: "Feedable | None") -> None:
        """Run until the power goes; what the supply lacks is counted and shown."""
        if supply_fault:
            self._counters.count("failed supply")
        self._journal.load()
        self._ledger_file.load(self._uptime.ms())
        from .remote_settings import restore

        restore(self._provisioning)
        parts.forget(("turna_handset.remote_settings",))
        self._mail.load()
        self._panel.start()
        nap.install(self._economy.nap)
        supervisor = Supervisor(self._uptime, self._failed, watch)
        supervisor.start("screen", self._panel.screen_once)
        supervisor.start("keys", self._panel.keys_once)
        supervisor.start("signals", self._panel.signals_once)
        supervisor.start("usb", self._usb_once)
        supervisor.start("routine", self._routine_once)
        supervisor.start("gnss", self._gnss_once)
        if self._provisioning.refusal is None:
            supervisor.start("radio", self._courier.radio_once)
            supervisor.start("send", self._courier.send_once)
            supervisor.start("receive", self._courier.receive_once)
        await supervisor.watch()

    async def _gnss_once(self) -> None:
        if self._gnss is None:
            await asyncio.sleep_ms(CHECK_IN_MS)
            return
        self._economy.look_after_receiver()
        data = await self._gnss.read(CHECK_IN_MS)
        now_ms = self._uptime.ms()
        fixes = self._position.fixes
        self._position.heard(data, now_ms)
        if self._position.fixes > fixes:
            self._economy.fixed()
        time_s = self._position.next_time_s()
        if time_s is not None:
            self._clock.tell(time_s, codes.TIME_GNSS, now_ms)

    async def _routine_once(self) -> None:
        now_ms = self._uptime.ms()
        if now_ms - self._battery_read_ms >= BATTERY_EVERY_MS:
            self._battery_read_ms = now_ms
            self._status.battery_read(None if self._battery is None else self._battery.read_mv())
        if now_ms >= self._position_due_ms and self._has_place(now_ms):
            self._position_due_ms = _next_due_ms(now_ms, self._provisioning.position_interval_s)
            self._desk.position(now_ms)
        if now_ms >= self._health_due_ms:
            self._health_due_ms = _next_due_ms(now_ms, self._provisioning.health_interval_s)
            self._desk.health(_temperature_c(), now_ms)
        self._ledger_file.save_if_due(now_ms)
        self._look_after_phone(now_ms)
        if self._going_off:
            from .going_off import go_off

            await go_off(self._courier, self._panel, self._supply, self._provisioning.board)
        self._mail_came.clear()
        await self._mail.read()
        brisk = self._power.live or self._phone is not None
        await wait_for(self._mail_came, ROUTINE_EVERY_MS if brisk else CHECK_IN_MS)

    def _has_place(self, now_ms: int) -> bool:
        """Say whether there is a position to report; without one, a sign of life comes later."""
        return self._position.age_s(now_ms) is not None or now_ms >= FIRST_FIX_PATIENCE_MS

    async def _usb_once(self) -> None:
        data = await self._serial.read(CHECK_IN_MS)
        if data:
            self._panel.pause(self._uptime.ms())
        await self._serial.write(self._usb.receive(data, self._uptime.ms()))
        if self._usb.wish is not None:
            await leave(self._usb.wish)

    def _rhythm(self) -> FixRhythm:
        return FixRhythm(self._provisioning.fix_interval_s, self._uptime.ms())

    # -- what speaks against a nap, and what a nap may have missed

    def _busy(self) -> bool:
        return self._usb.open or self._phone is not None or self._panel.busy()

    def _urgent_ms(self, now_ms: int) -> int | None:
        """Return the first instant that must not be missed by more than a moment."""
        if self._radio.working:
            return now_ms
        found = None
        for due_ms in (
            self._courier.deadline_ms(),
            self._panel.deadline_ms(now_ms),
            self._economy.receiver_deadline_ms(),
        ):
            if due_ms is not None and (found is None or due_ms < found):
                found = due_ms
        return found

    def _woken(self) -> None:
        self._radio.look()
        self._buttons.look()

    # -- power, as somebody chose it

    def _choose_power(self, mode: str) -> bool:
        """Save power in another way from now on; return whether that outlasts a restart."""
        if mode == power.OFF:
            self._going_off = self._sleeper.button_wakes  # else nothing but a reset would
            return self._going_off
        self._power.mode = mode
        self._courier.power_changed()
        return keep_mode(mode)

    # -- the page for a phone, in memory only while somebody wants it

    def _phone_page(self) -> "Phone":
        if self._phone is None:
            from .phone import Phone

            self._phone = Phone(
                self._provisioning,
                journal=self._journal,
                desk=self._desk,
                status=self._status,
                clock=self._clock,
                panel=self._panel,
                usb=self._usb,
                counters=self._counters,
                uptime=self._uptime,
            )
            self._mail_came.set()  # whoever looks after it need not wait out his seconds
        return self._phone

    def _look_after_phone(self, now_ms: int) -> None:
        if self._phone is not None and not self._phone.look_after(now_ms):
            self._phone = None
            parts.forget(("turna_handset.phone",))

    def _composer(self) -> "Composer":
        from .compose import Composer

        return Composer(self._provisioning.mode, self._clock, self._position)

    def _make_room(self) -> None:
        """Let go of what can be loaded again, for a report."""
        self._room_for_letters()
        self._mail.give_way()

    def _room_for_letters(self) -> None:
        """Let go of what can be loaded again, for something that has come down."""
        self._usb.close()
        self._panel.make_room()

    def _now_s(self) -> int | None:
        return self._clock.now_s(self._uptime.ms())

    def _settings(self, report: "Report") -> None:
        """Obey what the Secretariat sets; the next reports come by the new rhythm."""
        from .remote_settings import obey

        kept = obey(report, self._provisioning, self._choose_power)
        self._counters.count("settings obeyed" if kept else "failures of flash, settings")
        self._position_due_ms = self._health_due_ms = self._uptime.ms()

    def _mail_news(self, kind: int) -> None:
        self._panel.mail_news(kind)

    def _answer(self) -> None:
        self._courier.answer()

    def _failed(self, name: str, error: Exception) -> None:
        self._counters.count(f"failed {name} {type(error).__name__}")

    def _news(self, seq: int, state: int) -> None:
        self._panel.news(seq, state)

    def _warning(self) -> str | None:
        """Return the label of what needs a person most."""
        for applies, label in (
            (self._desk.warning is not None, self._desk.warning),
            (self._provisioning.refusal is not None, "warning.region"),
            (self._courier.radio_failed, "warning.radio"),
            (self._courier.duty_exhausted, "warning.duty"),
            (self._journal.flash_errors > 0, "warning.flash"),
            (self._counters.total("failures of flash") > 0, "warning.flash"),
            (self._counters.total("lost letter dropped") > 0, "warning.inbox"),
            (self._journal.positions_dropped > 0, "warning.dropped"),
            (self._journal.records_damaged > 0, "warning.fault"),
            (self._counters.total("failed ") > 0, "warning.fault"),
        ):
            if applies:
                return label
        return None

    def _counted(self) -> Counters:
        """Return all counters, those that other parts keep included."""
        counters = self._counters
        gc.collect()  # what is free is what could be, not what happens to be swept
        for name, count in (
            ("uptime s", self._uptime.ms() // 1000),
            ("memory free", gc.mem_free()),
            ("memory used", gc.mem_alloc()),
            ("reports stored", len(self._journal)),
            ("positions dropped", self._journal.positions_dropped),
            ("records damaged", self._journal.records_damaged),
            ("flash errors", self._journal.flash_errors),
            ("ledger failures", self._ledger_file.failures),
            ("gnss fixes", self._position.fixes),
            ("refused gnss sentence", self._position.sentences_refused),
            ("refused usb", self._usb.refused),
            ("refused time", self._clock.refused),
            ("letters unread", self._mail.unread),
            ("keys dropped", self._panel.keys_dropped),
            ("radio crc errors", self._radio.counters.crc_errors),
            ("radio resets", self._radio.counters.resets),
        ):
            counters.put(name, count)
        for state, count in enumerate(self._journal.counts()):
            counters.put(f"state {state}", count)
        return counters


async def _pause() -> None:
    """Let the radio and everybody else have their turn."""
    await asyncio.sleep_ms(0)


def count_restart(nvs: Nvs) -> int:
    """Return how often the board has restarted without being asked to, this time included."""
    restarts = nvs.get("restarts") or 0
    if machine.reset_cause() == machine.WDT_RESET:
        restarts += 1
        nvs.put("restarts", restarts)
    return restarts


def random_below(limit: int) -> int:
    """Return an integer from 0 to below the limit."""
    return random.randrange(limit)  # noqa: S311 - spreads transmissions, guards nothing


def _duty_budgets(provisioning: "Provisioning") -> dict[str, int | None]:
    """Return the permille of the sub-band that the channel lies in, by its name."""
    return {provisioning.band: provisioning.duty_permille} if provisioning.band else {}


def _next_due_ms(now_ms: int, interval_s: int) -> int:
    """Return when the next report is due: a tenth early or late, so that no two keep step."""
    return now_ms + 900 * interval_s + random_below(200 * interval_s)


def _temperature_c() -> int | None:
    try:
        import esp32

        return esp32.mcu_temperature()  # pyright: ignore[reportAttributeAccessIssue]
    except (ImportError, AttributeError):
        return None  # the first ESP32 has no such sensor that MicroPython reads in Celsius


async def run(provisioning: "Provisioning") -> None:
    """Run a provisioned handset."""
    watch = watchdog.start() if provisioning.watchdog else None
    random.seed(int.from_bytes(os.urandom(4), "big"))
    speech.begin(provisioning.language)
    run_slowly()
    handset, supply_fault = await _built(provisioning)
    parts.forget(parts.FOR_BUILDING)
    parts.forget_boards()
    await handset.run(supply_fault, watch)


async def _built(provisioning: "Provisioning") -> "tuple[Handset, str]":
    """Return the handset, and what its supply lacks; what built them may leave the memory."""
    from turna_board.board import build_radio, load_profile, power_on

    profile = load_profile(provisioning.board)
    supply_fault = await power_on(profile)
    return Handset(provisioning, profile, await build_radio(profile)), supply_fault
