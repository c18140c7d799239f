"""What a board can take the supply from while nobody needs it: the display and the GNSS receiver.

A receiver has a line of its own, a rail of the power chip, or hangs on one rail with the display,
which then is off only while neither is wanted.  Where there is none of these, both stay on.
"""

from machine import Pin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    Switch = Callable[[bool], None]


class Supply:
    """Two wishes in, switches out; everything is on at the start."""

    def __init__(self, rail: "Switch | None", receiver: "Switch | None") -> None:
        self.display_on = True
        self.receiver_on = True
        self._rail = rail
        self._receiver = receiver

    @property
    def display_feeds_receiver(self) -> bool:
        """Tell whether the receiver has a supply whenever the display has."""
        return self._rail is not None

    def want_display(self, on: bool) -> None:
        self._want(on, self.receiver_on)

    def want_receiver(self, on: bool) -> None:
        self._want(self.display_on, on)

    def _want(self, display_on: bool, receiver_on: bool) -> None:
        if self._receiver is not None and receiver_on != self.receiver_on:
            self._receiver(receiver_on)
        before = self.display_on or self.receiver_on
        self.display_on, self.receiver_on = display_on, receiver_on
        if self._rail is not None and (display_on or receiver_on) != before:
            self._rail(display_on or receiver_on)


def build_supply(profile: "ModuleType") -> Supply:
    """Return the switches of the board's profile; all of them are on already."""
    if profile.PMU_RAILS:  # standing by at its own line, a receiver would draw 0.6 mA (Quectel L76)
        return Supply(None, _pmu_rail(profile))
    if profile.RAIL is not None and profile.RAIL_RESTS:
        return Supply(_level(profile.RAIL, profile.RAIL_ON), None)
    return Supply(None, None)


def cut_rail(profile: "ModuleType") -> None:
    """Switch the board's rail off, whatever hangs on it: the board is switched off."""
    if profile.RAIL is not None:
        Pin(profile.RAIL, Pin.OUT, value=1 - profile.RAIL_ON)


def _level(number: int, on_level: int) -> "Switch":
    pin = Pin(number, Pin.OUT, value=on_level)
    return lambda on: pin.value(on_level if on else 1 - on_level)


def _pmu_rail(profile: "ModuleType") -> "Switch | None":
    from .pmu import PowerError, find_pmu

    try:
        pmu, rails = find_pmu(profile)
    except PowerError:
        return None  # `power_on` has said so
    receiver = rails[-1]

    def switch(on: bool) -> None:
        try:
            if on:
                pmu.switch_on((receiver,))
            else:
                pmu.switch_off(receiver)
        except PowerError:
            pass  # it stays as it is: a fix late or a little current, and the next wish tries again

    return switch
