"""The board's one light, or none."""

from machine import Pin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType


class Led:
    """On or off; high is on."""

    def __init__(self, pin: Pin | None) -> None:
        self._pin = pin
        self._on = False

    def light(self, on: bool) -> None:
        if self._pin is not None and on != self._on:
            self._pin.value(1 if on else 0)
        self._on = on


def build_led(profile: "ModuleType") -> Led:
    """Return the light of the board's profile, dark."""
    return Led(None if profile.LED is None else Pin(profile.LED, Pin.OUT, value=0))
