"""The board this firmware runs on: its profile by name, its power rails, its radio.

Display, buttons, GNSS and battery have modules of their own, which take the profile too.
"""

import asyncio

from machine import SPI, Pin

from turna_protocol.errors import MisuseError

from .radio_driver import RadioDriver
from .sx1262 import Sx1262

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

# By name and not by directory listing, so that a frozen image contains what it can load.
BOARDS = ("heltec_v3",)
_RAIL_SETTLES_MS = 10


def load_profile(name: str) -> "ModuleType":
    """Return the constants of a board."""
    if name not in BOARDS:
        raise MisuseError("board")
    package = "turna_board.boards." + name
    return __import__(package, None, None, ("NAME",))


async def power_on(profile: "ModuleType") -> None:
    """Switch on the rail that feeds display and header, and wait until it stands."""
    Pin(profile.RAIL, Pin.OUT, value=profile.RAIL_ON)
    await asyncio.sleep_ms(_RAIL_SETTLES_MS)


def power_off(profile: "ModuleType") -> None:
    """Switch that rail off."""
    Pin(profile.RAIL, Pin.OUT, value=1 - profile.RAIL_ON)


def build_radio(profile: "ModuleType") -> RadioDriver:
    """Connect the radio's driver to its pins; nothing is said to the chip yet."""
    spi = SPI(
        profile.RADIO_SPI,
        baudrate=profile.RADIO_SPI_HZ,
        sck=Pin(profile.RADIO_SCK),
        mosi=Pin(profile.RADIO_MOSI),
        miso=Pin(profile.RADIO_MISO),
    )
    chip = Sx1262(
        spi,
        nss=Pin(profile.RADIO_NSS, Pin.OUT, value=1),
        busy=Pin(profile.RADIO_BUSY, Pin.IN),
        dio1=Pin(profile.RADIO_DIO1, Pin.IN),
        reset=Pin(profile.RADIO_RESET, Pin.OUT, value=1),
        tcxo_millivolts=profile.RADIO_TCXO_MILLIVOLTS,
        dio2_is_rf_switch=profile.RADIO_DIO2_IS_RF_SWITCH,
    )
    return RadioDriver(chip)
