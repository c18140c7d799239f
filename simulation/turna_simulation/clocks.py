"""What keeps time on a microcontroller: watchdog, timers, and the clock that outlives resets."""

from collections.abc import Callable

from .scheduler import Event, Scheduler


class Watchdog:
    """Resets the board when it was not fed for too long; the firmware cannot stop it."""

    def __init__(self, scheduler: Scheduler, expire: Callable[[], None]) -> None:
        self._scheduler = scheduler
        self._expire = expire
        self._timeout_us = 0
        self._event: Event | None = None

    def start(self, timeout_ms: int) -> None:
        """Start, or start again with another time."""
        self._timeout_us = timeout_ms * 1000
        self.feed()

    def feed(self) -> None:
        """Begin the time anew."""
        if self._event is not None:
            self._event.cancel()
            self._event = None
        if self._timeout_us:
            self._event = self._scheduler.after(self._timeout_us, self._expire)

    def stop(self) -> None:
        """Switch off, as a reset does."""
        self._timeout_us = 0
        self.feed()


class Timers:
    """machine.Timer: tells the board when one has run down."""

    def __init__(self, scheduler: Scheduler, expired: Callable[[int], None]) -> None:
        self._scheduler = scheduler
        self._expired = expired
        self._events: dict[int, Event] = {}

    def start(self, number: int, period_us: int, *, periodic: bool) -> None:
        """Start a timer anew; a period of zero stops it."""
        if number in self._events:
            self._events.pop(number).cancel()
        if period_us:
            self._events[number] = self._scheduler.after(
                period_us, lambda: self._fire(number, period_us, periodic=periodic)
            )

    def stop_all(self) -> None:
        """Stop every timer, as a reset does."""
        for event in self._events.values():
            event.cancel()
        self._events.clear()

    def _fire(self, number: int, period_us: int, *, periodic: bool) -> None:
        if periodic:
            self.start(number, period_us, periodic=True)
        self._expired(number)


class RealTimeClock:
    """Microseconds since 2000-01-01, and a little memory: both last until the power goes."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._offset_us = 0
        self.memory = b""

    @property
    def now_us(self) -> int:
        """What the clock shows."""
        return self._scheduler.now_us + self._offset_us

    def set(self, now_us: int) -> None:
        """Set the clock."""
        self._offset_us = now_us - self._scheduler.now_us

    def lose(self) -> None:
        """Start from nothing, as after a power-on."""
        self.memory = b""
        self.set(0)
