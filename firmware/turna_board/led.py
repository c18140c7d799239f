"""The board's one light, or none."""

from machine import Pin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType


class Led:
    """On or off, whatever level that takes."""

    def __init__(self, pin: Pin | None, on_level: int) -> None:
        self._pin = pin
        self._on_level = on_level
        self._on = False

    def light(self, on: bool) -> None:
        if self._pin is not None and on != self._on:
            self._pin.value(self._on_level if on else 1 - self._on_level)
        self._on = on


def build_led(profile: "ModuleType") -> Led:
    """Return the light of the board's profile, dark."""
    on_level = profile.LED_ON
    pin = None if profile.LED is None else Pin(profile.LED, Pin.OUT, value=1 - on_level)
    return Led(pin, on_level)
