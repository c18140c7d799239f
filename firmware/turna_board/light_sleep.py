"""Light sleep of the processor: memory and pins stay, serial lines are deaf, three things wake it.

The radio's line wakes it by its level (ext0, or any GPIO where the line is no RTC pin), the user's
button by its (ext1, further ones as GPIOs), and time.  Edges that come in between interrupt nobody:
who sleeps looks at the lines afterwards.  A GPIO that wakes is switched to interrupts by level,
which would never end, so its interrupt is off meanwhile (ESP-IDF, sleep modes and GPIO driver).
"""

import esp32
import machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from machine import Pin

SLOW_HZ = 80_000_000  # the least at which USB, Wi-Fi and the serial lines keep their speeds


class LightSleep:
    """Sleeps for a time, or until the radio or a button wants something."""

    def __init__(self, radio_line: "Pin", user: "Pin", others: "tuple[Pin, ...]") -> None:
        self.naps = 0
        self._line = radio_line
        self._buttons = (user,) + others
        self._by_gpio: "list[Pin]" = []
        self._wake_by_line(radio_line)
        self.button_wakes = _wake_by_button(user)
        if others and self.button_wakes and not self._by_gpio:
            esp32.wake_on_gpio(others, esp32.WAKEUP_ALL_LOW)
            self._by_gpio.extend(others)

    def wanted(self) -> bool:
        """Tell whether one of the lines would end a sleep at once."""
        return bool(self._line()) or not all(button() for button in self._buttons)

    def sleep(self, duration_ms: int) -> None:
        """Sleep at most so long; who has interrupts on these lines asks for them anew."""
        self.naps += 1
        for pin in self._by_gpio:
            pin.irq(handler=None)
        machine.lightsleep(duration_ms)

    def _wake_by_line(self, line: "Pin") -> None:
        try:
            esp32.wake_on_ext0(line, esp32.WAKEUP_ANY_HIGH)
        except ValueError:  # no RTC pin; light sleep alone takes any (MicroPython 1.27)
            esp32.wake_on_gpio((line,), esp32.WAKEUP_ANY_HIGH)
            self._by_gpio.append(line)


def run_slowly() -> None:
    """Let the processor run at the speed that draws least."""
    machine.freq(SLOW_HZ)


def switch_off() -> None:
    """Sleep with nothing kept until somebody presses the button that wakes the board."""
    machine.deepsleep()


def _wake_by_button(button: "Pin") -> bool:
    try:
        esp32.wake_on_ext1((button,), esp32.WAKEUP_ALL_LOW)
    except ValueError:
        return False  # no RTC pin
    return True
