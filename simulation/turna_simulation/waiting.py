"""A board that waits or sleeps: until when, and what ends it earlier."""

from collections.abc import Callable

from .pins import Pins
from .scheduler import Event, Scheduler

# wake reasons of the ESP32 port
TIMER_WAKE = 4
_WAKES = {0: 2, 1: 3, 2: 7}  # by source: ext0, ext1, GPIO
_EXT1 = 1


class Waiting:
    """The one thing a board waits for at present, if it does."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._event: Event | None = None
        self._end: Callable[[], None] = lambda: None
        self._until_us: int | None = None
        self._disturbable = False
        self.ports = 0
        self.asleep = False

    def begin(
        self,
        until_us: int | None,
        end: Callable[[], None],
        *,
        ports: int = 0,
        disturbable: bool = False,
        asleep: bool = False,
    ) -> None:
        """Wait until an instant (None: without end), for input of these UARTs, or asleep."""
        self.cancel()
        self._until_us, self._end = until_us, end
        self.ports, self._disturbable, self.asleep = ports, disturbable, asleep
        if until_us is not None:
            self._event = self._scheduler.at(until_us, self._finish)

    @property
    def left_us(self) -> int:
        """What is left of the time."""
        return 0 if self._until_us is None else max(0, self._until_us - self._scheduler.now_us)

    def disturb(self) -> None:
        """End a wait that input may end, at this instant, as an event of its own."""
        if self._disturbable and self._event is not None:
            self._disturbable = False
            self._event.cancel()
            self._event = self._scheduler.after(0, self._finish)

    def cancel(self) -> None:
        """Forget what was waited for."""
        if self._event is not None:
            self._event.cancel()
        self._event = None
        self.ports, self._disturbable, self.asleep = 0, False, False

    def _finish(self) -> None:
        self.cancel()
        self._end()


class WakeSources:
    """The pins that end a sleep, as the firmware chose them."""

    def __init__(self, pins: Pins) -> None:
        self._pins = pins
        self._sources: dict[int, tuple[int, bytes]] = {}

    def choose(self, source: int, level: int, pins: bytes) -> None:
        """Let these pins at this level be a source."""
        self._sources[source] = (level, pins)

    def forget(self) -> None:
        """Choose none."""
        self._sources.clear()

    def reason(self) -> int:
        """Return the wake reason that holds at this instant, or 0."""
        for source, (level, pins) in sorted(self._sources.items()):
            levels = [self._pins.level(pin) for pin in pins]
            all_low = source == _EXT1 and level == 0  # ESP_EXT1_WAKEUP_ALL_LOW
            if (set(levels) == {0}) if all_low else (level in levels):
                return _WAKES[source]
        return 0
