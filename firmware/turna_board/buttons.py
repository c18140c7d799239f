"""The board's buttons: edges with their time, gathered by interrupts, fetched by one task."""

import asyncio
import time

from machine import Pin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

_NO_PULL = -1  # an input-only pin has none
EDGES_MAX = 32  # a bouncing contact makes a dozen; later ones are counted, and the level looked up


class Edge:
    """A change of one button, and the ticks at which it was noticed."""

    def __init__(self, button: str, pressed: bool, ticks_ms: int) -> None:
        self.button = button
        self.pressed = pressed
        self.ticks_ms = ticks_ms


class Buttons:
    """Active-low buttons by name."""

    def __init__(self, pins: dict[str, Pin]) -> None:
        self.edges_dropped = 0
        self._pins = pins
        self._names = {id(pin): name for name, pin in pins.items()}
        self._edges: list[Edge] = []
        self._flag = asyncio.ThreadSafeFlag()

    def start(self) -> None:
        """Begin to listen."""
        for pin in self._pins.values():
            pin.irq(handler=self._on_edge, trigger=Pin.IRQ_RISING | Pin.IRQ_FALLING)

    def look(self) -> None:
        """Take the levels as they are: while the processor slept, edges told nobody."""
        self.start()
        for pin in self._pins.values():
            self._on_edge(pin)

    def pins(self) -> "tuple[Pin, tuple[Pin, ...]]":
        """Return the user's button and the others."""
        others = [pin for name, pin in self._pins.items() if name != "user"]
        return self._pins["user"], tuple(others)

    async def next_edges(self, timeout_ms: int) -> list[Edge]:
        """Return what happened, at the latest after a time with the levels as they are."""
        try:
            await asyncio.wait_for_ms(self._flag.wait(), timeout_ms)
        except asyncio.TimeoutError:  # noqa: UP041 - not the builtin on MicroPython
            # An interrupt can be lost on an ESP32 whose scheduler queue is full.
            return [self._level(name) for name in self._pins]
        edges, self._edges = self._edges, []
        return edges

    def _on_edge(self, pin: Pin) -> None:
        if len(self._edges) < EDGES_MAX:
            self._edges.append(self._level(self._names[id(pin)]))
        else:
            self.edges_dropped += 1
        self._flag.set()

    def _level(self, name: str) -> Edge:
        return Edge(name, self._pins[name].value() == 0, _now_ms())


def _now_ms() -> int:
    return time.ticks_ms()  # pyright: ignore[reportReturnType] - the stubs' own type of ticks


def build_buttons(profile: "ModuleType") -> Buttons:
    """Return the buttons that the board's profile names."""
    numbers = (
        ("user", profile.BUTTON_USER),
        ("up", profile.BUTTON_UP),
        ("down", profile.BUTTON_DOWN),
    )
    pull = Pin.PULL_UP if profile.BUTTON_PULL_UP else _NO_PULL
    return Buttons(
        {name: Pin(number, Pin.IN, pull) for name, number in numbers if number is not None}
    )
