"""Where a virtual board's charge goes: how long each part was in each state, times its current.

    ledger = EnergyLedger(world.scheduler, board)
    world.run_for(86_400_000)
    for row in ledger.rows():                        # part, state, seconds, current
        print(row)
    print(ledger.average().typical)                  # milliamperes

The states are the chips' own, looked at after every event of the world, so none is missed.  Time
stands still on a virtual board while its interpreter computes; what that would have taken is added
by `energy_currents.py`'s estimates, and shown as a part of its own.  Not measured on any board.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from . import energy_currents as currents
from .board import Board
from .chips.sx1262 import Sx1262
from .chips.sx1262_facts import REG_RX_GAIN, RX_GAIN_BOOSTED
from .chips.sx1262_facts import Mode as Sx1262Mode
from .chips.sx1276_facts import Mode as Sx1276Mode
from .mcu import ACTIVE, DEEP_SLEEPING, LIGHT_SLEEP
from .scheduler import Scheduler

COMPUTING = "computing, estimated"


class Draw(NamedTuple):
    """A mean current in milliamperes: the least that it may be, the typical, the most."""

    least: float
    typical: float
    most: float


class Row(NamedTuple):
    """For how long one part was in one state, and what it draws in it."""

    part: str
    state: str
    seconds: float
    current: currents.Current


class EnergyLedger:
    """Watches one board from now on."""

    def __init__(self, scheduler: Scheduler, board: Board) -> None:
        self._scheduler = scheduler
        self._board = board
        self._kind = currents.kind_of(board.model)
        self._spent_us: dict[str, Counter[str]] = {name: Counter() for name in self._readers()}
        self._states = self._look()
        self._seen_us = self._began_us = scheduler.now_us
        self._computed_us = 0
        self._wakings = 0
        scheduler.observers.append(self._observe)

    @property
    def elapsed_s(self) -> float:
        """For how long the board has been watched."""
        return (self._scheduler.now_us - self._began_us) / 1e6

    @property
    def wakings(self) -> int:
        """How often the processor woke from light sleep."""
        return self._wakings

    def rows(self) -> Iterator[Row]:
        """Give each part's states, in order."""
        self._observe()
        for part, states in self._spent_us.items():
            for state, spent_us in sorted(states.items()):
                yield self._row(part, state, spent_us)
        yield self._row("processor", COMPUTING, self._computed_us)
        yield self._row("board", "always", self._scheduler.now_us - self._began_us)

    def average(self) -> Draw:
        """Return the mean current over the time watched."""
        return _mean(list(self.rows()), self.elapsed_s)

    def by_part(self) -> dict[str, Draw]:
        """Return the mean current of each part."""
        rows = list(self.rows())
        parts = dict.fromkeys(row.part for row in rows)
        return {
            part: _mean([row for row in rows if row.part == part], self.elapsed_s) for part in parts
        }

    # Observation.

    def _readers(self) -> dict[str, Callable[[], str]]:
        return {
            "processor": self._processor,
            "radio": self._radio,
            "display": self._display,
            "GNSS": self._gnss,
            "light": self._light,
            "Wi-Fi": self._wifi,
        }

    def _look(self) -> dict[str, str]:
        return {name: read() for name, read in self._readers().items()}

    def _observe(self) -> None:
        now_us = self._scheduler.now_us
        passed_us, self._seen_us = now_us - self._seen_us, now_us
        if passed_us:
            for name, state in self._states.items():
                self._spent_us[name][state] += passed_us
        before, self._states = self._states, self._look()
        self._note_work(before)

    def _note_work(self, before: dict[str, str]) -> None:
        """Add what the interpreter computes on a board when something happens to it."""
        if before["processor"] == LIGHT_SLEEP and self._states["processor"] != LIGHT_SLEEP:
            self._wakings += 1
            self._computed_us += currents.WAKING_US
        if (
            self._states["radio"].startswith("transmits")
            and before["radio"] != self._states["radio"]
        ):
            self._computed_us += currents.REPORT_US

    def _row(self, part: str, state: str, spent_us: int) -> Row:
        return Row(part, state, spent_us / 1e6, self._current(part, state))

    def _current(self, part: str, state: str) -> currents.Current:
        if part == "board":
            return self._kind.floor
        if part == "processor" and state == COMPUTING:
            return self._kind.processor[currents.COMPUTES]
        if part == "processor":
            return self._kind.processor[state]
        if part == "radio":
            return self._kind.radio[state]
        if part == "GNSS":
            return self._kind.receiver[state]
        return currents.OTHER[part, state]

    # States.

    def _processor(self) -> str:
        mcu = self._board.mcu
        if mcu.state == ACTIVE:
            return f"awake at {mcu.frequency_hz // 1_000_000} MHz"
        return {LIGHT_SLEEP: LIGHT_SLEEP, DEEP_SLEEPING: DEEP_SLEEPING}.get(mcu.state, "off")

    def _radio(self) -> str:
        chip = self._board.parts.radio
        if not chip.powered:
            return "off"
        return _sx1262(chip) if isinstance(chip, Sx1262) else _sx1276(chip.radio.mode)

    def _display(self) -> str:
        return "lit" if self._board.parts.oled.lit else "dark"

    def _gnss(self) -> str:
        receiver = self._board.parts.gnss
        if not receiver.powered or "tracks" not in self._kind.receiver:
            return "off"
        return "tracks" if receiver.has_fix else "searches"

    def _light(self) -> str:
        return "on" if self._board.parts.lamp.lit else "off"

    def _wifi(self) -> str:
        return "access point" if self._board.mcu.access_point else "off"


def _mean(rows: list[Row], elapsed_s: float) -> Draw:
    """Return what rows draw together, spread over the time watched."""
    return Draw(
        sum(row.current.least * row.seconds for row in rows) / elapsed_s,
        sum(row.current.typical * row.seconds for row in rows) / elapsed_s,
        sum(row.current.most * row.seconds for row in rows) / elapsed_s,
    )


def _sx1262(chip: Sx1262) -> str:
    radio = chip.radio
    if radio.mode is Sx1262Mode.TX:
        return "transmits"
    if radio.mode is Sx1262Mode.RX:
        return _gain(chip) if radio.settings.dcdc else "receives without DC-DC"
    return {
        Sx1262Mode.SLEEP: "sleeps",
        Sx1262Mode.STDBY_RC: "stands by",
    }.get(radio.mode, "stands by, oscillator on")


def _gain(chip: Sx1262) -> str:
    boosted = chip.radio.settings.register(REG_RX_GAIN) == RX_GAIN_BOOSTED
    return "receives" if boosted else "receives, sparing"


def _sx1276(mode: Sx1276Mode) -> str:
    if mode is Sx1276Mode.TX:
        return "transmits"
    if mode is Sx1276Mode.SLEEP:
        return "sleeps"
    return "stands by" if mode is Sx1276Mode.STANDBY else "receives"
