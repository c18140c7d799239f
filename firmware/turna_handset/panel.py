"""What the rescuer touches, sees and hears: keys into the form, the form onto screen and buzzer."""

from turna_board.waiting import Bell, wait_for
from turna_protocol import delivery

from . import form as screens
from . import keypad, mailbox, parts, signals
from .form import Form
from .intents import DECLARE_SOS, HEAR_ALARM
from .keypad import Keypad
from .pages import Pages
from .picture import Picture
from .power import LIT_MS, NEWS_LIT_MS
from .signals import Signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from turna_board.buttons import Buttons
    from turna_board.buzzer import Buzzer
    from turna_board.led import Led
    from turna_board.uptime import Uptime

    from .desk import Desk
    from .journal import Journal
    from .mailbox import Mailbox
    from .power import Power
    from .screen import Screen
    from .status import StatusBoard

CHECK_IN_MS = 5000
SCREEN_EVERY_MS = 2000  # times on it count in tens of seconds
COUNTDOWN_EVERY_MS = 250
PAUSE_MS = 1_000  # a host that works asks again sooner


class Panel:
    """Three tasks, each a step to be repeated: keys, screen, signals."""

    def __init__(
        self,
        *,
        buttons: "Buttons",
        screen: "Screen",
        power: "Power",
        buzzer: "Buzzer",
        led: "Led",
        uptime: "Uptime",
        journal: "Journal",
        desk: "Desk",
        status: "StatusBoard",
        mail: "Mailbox",
        warning: "Callable[[], str | None]",
        host_gives_way: "Callable[[], None]",
    ) -> None:
        self._buttons = buttons
        self._screen = screen
        self._power = power
        self._buzzer = buzzer
        self._led = led
        self._uptime = uptime
        self._journal = journal
        self._desk = desk
        self._status = status
        self._mail = mail
        self._warning = warning
        self._host_gives_way = host_gives_way
        self._paused_until_ms = 0
        self._keypad = Keypad()
        self._form = Form(Pages(status, mail, parts, host_gives_way))
        self._signal = Signal()
        self._lamp = Signal()  # shines where the other is silent
        self._woke = False  # the gesture under way lit the screen: it began unseen
        self._woke_ms = 0
        self._picture = Picture()
        self._changed = Bell()
        self._sounding = Bell()
        self._sounds = False

    @property
    def keys_dropped(self) -> int:
        """Count of edges and keys that came faster than they could be taken."""
        return self._keypad.keys_dropped + self._buttons.edges_dropped

    def start(self) -> None:
        """Listen to the buttons, and show the SOS and the alarms that a restart interrupted."""
        if self._desk.resume():
            self._form.resume_sos()
        self._hear_of_alarms()
        self._form.begin()
        self._update_alarm(self._uptime.ms())
        self._buttons.start()

    def news(self, seq: int, state: int) -> None:
        """Tell the rescuer that a report has come further; routine ones stay silent."""
        entry = self._journal.entry(seq)
        if entry is not None and entry.priority > 0 and state in signals.NEWS:
            self.light_up(NEWS_LIT_MS)
            self._play(signals.NEWS[state])
        self._update_alarm(self._uptime.ms())
        self._changed.set()

    def mail_news(self, kind: int) -> None:
        """Tell the rescuer what has come down; it is in flash by now."""
        self.light_up()
        if kind == mailbox.LETTER:
            self._play(signals.LETTER)
        else:
            self._hear_of_alarms()
            if kind == mailbox.ALL_CLEAR and not self._mail.alarms:
                self._signal.stop()
                self._play(signals.RESUME)
        self._update_alarm(self._uptime.ms())
        self._changed.set()

    async def keys_once(self) -> None:
        """Take the next edges of the buttons, or the next moment that the form waits for."""
        for edge in await self._buttons.next_edges(self._keys_wait_ms()):
            at_ms = self._uptime.of(edge.ticks_ms)
            if edge.pressed:
                self._pressed(at_ms)
            self._keypad.edge(edge.button, edge.pressed, at_ms)
        now_ms = self._uptime.ms()
        self._keypad.tick(now_ms)
        before = self._form.screen
        key = self._keypad.next_key()
        while key is not None:
            if self._counts(key):
                self._form.press(key, now_ms)
                if key == keypad.ARMED:
                    self._play(signals.CLICK)
            self._changed.set()
            key = self._keypad.next_key()
        self._form.tick(now_ms)
        self._carry_out(now_ms)
        if self._form.screen != before:
            self._update_alarm(now_ms)
            self._changed.set()

    async def screen_once(self) -> None:
        """Bring the screen up to date, and wait for a reason to do so again."""
        now_ms = self._uptime.ms()
        if not self._power.lit(now_ms) and self._form.screen != screens.PHONE:
            self._screen.rest(now_ms)
            self._picture.forget()
            self._shine(now_ms)
            if await wait_for(self._changed, CHECK_IN_MS):
                self._changed.clear()
            return
        if now_ms >= self._paused_until_ms and (self._draw(now_ms) or self._screen.stale):
            self._screen.show(self._picture.buffer, now_ms)
        counting = self._form.screen == screens.SOS_COUNTDOWN
        if await wait_for(self._changed, COUNTDOWN_EVERY_MS if counting else SCREEN_EVERY_MS):
            self._changed.clear()

    def make_room(self) -> None:
        """Let go of what draws, for something that is wanted more at this moment."""
        self._picture.forget()

    def pause(self, now_ms: int, for_ms: int = PAUSE_MS) -> None:
        """Draw nothing for a while: others are answered, unless somebody presses a key."""
        self._paused_until_ms = max(self._paused_until_ms, now_ms + for_ms)
        self.make_room()

    async def signals_once(self) -> None:
        """Set buzzer and light, and wait for the next change of the pattern."""
        now_ms = self._uptime.ms()
        on = self._signal.is_on(now_ms)
        self._sounds = on
        self._buzzer.sound(on)
        self._led.light(on or self._lamp.is_on(now_ms))
        deadline_ms = self._signal.deadline_ms(now_ms)
        lamp_ms = self._lamp.deadline_ms(now_ms)
        if deadline_ms is None or (lamp_ms is not None and lamp_ms < deadline_ms):
            deadline_ms = lamp_ms
        wait_ms = CHECK_IN_MS if deadline_ms is None else max(1, deadline_ms - now_ms)
        if await wait_for(self._sounding, min(wait_ms, CHECK_IN_MS)):
            self._sounding.clear()

    def paint(self, draw: "Callable[[bytearray], None]", now_ms: int) -> None:
        """Draw into the picture that the screen keeps while nothing else is drawn."""
        draw(self._picture.buffer)
        self._screen.show(self._picture.buffer, now_ms)

    def phone_refused(self) -> None:
        """Note that the page for a phone does not open: the screen says why."""
        self._paused_until_ms = 0
        self._changed.set()

    def phone_closed(self) -> None:
        """Note that the page for a phone has closed by itself."""
        self._form.leave_phone()
        self._paused_until_ms = 0
        self._changed.set()

    def rest(self) -> None:
        """Go dark and silent: the handset is switched off."""
        self._buzzer.sound(False)
        self._led.light(False)
        self._screen.rest(self._uptime.ms())

    def light_up(self, for_ms: int = LIT_MS) -> bool:
        """Let the screen be seen for a while: a key, or news to be seen; True if it was dark."""
        was_dark = self._power.light(self._uptime.ms(), for_ms)
        if was_dark:
            self._lamp.stop()
            self._sounding.set()
            self._changed.set()
        return was_dark

    def busy(self) -> bool:
        """Tell whether the processor has to stay awake: asleep, the buzzer is silent.

        And a button that is let go tells nobody: a press would become a hold, and the hold an SOS.
        """
        return self._sounds or not self._keypad.at_rest

    def deadline_ms(self, now_ms: int) -> int | None:
        """Return the next instant that a rescuer would notice if it came late."""
        found = None
        for deadline_ms in (
            self._keypad.deadline_ms(),
            self._form.deadline_ms(),
            self._signal.deadline_ms(now_ms),
            None if self._screen.stale else self._power.lit_until_ms,
            self._lamp.deadline_ms(now_ms),
        ):
            if deadline_ms is not None and (found is None or deadline_ms < found):
                found = deadline_ms
        return found

    def _draw(self, now_ms: int) -> bool:
        # In a function of its own: what waits for the next time holds on to nothing that draws.
        if not self._picture.begun:
            self._host_gives_way()
            self._picture.load()
        warning = "warning.sos" if self._form.sos_active else self._warning()
        from .display import draw

        status = self._status.now(now_ms, sos_seq=self._desk.sos_seq, warning=warning)
        self._form.unread = status.unread > 0
        return self._picture.draw(draw(self._form, status, now_ms))

    def _pressed(self, at_ms: int) -> None:
        """Light the screen, and note whether the gesture that begins here began in the dark."""
        self._paused_until_ms = 0
        if self.light_up():
            self._woke, self._woke_ms = True, at_ms
        elif self._keypad.at_rest and at_ms - self._woke_ms > keypad.DEBOUNCE_MS:
            self._woke = False  # else it is the same contact, which bounces

    def _counts(self, key: str) -> bool:
        """Say whether a key does more than light the screen, which it was pressed to see.

        An SOS can be held in the dark.  And from where the handset rests, a long press begins a
        SITREP and a double one reads what has come: nobody does that to look.
        """
        if not self._woke or key == keypad.HOLD:
            return True
        return key in (keypad.ARMED, keypad.LONG, keypad.DOUBLE) and self._form.at_rest()

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
                if intent.action == DECLARE_SOS:
                    self._form.fail_sos()
            if intent.action == HEAR_ALARM:
                self._hear_of_alarms()
            self._update_alarm(now_ms)
            self._changed.set()
            intent = self._form.next_intent()

    def _play(self, pattern: tuple[int, ...]) -> None:
        self._signal.play(pattern, self._uptime.ms())
        self._sounding.set()

    def _update_alarm(self, now_ms: int) -> None:
        sounds = self._mail.alarm_sounds()
        self._power.sos = sounds or (self._form.sos_active and not self._sos_known())
        if self._form.screen == screens.SOS_COUNTDOWN:
            self._signal.repeat(signals.COUNTDOWN, now_ms)
        elif sounds:
            self._signal.repeat(signals.ALARMS[self._mail.alarms[0][1]], now_ms)
        elif self._form.sos_active:
            self._signal.repeat(
                signals.SOS_HELD if self._sos_held() else signals.SOS_SENDING, now_ms
            )
        else:
            self._signal.stop()
        self._sounding.set()

    def _hear_of_alarms(self) -> None:
        """Let the form know which alarms are on, and whether one still has to be heard."""
        self._form.alarm(on=bool(self._mail.alarms), sounds=bool(self._mail.unheard))

    def _shine(self, now_ms: int) -> None:
        """Let the light say in the dark what the screen would: unread letters, unsent reports."""
        waits = self._status.waiting() > 0
        if self._mail.unread:
            self._lamp.repeat(signals.UNREAD_LIGHT, now_ms)
        elif waits:
            self._lamp.repeat(signals.WAITING_LIGHT, now_ms)
        else:
            self._lamp.stop()
        self._sounding.set()

    def _sos_known(self) -> bool:
        """Tell whether the Secretariat has the SOS: then the handset may save power again."""
        entry = None if self._desk.sos_seq is None else self._journal.entry(self._desk.sos_seq)
        return entry is not None and entry.state >= delivery.AT_SECRETARIAT

    def _sos_held(self) -> bool:
        entry = None if self._desk.sos_seq is None else self._journal.entry(self._desk.sos_seq)
        return entry is not None and entry.state >= delivery.AT_GATEWAY
