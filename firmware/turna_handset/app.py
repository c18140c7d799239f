"""The handset, read this first: builds every part, starts the tasks, and keeps them running.

    keys -> form -> reporter -> journal -> courier ~~radio~~> gateway
                                   ^----------- news of each report -'

Each `_..._once` below is one turn of a task. The supervisor repeats it, counts what it raises, and
lets the watchdog bite if it hangs.
"""

import asyncio
import gc
import os
import random

import machine

from turna_board.battery import build_battery
from turna_board.board import build_radio, load_profile, power_on
from turna_board.buttons import build_buttons
from turna_board.buzzer import build_buzzer
from turna_board.gnss_uart import build_gnss
from turna_board.led import build_led
from turna_board.nvs import Nvs
from turna_board.oled_ssd1306 import build_display
from turna_board.uptime import Uptime
from turna_board.usb_serial import UsbSerial
from turna_protocol import codes, delivery
from turna_protocol.duty import DutyLedger

from . import form as screens
from . import keypad, signals
from .clock import Clock
from .compose import CANCEL, DECLARE, Composer
from .counters import Counters
from .courier import Courier, duty_budgets, wait_for
from .form import Form
from .identity import hello
from .journal import Journal
from .keypad import Keypad
from .ledger_file import LedgerFile
from .numbers import open_sequence
from .position import Position
from .raster import Raster
from .release import BUILT_S
from .reporter import Reporter
from .signals import Signal
from .status import NODE_LINES, StatusBoard
from .supervisor import WATCHDOG_MS, Supervisor
from .usb import REBOOT, UsbService

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turna_protocol.reports import Report

    from .form import Intent
    from .provisioning import Provisioning

JOURNAL_DIRECTORY = "/journal"
NUMBERS_DIRECTORY = ""  # files beside settings.json

SCREEN_EVERY_MS = 1000
DISPLAY_RETRY_MS = 10_000
BATTERY_EVERY_MS = 30_000
CHECK_IN_MS = 5000
# The first position goes out when there is a fix, but not much later; random, so that handsets
# which are switched on together do not speak together.
FIRST_POSITION_MS = 20_000


class Handset:
    """All parts of a provisioned handset and the tasks that move them."""

    def __init__(self, provisioning: "Provisioning") -> None:
        self._provisioning = provisioning
        profile = load_profile(provisioning.board)
        self._profile = profile
        nvs = Nvs()
        self._uptime = Uptime()
        self._counters = Counters()
        self._counters.put("restarts", count_restart(nvs))
        self._radio = build_radio(profile)
        self._display = build_display(profile)
        self._buttons = build_buttons(profile)
        self._buzzer = build_buzzer(profile)
        self._led = build_led(profile)
        self._battery = build_battery(profile)
        self._gnss = build_gnss(profile)
        self._usb_serial = UsbSerial()

        mission = provisioning.mission
        self._clock = Clock(max(BUILT_S, mission.frame.epoch_s))
        self._position = Position()
        self._journal = Journal(JOURNAL_DIRECTORY)
        numbers = open_sequence(provisioning.link_key, nvs, NUMBERS_DIRECTORY)
        self._reporter = Reporter(provisioning, self._journal, numbers, self._counters)
        self._composer = Composer(provisioning.mode, self._clock, self._position)
        ledger = DutyLedger(duty_budgets(provisioning))
        self._ledger_file = LedgerFile(ledger)
        self._courier = Courier(
            provisioning=provisioning,
            radio=self._radio,
            journal=self._journal,
            ledger=ledger,
            clock=self._clock,
            uptime=self._uptime,
            counters=self._counters,
            random_below=random.randrange,
            news=self._news,
        )
        self._keypad = Keypad()
        self._form = Form(self._count_reports, NODE_LINES)
        self._signal = Signal()
        self._status = StatusBoard(
            provisioning,
            journal=self._journal,
            clock=self._clock,
            position=self._position,
            counters=self._counters,
        )
        self._raster = Raster()
        self._usb = UsbService(hello(provisioning.board), self._journal, self._refreshed_counters)
        self._changed = asyncio.Event()
        self._sounding = asyncio.Event()
        self._sos_seq: int | None = None
        self._display_works = False
        self._display_retry_ms = 0
        self._battery_read_ms = -BATTERY_EVERY_MS
        self._position_due_ms = FIRST_POSITION_MS // 2 + random.randrange(FIRST_POSITION_MS)
        self._health_due_ms = 3 * FIRST_POSITION_MS + random.randrange(FIRST_POSITION_MS)
        self._supervisor: Supervisor | None = None

    async def run(self) -> None:
        """Run until the power goes."""
        await power_on(self._profile)
        self._journal.load()
        self._ledger_file.load(self._uptime.ms())
        self._sos_seq = self._reporter.active_sos()
        if self._sos_seq is not None:
            self._form.resume_sos()
        self._buttons.start()
        watchdog = machine.WDT(timeout=WATCHDOG_MS) if self._provisioning.watchdog else None
        supervisor = Supervisor(self._uptime, self._counters, watchdog)
        self._supervisor = supervisor
        supervisor.start("screen", self._screen_once)
        supervisor.start("keys", self._keys_once)
        supervisor.start("signals", self._signals_once)
        supervisor.start("usb", self._usb_once)
        supervisor.start("routine", self._routine_once)
        if self._gnss is not None:
            supervisor.start("gnss", self._gnss_once)
        if self._provisioning.refusal() is None:
            supervisor.start("radio", self._courier.radio_once)
            supervisor.start("send", self._courier.send_once)
            supervisor.start("receive", self._courier.receive_once)
        await supervisor.watch()

    # -- keys, form, what the rescuer wants

    async def _keys_once(self) -> None:
        for edge in await self._buttons.next_edges(self._keys_wait_ms()):
            self._keypad.edge(edge.button, edge.pressed, self._uptime.of(edge.ticks_ms))
        now_ms = self._uptime.ms()
        self._keypad.tick(now_ms)
        key = self._keypad.next_key()
        while key is not None:
            self._press(key, now_ms)
            key = self._keypad.next_key()
        self._form.tick(now_ms)
        intent = self._form.next_intent()
        while intent is not None:
            self._carry_out(intent, now_ms)
            intent = self._form.next_intent()

    def _keys_wait_ms(self) -> int:
        now_ms = self._uptime.ms()
        due_ms = now_ms + CHECK_IN_MS
        for deadline_ms in (self._keypad.deadline_ms(), self._form.deadline_ms()):
            if deadline_ms is not None:
                due_ms = min(due_ms, deadline_ms)
        return max(1, due_ms - now_ms)

    def _press(self, key: str, now_ms: int) -> None:
        self._form.press(key, now_ms)
        if key == keypad.ARMED:
            self._play(signals.CLICK)
        self._update_alarm(now_ms)
        self._changed.set()

    def _carry_out(self, intent: "Intent", now_ms: int) -> None:
        battery_pct = self._status.battery_pct
        if intent.action == screens.SEND_SITREP and intent.draft is not None:
            self._save(self._composer.sitrep(intent.draft, battery_pct, now_ms))
        elif intent.action == screens.SEND_POSITION:
            self._save(self._composer.position(battery_pct, now_ms))
        elif intent.action == screens.DECLARE_SOS:
            self._sos_seq = self._save(self._composer.sos(DECLARE, None, battery_pct, now_ms))
        elif intent.action == screens.CANCEL_SOS:
            self._save(self._composer.sos(CANCEL, self._sos_seq, battery_pct, now_ms))
            self._sos_seq = None
        self._update_alarm(now_ms)
        self._changed.set()

    def _save(self, report: "Report") -> int | None:
        seq = self._reporter.save(report)
        if seq is None:
            self._play(signals.REFUSAL)
        else:
            self._courier.submit()
        return seq

    def _count_reports(self) -> int:
        return self._status.count_reports()

    def _news(self, seq: int, state: int) -> None:
        entry = self._journal.entry(seq)
        if entry is not None and entry.priority > 0 and state in signals.NEWS:
            self._play(signals.NEWS[state])
        self._update_alarm(self._uptime.ms())
        self._changed.set()

    # -- sounds and light

    def _play(self, pattern: tuple[int, ...]) -> None:
        self._signal.play(pattern, self._uptime.ms())
        self._sounding.set()

    def _update_alarm(self, now_ms: int) -> None:
        if self._form.screen == screens.SOS_COUNTDOWN:
            self._signal.repeat(signals.COUNTDOWN, now_ms)
        elif self._form.sos_active:
            entry = None if self._sos_seq is None else self._journal.entry(self._sos_seq)
            held = entry is not None and entry.state >= delivery.AT_GATEWAY
            self._signal.repeat(signals.SOS_HELD if held else signals.SOS_SENDING, now_ms)
        else:
            self._signal.stop()
        self._sounding.set()

    async def _signals_once(self) -> None:
        now_ms = self._uptime.ms()
        on = self._signal.is_on(now_ms)
        self._buzzer.sound(on)
        self._led.light(on)
        deadline_ms = self._signal.deadline_ms(now_ms)
        wait_ms = CHECK_IN_MS if deadline_ms is None else max(1, deadline_ms - now_ms)
        if await wait_for(self._sounding, wait_ms):
            self._sounding.clear()

    # -- screen

    async def _screen_once(self) -> None:
        now_ms = self._uptime.ms()
        status = self._status.now(
            now_ms,
            sos_seq=self._sos_seq,
            warning=self._warning(),
        )
        lines = self._status.lines(self._form, status, now_ms)
        try:
            if self._raster.draw(lines) or not self._display_works:
                self._show(now_ms)
        except OSError:
            # A broken display must not silence the radio.
            self._display_works = False
            self._display_retry_ms = now_ms + DISPLAY_RETRY_MS
            self._counters.count("display failures")
        counting = self._form.screen == screens.SOS_COUNTDOWN
        if await wait_for(self._changed, SCREEN_EVERY_MS // 4 if counting else SCREEN_EVERY_MS):
            self._changed.clear()

    def _show(self, now_ms: int) -> None:
        if not self._display_works:
            if now_ms < self._display_retry_ms:
                return
            self._display.start()
            self._display_works = True
        self._display.show(self._raster.buffer)

    def _warning(self) -> str | None:
        """Return the label of what needs a person most."""
        courier, counters = self._courier, self._counters
        for applies, label in (
            (self._form.sos_active, "warning.sos"),
            (self._reporter.warning is not None, self._reporter.warning),
            (self._provisioning.refusal() is not None, "warning.region"),
            (courier.radio_failed, "warning.radio"),
            (courier.duty_exhausted, "warning.duty"),
            (self._journal.flash_errors > 0, "warning.flash"),
            (self._journal.positions_dropped > 0, "warning.dropped"),
            (counters.total("failed ") > 0, "warning.fault"),
        ):
            if applies:
                return label
        return None

    # -- what happens by itself

    async def _gnss_once(self) -> None:
        if self._gnss is None:
            return
        data = await self._gnss.read(CHECK_IN_MS)
        now_ms = self._uptime.ms()
        self._position.heard(data, now_ms)
        time_s = self._position.next_time_s()
        if time_s is not None:
            self._clock.tell(time_s, codes.TIME_GNSS, now_ms)

    async def _routine_once(self) -> None:
        now_ms = self._uptime.ms()
        if now_ms - self._battery_read_ms >= BATTERY_EVERY_MS:
            self._battery_read_ms = now_ms
            self._status.battery_mv = None if self._battery is None else self._battery.read_mv()
        if now_ms >= self._position_due_ms:
            self._position_due_ms = _next_due_ms(now_ms, self._provisioning.position_interval_s)
            self._save(self._composer.position(self._status.battery_pct, now_ms))
        if now_ms >= self._health_due_ms:
            self._health_due_ms = _next_due_ms(now_ms, self._provisioning.health_interval_s)
            health = self._status.health(now_ms, self._courier, _temperature_c())
            self._save(self._composer.health(health, now_ms))
        self._ledger_file.save_if_due(now_ms)
        await asyncio.sleep_ms(1000)

    # -- USB

    async def _usb_once(self) -> None:
        await self._usb_serial.write(self._usb.take())
        self._usb.receive(await self._usb_serial.read(CHECK_IN_MS), self._uptime.ms())
        await self._usb_serial.write(self._usb.take())
        if self._usb.wish is not None:
            await leave(self._usb.wish)

    def _refreshed_counters(self) -> Counters:
        counters = self._counters
        radio = self._radio.counters
        for name, count in (
            ("uptime s", self._uptime.ms() // 1000),
            ("memory free", gc.mem_free()),
            ("memory used", gc.mem_alloc()),
            ("journal reports", len(self._journal)),
            ("journal positions dropped", self._journal.positions_dropped),
            ("journal records damaged", self._journal.records_damaged),
            ("journal flash errors", self._journal.flash_errors),
            ("gnss fixes", self._position.fixes),
            ("refused gnss sentence", self._position.sentences_refused),
            ("refused usb", self._usb.refused),
            ("refused time", self._clock.refused),
            ("keys dropped", self._keypad.keys_dropped + self._buttons.edges_dropped),
            ("radio crc errors", radio.crc_errors),
            ("radio resets", radio.resets),
        ):
            counters.put(name, count)
        for state, count in enumerate(self._journal.counts()):
            counters.put(f"state {state}", count)
        return counters


def count_restart(nvs: Nvs) -> int:
    """Return how often the board has restarted without being asked to, this time included."""
    restarts = nvs.get("restarts") or 0
    if machine.reset_cause() in (machine.WDT_RESET, machine.HARD_RESET):
        restarts += 1
        nvs.put("restarts", restarts)
    return restarts


async def leave(wish: str) -> None:
    """Restart the board, or end the program and show the prompt."""
    await asyncio.sleep_ms(100)  # the answer has to reach the host
    if wish == REBOOT:
        machine.reset()
    raise KeyboardInterrupt


def _next_due_ms(now_ms: int, interval_s: int) -> int:
    """Return when the next report is due: a tenth early or late, so that no two keep step."""
    return now_ms + 900 * interval_s + random.randrange(200 * interval_s)


def _temperature_c() -> int | None:
    try:
        import esp32

        return esp32.mcu_temperature()
    except (ImportError, AttributeError):
        return None  # the first ESP32 has no such sensor that MicroPython reads in Celsius


async def run(provisioning: "Provisioning") -> None:
    """Run a provisioned handset."""
    random.seed(int.from_bytes(os.urandom(4), "big"))
    await Handset(provisioning).run()
