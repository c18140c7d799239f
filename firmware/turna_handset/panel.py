"""What the rescuer touches, sees and hears: keys into the form, the form onto screen and buzzer."""

import asyncio

from turna_protocol import delivery

from . import form as screens
from . import keypad, signals
from .form import Form
from .keypad import Keypad
from .raster import Raster
from .signals import Signal
from .status import NODE_LINES
from .waiting import wait_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from turna_board.buttons import Buttons
    from turna_board.buzzer import Buzzer
    from turna_board.counters import Counters
    from turna_board.led import Led
    from turna_board.uptime import Uptime

    from .desk import Desk
    from .journal import Journal
    from .status import StatusBoard

    class Display(Protocol):
        """A screen of 128 x 64 pixels; OSError when it does not answer."""

        def start(self) -> None: ...
        def show(self, buffer: bytearray) -> None: ...


CHECK_IN_MS = 5000
SCREEN_EVERY_MS = 1000
COUNTDOWN_EVERY_MS = 250
DISPLAY_RETRY_MS = 10_000


class Panel:
    """Three tasks, each a step to be repeated: keys, screen, signals."""

    def __init__(
        self,
        *,
        buttons: "Buttons",
        display: "Display",
        buzzer: "Buzzer",
        led: "Led",
        uptime: "Uptime",
        journal: "Journal",
        desk: "Desk",
        status: "StatusBoard",
        counters: "Counters",
        warning: "Callable[[], str | None]",
    ) -> None:
        self._buttons = buttons
        self._display = display
        self._buzzer = buzzer
        self._led = led
        self._uptime = uptime
        self._journal = journal
        self._desk = desk
        self._status = status
        self._counters = counters
        self._warning = warning
        self._keypad = Keypad()
        self._form = Form(status.count_reports, NODE_LINES)
        self._signal = Signal()
        self._raster = Raster()
        self._changed = asyncio.Event()
        self._sounding = asyncio.Event()
        self._display_works = False
        self._display_retry_ms = 0

    @property
    def keys_dropped(self) -> int:
        """Count of edges and keys that came faster than they could be taken."""
        return self._keypad.keys_dropped + self._buttons.edges_dropped

    def start(self) -> None:
        """Listen to the buttons, and show an SOS that was active before a restart."""
        if self._desk.resume():
            self._form.resume_sos()
            self._update_alarm(self._uptime.ms())
        self._buttons.start()

    def news(self, seq: int, state: int) -> None:
        """Tell the rescuer that a report has come further; routine ones stay silent."""
        entry = self._journal.entry(seq)
        if entry is not None and entry.priority > 0 and state in signals.NEWS:
            self._play(signals.NEWS[state])
        self._update_alarm(self._uptime.ms())
        self._changed.set()

    async def keys_once(self) -> None:
        """Take the next edges of the buttons, or the next moment that the form waits for."""
        for edge in await self._buttons.next_edges(self._keys_wait_ms()):
            self._keypad.edge(edge.button, edge.pressed, self._uptime.of(edge.ticks_ms))
        now_ms = self._uptime.ms()
        self._keypad.tick(now_ms)
        before = self._form.screen
        key = self._keypad.next_key()
        while key is not None:
            self._form.press(key, now_ms)
            self._changed.set()
            if key == keypad.ARMED:
                self._play(signals.CLICK)
            key = self._keypad.next_key()
        self._form.tick(now_ms)
        self._carry_out(now_ms)
        if self._form.screen != before:
            self._update_alarm(now_ms)
            self._changed.set()

    async def screen_once(self) -> None:
        """Bring the screen up to date, and wait for a reason to do so again."""
        now_ms = self._uptime.ms()
        warning = "warning.sos" if self._form.sos_active else self._warning()
        status = self._status.now(now_ms, sos_seq=self._desk.sos_seq, warning=warning)
        drawn = self._raster.draw(self._status.lines(self._form, status, now_ms))
        if drawn or not self._display_works:
            self._show(now_ms)
        counting = self._form.screen == screens.SOS_COUNTDOWN
        if await wait_for(self._changed, COUNTDOWN_EVERY_MS if counting else SCREEN_EVERY_MS):
            self._changed.clear()

    async def signals_once(self) -> None:
        """Set buzzer and light, and wait for the next change of the pattern."""
        now_ms = self._uptime.ms()
        on = self._signal.is_on(now_ms)
        self._buzzer.sound(on)
        self._led.light(on)
        deadline_ms = self._signal.deadline_ms(now_ms)
        wait_ms = CHECK_IN_MS if deadline_ms is None else max(1, deadline_ms - now_ms)
        if await wait_for(self._sounding, min(wait_ms, CHECK_IN_MS)):
            self._sounding.clear()

    def _keys_wait_ms(self) -> int:
        now_ms = self._uptime.ms()
        due_ms = now_ms + CHECK_IN_MS
        for deadline_ms in (self._keypad.deadline_ms(), self._form.deadline_ms()):
            if deadline_ms is not None:
                due_ms = min(due_ms, deadline_ms)
        return max(1, due_ms - now_ms)

    def _carry_out(self, now_ms: int) -> None:
        intent = self._form.next_intent()
        while intent is not None:
            if not self._desk.carry_out(intent, now_ms):
                self._play(signals.REFUSAL)
                if intent.action == screens.DECLARE_SOS:
                    self._form.fail_sos()
            self._update_alarm(now_ms)
            self._changed.set()
            intent = self._form.next_intent()

    def _play(self, pattern: tuple[int, ...]) -> None:
        self._signal.play(pattern, self._uptime.ms())
        self._sounding.set()

    def _update_alarm(self, now_ms: int) -> None:
        if self._form.screen == screens.SOS_COUNTDOWN:
            self._signal.repeat(signals.COUNTDOWN, now_ms)
        elif self._form.sos_active:
            self._signal.repeat(
                signals.SOS_HELD if self._sos_held() else signals.SOS_SENDING, now_ms
            )
        else:
            self._signal.stop()
        self._sounding.set()

    def _sos_held(self) -> bool:
        entry = None if self._desk.sos_seq is None else self._journal.entry(self._desk.sos_seq)
        return entry is not None and entry.state >= delivery.AT_GATEWAY

    def _show(self, now_ms: int) -> None:
        try:
            if not self._display_works and now_ms >= self._display_retry_ms:
                self._display.start()
                self._display_works = True
            if self._display_works:
                self._display.show(self._raster.buffer)
        except OSError:
            # A broken display must not silence the radio.
            self._display_works = False
            self._display_retry_ms = now_ms + DISPLAY_RETRY_MS
            self._counters.count("display failures")
