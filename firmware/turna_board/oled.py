"""The board's display: whichever controller it has, the same 128 x 64 pixels."""

from machine import I2C, Pin

from .oled_driver import Oled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

_BUS_HZ = 400_000


def build_display(profile: "ModuleType") -> Oled:
    """Connect the display's driver to its pins; nothing is said to it yet."""
    i2c = I2C(
        profile.DISPLAY_I2C,
        scl=Pin(profile.DISPLAY_SCL),
        sda=Pin(profile.DISPLAY_SDA),
        freq=_BUS_HZ,
    )
    reset = None if profile.DISPLAY_RESET is None else Pin(profile.DISPLAY_RESET, Pin.OUT, value=1)
    if profile.DISPLAY == "ssd1306":
        from .oled_ssd1306 import SETUP, window

        return Oled(i2c, SETUP, window, reset)
    from .oled_sh110x import setup, window_of

    return Oled(i2c, setup(profile.DISPLAY), window_of(profile.DISPLAY), reset)
