"""The board's display: whichever controller it has, the same 128 x 64 pixels."""

from machine import I2C, Pin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from .oled_sh110x import OledSh110x
    from .oled_ssd1306 import OledSsd1306

_BUS_HZ = 400_000


def build_display(profile: "ModuleType") -> "OledSsd1306 | OledSh110x":
    """Connect the display's driver to its pins; nothing is said to it yet."""
    i2c = I2C(
        profile.DISPLAY_I2C,
        scl=Pin(profile.DISPLAY_SCL),
        sda=Pin(profile.DISPLAY_SDA),
        freq=_BUS_HZ,
    )
    if profile.DISPLAY == "ssd1306":
        from .oled_ssd1306 import OledSsd1306

        reset = profile.DISPLAY_RESET
        return OledSsd1306(i2c, None if reset is None else Pin(reset, Pin.OUT, value=1))
    from .oled_sh110x import OledSh110x

    return OledSh110x(i2c, profile.DISPLAY)
