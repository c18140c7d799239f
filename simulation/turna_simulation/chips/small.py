"""The simple things around the microcontroller: button, battery, buzzer, lamp."""

from collections.abc import Callable
from random import Random

from ..pins import Level, Pins
from ..scheduler import Scheduler

_BOUNCE_US = 4000  # contacts chatter for a few milliseconds


class Button:
    """A button to ground; its contacts bounce."""

    def __init__(self, scheduler: Scheduler, random: Random, pins: Pins, pin: int) -> None:
        self._scheduler = scheduler
        self._random = random
        self._pins = pins
        self._pin = pin

    def press(self, hold_ms: int) -> None:
        """Press now, and let go after a time."""
        self._change(0)
        self._scheduler.after(hold_ms * 1000, lambda: self._change(None))

    def press_twice(self, hold_ms: int) -> None:
        """Press now and once more, as far apart as each is long: no busy host comes between."""
        self.press(hold_ms)
        self._scheduler.after(2 * hold_ms * 1000, lambda: self.press(hold_ms))

    def _change(self, level: Level) -> None:
        self._pins.drive(self._pin, level)
        other = None if level == 0 else 0
        for _ in range(self._random.randrange(3)):
            apart_us = sorted(self._random.randrange(1, _BOUNCE_US) for _ in range(2))
            self._scheduler.after(apart_us[0], lambda: self._pins.drive(self._pin, other))
            self._scheduler.after(apart_us[1], lambda: self._pins.drive(self._pin, level))
        self._scheduler.after(_BOUNCE_US, lambda: self._pins.drive(self._pin, level))


class Battery:
    """A cell behind a divider that is connected only while its switch is on."""

    def __init__(self, divider_permille: int, connected: Callable[[], bool]) -> None:
        self._divider_permille = divider_permille
        self._connected = connected
        self.millivolts = 3900

    def sense_uv(self) -> int:
        """Return the voltage at the converter's pin."""
        return self.millivolts * self._divider_permille if self._connected() else 0


class Buzzer:
    """A passive buzzer: sounds while PWM drives it."""

    def __init__(self, changed: Callable[[int], None]) -> None:
        self._changed = changed
        self.frequency_hz = 0
        self.tones = 0

    def pwm(self, frequency_hz: int, duty: int) -> None:
        """Follow the pin."""
        sounding = frequency_hz if 0 < duty < 0xFFFF else 0
        if sounding != self.frequency_hz:
            self.frequency_hz = sounding
            self.tones += sounding > 0
            self._changed(sounding)


class Lamp:
    """An LED that is lit by a high level."""

    def __init__(self) -> None:
        self.lit = False
        self.blinks = 0
        self.watchers: list[Callable[[bool], None]] = []

    def level(self, level: Level) -> None:
        """Follow the pin."""
        lit = level == 1
        if lit == self.lit:
            return
        self.lit = lit
        self.blinks += lit
        for watcher in self.watchers:
            watcher(lit)
