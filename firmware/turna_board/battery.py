"""The battery's voltage: through a divider, switched on only for that, or by the power chip."""

import time

from machine import ADC, Pin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from .pmu import Pmu

_SETTLE_MS = 2  # the divider charges the input's capacitance through 390k
_SAMPLES = 4


class Battery:
    """An analogue input behind a divider."""

    def __init__(self, adc: ADC, switch: Pin | None, switch_on: int, divider_permille: int) -> None:
        self._adc = adc
        self._switch = switch
        self._switch_on = switch_on
        self._divider_permille = divider_permille

    def read_mv(self) -> int:
        """Return the voltage of the battery in millivolts."""
        self._connect(self._switch_on)
        microvolts = sum([self._adc.read_uv() for _ in range(_SAMPLES)]) // _SAMPLES
        self._connect(1 - self._switch_on)
        return microvolts // 1000 * self._divider_permille // 1000

    def _connect(self, level: int) -> None:
        if self._switch is not None:
            self._switch.value(level)
            time.sleep_ms(_SETTLE_MS)


def build_battery(profile: "ModuleType") -> "Battery | Pmu | None":
    """Return the battery of the board's profile, if its voltage can be measured."""
    if profile.PMU_RAILS:
        return _power_chip(profile)
    if profile.BATTERY_ADC is None:
        return None
    adc = ADC(Pin(profile.BATTERY_ADC), atten=getattr(ADC, profile.BATTERY_ATTENUATION))
    if profile.BATTERY_SWITCH is None:
        return Battery(adc, None, 0, profile.BATTERY_DIVIDER_PERMILLE)
    # A resistor on the board keeps the divider off, at a level that revisions do not agree on.
    off = Pin(profile.BATTERY_SWITCH, Pin.IN).value()
    switch = Pin(profile.BATTERY_SWITCH, Pin.OUT, value=off)
    return Battery(adc, switch, 1 - off, profile.BATTERY_DIVIDER_PERMILLE)


def _power_chip(profile: "ModuleType") -> "Pmu | None":
    from .pmu import PowerError, find_pmu

    try:
        return find_pmu(profile)[0]
    except PowerError:
        return None  # `power_on` has said so
