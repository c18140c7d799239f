"""The battery's voltage, through a divider that is switched on only while it is measured."""

import time

from machine import ADC, Pin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

_SETTLE_MS = 2  # the divider charges the input's capacitance through 390k
_SAMPLES = 4


class Battery:
    """An analogue input behind a divider."""

    def __init__(self, adc: ADC, switch: Pin, switch_on: int, divider_permille: int) -> None:
        self._adc = adc
        self._switch = switch
        self._switch_on = switch_on
        self._divider_permille = divider_permille

    def read_mv(self) -> int:
        """Return the voltage of the battery in millivolts."""
        self._switch.value(self._switch_on)
        time.sleep_ms(_SETTLE_MS)
        microvolts = sum([self._adc.read_uv() for _ in range(_SAMPLES)]) // _SAMPLES
        self._switch.value(1 - self._switch_on)
        return microvolts // 1000 * self._divider_permille // 1000


def build_battery(profile: "ModuleType") -> Battery | None:
    """Return the battery of the board's profile, if its voltage can be measured."""
    if profile.BATTERY_ADC is None:
        return None
    switch_off = 1 - profile.BATTERY_SWITCH_ON
    return Battery(
        # 2.5 dB reaches 1.25 V on an ESP32-S3: 6.1 V of battery.
        ADC(Pin(profile.BATTERY_ADC), atten=ADC.ATTN_2_5DB),
        Pin(profile.BATTERY_SWITCH, Pin.OUT, value=switch_off),
        profile.BATTERY_SWITCH_ON,
        profile.BATTERY_DIVIDER_PERMILLE,
    )
