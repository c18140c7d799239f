"""Carries out what `power` decides: naps, rests the GNSS receiver, keeps the mode chosen."""

from . import power
from .power import FixRhythm, Power

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from turna_board.supply import Supply
    from turna_board.uptime import Uptime

    class Sleeper(Protocol):
        """The processor's light sleep."""

        button_wakes: bool

        def wanted(self) -> bool: ...
        def sleep(self, duration_ms: int) -> None: ...

    Urgent = Callable[[int], "int | None"]  # the first instant that must not be missed


PATH = "/power"  # beside settings.json, which the board never writes
# Where no button can wake the processor, it looks at them itself, this often.
LOOK_EVERY_MS = 100


class Economy:
    """Decides with `power` each time the event loop would wait."""

    def __init__(
        self,
        state: Power,
        rhythm: FixRhythm | None,  # None: there is no receiver
        sleeper: "Sleeper",
        supply: "Supply",
        uptime: "Uptime",
        *,
        busy: "Callable[[], bool]",
        urgent: "Urgent",
        woken: "Callable[[], None]",
    ) -> None:
        self._power = state
        self._rhythm = rhythm
        self._sleeper = sleeper
        self._supply = supply
        self._uptime = uptime
        self._busy = busy
        self._urgent = urgent
        self._woken = woken

    def nap(self, idle_ms: int) -> bool:
        """Sleep if nothing speaks against it; return whether it was so."""
        now_ms = self._uptime.ms()
        if self._power.live or self._busy() or self.hears_receiver(now_ms):
            return False
        nap_ms = self._power.nap_ms(idle_ms, now_ms, self._urgent(now_ms))
        if not self._sleeper.button_wakes:
            nap_ms = min(nap_ms, LOOK_EVERY_MS)
        if nap_ms == 0 or self._sleeper.wanted():
            return False
        self._sleeper.sleep(nap_ms)
        self._woken()
        return True

    def look_after_receiver(self) -> None:
        """Switch the GNSS receiver as its rhythm says."""
        if self._rhythm is None:
            return
        fed = self._supply.display_feeds_receiver and self._supply.display_on
        on = self._rhythm.on(self._uptime.ms(), live=self._power.live, fed=fed)
        if on != self._supply.receiver_on:
            self._supply.want_receiver(on)

    def fixed(self) -> None:
        """Note that the receiver has told where the handset is."""
        if self._rhythm is not None:
            self._rhythm.fixed(self._uptime.ms(), live=self._power.live)
            self.look_after_receiver()

    def receiver_deadline_ms(self) -> int | None:
        """Return when the receiver has to be looked after next."""
        return None if self._rhythm is None else self._rhythm.deadline_ms()

    def hears_receiver(self, now_ms: int) -> bool:
        """Tell whether the receiver may speak now, which a sleeper does not hear."""
        return self._rhythm is not None and self._rhythm.hears(now_ms)


def chosen_mode(usual: str, path: str = PATH) -> str:
    """Return the mode last chosen here, or the usual one."""
    try:
        with open(path) as file:
            mode = file.read()
    except (OSError, ValueError):  # ValueError: what is there is no text
        return usual
    return mode if mode in power.MODES and mode != power.OFF else usual


def keep_mode(mode: str, path: str = PATH) -> bool:
    """Keep a mode over a restart; return whether that worked."""
    try:
        with open(path, "w") as file:
            file.write(mode)
    except OSError:
        return False
    return True
