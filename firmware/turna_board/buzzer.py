"""A passive buzzer on a PWM output, or none."""

from machine import PWM, Pin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

TONE_HZ = 2700  # where small piezo buzzers are loudest
_HALF = 32768


class Buzzer:
    """On or off, at one tone."""

    def __init__(self, pwm: PWM | None) -> None:
        self._pwm = pwm
        self._on = False

    def sound(self, on: bool) -> None:
        if self._pwm is not None and on != self._on:
            self._pwm.duty_u16(_HALF if on else 0)
        self._on = on


def build_buzzer(profile: "ModuleType") -> Buzzer:
    """Return the buzzer of the board's profile, silent."""
    if profile.BUZZER is None:
        return Buzzer(None)
    return Buzzer(PWM(Pin(profile.BUZZER), freq=TONE_HZ, duty_u16=0))
