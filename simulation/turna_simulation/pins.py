"""The pins of a board: who drives which wire, and who listens.

A wire has the level of whoever drives it, else that of its pull, else it floats, and reading it is
a fault that gives a seeded coin toss: as on a real board, only repeatable.
"""

from collections.abc import Callable
from random import Random

MODE_OUT = 3
MODE_OPEN_DRAIN = 7
PULL_DOWN = 1
PULL_UP = 2
RISING = 1
FALLING = 2
UNCHANGED = 255

Level = int | None


class _Wire:
    __slots__ = ("driven", "interrupts", "level", "listeners", "mode", "output", "pull", "resistor")

    def __init__(self) -> None:
        self.mode = 0
        self.output = 0
        self.pull = 0
        self.interrupts = 0
        self.driven: Level = None  # by a chip or a finger
        self.resistor: Level = None  # on the board
        self.level: Level = None
        self.listeners: list[Callable[[Level], None]] = []


class Pins:
    """All pins of one microcontroller."""

    def __init__(
        self,
        random: Random,
        edge: Callable[[int], None],
        changed: Callable[[], None],
        fault: Callable[[str], None],
    ) -> None:
        self._random = random
        self._edge = edge
        self._changed = changed
        self._fault = fault
        self._wires: dict[int, _Wire] = {}
        self._known = 0  # bit n: GPIOn does not float
        self._high = 0  # bit n: GPIOn is high

    # What is soldered to the pins.

    def listen(self, pin: int, listener: Callable[[Level], None]) -> None:
        """Tell a chip each level of a pin (None: floating), from now on."""
        wire = self._wire(pin)
        wire.listeners.append(listener)
        listener(wire.level)

    def resistor(self, pin: int, level: int) -> None:
        """Solder a pull-up or pull-down resistor to a pin."""
        self._wire(pin).resistor = level
        self._settle(pin)

    def drive(self, pin: int, level: Level) -> None:
        """Drive a pin from outside, or let go of it (None)."""
        self._wire(pin).driven = level
        self._settle(pin)

    # What the firmware does with them.

    def configure(self, pin: int, mode: int, pull: int, level: int) -> None:
        """Set mode, pull and output level, each unless `UNCHANGED`."""
        wire = self._wire(pin)
        if mode != UNCHANGED:
            wire.mode = mode
        if pull != UNCHANGED:
            wire.pull = pull
        if level != UNCHANGED:
            wire.output = level
        self._settle(pin)

    def write(self, pin: int, level: int) -> None:
        """Set the output level."""
        self._wire(pin).output = level
        self._settle(pin)

    def interrupt_on(self, pin: int, mask: int) -> None:
        """Choose the edges that interrupt."""
        self._wire(pin).interrupts = mask

    def read(self, pin: int) -> int:
        """Return the level, as the firmware reads it."""
        level = self._wire(pin).level
        if level is None:
            self._fault(f"GPIO{pin} is read while it floats")
            return self._random.getrandbits(1)
        return level

    def level(self, pin: int) -> Level:
        """Return the level of a wire, None while it floats."""
        return self._wire(pin).level

    def snapshot(self) -> bytes:
        """Return seven bytes of which pins have a level, and seven of which are high."""
        return self._known.to_bytes(7, "little") + self._high.to_bytes(7, "little")

    def release_all(self) -> None:
        """Make every pin an input without pull, as a reset does."""
        for pin, wire in list(self._wires.items()):  # listeners may touch further wires
            wire.mode = wire.output = wire.pull = wire.interrupts = 0
            self._settle(pin)

    def forget_interrupts(self) -> None:
        """Take all interrupt handlers away, as a soft reset does."""
        for wire in self._wires.values():
            wire.interrupts = 0

    def _wire(self, pin: int) -> _Wire:
        return self._wires.setdefault(pin, _Wire())

    def _settle(self, pin: int) -> None:
        wire = self._wires[pin]
        before, wire.level = wire.level, self._resolve(pin, wire)
        if wire.level == before:
            return
        bit = 1 << pin
        self._known = self._known & ~bit if wire.level is None else self._known | bit
        self._high = self._high | bit if wire.level else self._high & ~bit
        for listener in wire.listeners:
            listener(wire.level)
        if before is not None and wire.level is not None:
            if wire.interrupts & (RISING if wire.level else FALLING):
                self._edge(pin)
            self._changed()

    def _resolve(self, pin: int, wire: _Wire) -> Level:
        output: Level = None
        if wire.mode == MODE_OUT or (wire.mode == MODE_OPEN_DRAIN and wire.output == 0):
            output = wire.output
        if wire.driven is not None:
            if output is not None and output != wire.driven:
                self._fault(f"GPIO{pin} is driven from both ends")
            return wire.driven
        if output is not None:
            return output
        if wire.resistor is not None:
            return wire.resistor
        return {PULL_UP: 1, PULL_DOWN: 0}.get(wire.pull)
