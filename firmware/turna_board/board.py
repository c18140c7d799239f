"""The board this firmware runs on: its profile by name, its power rails, its radio.

Display, buttons, GNSS and battery have modules of their own, which take the profile too.  First
`power_on`, then the rest: on some boards the radio has no supply before.
"""

import asyncio
import gc

from machine import SPI, Pin

from turna_protocol.errors import MisuseError

from .radio_driver import RadioDriver

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from .radio import RadioChip

# By name and not by directory listing, so that a frozen image contains what it can load.
BOARDS = (
    "heltec_v3",
    "heltec_v2",
    "tbeam",
    "tbeam_supreme",
    "lilygo_t3_v2_1",
    "lilygo_t3_v2_1_tcxo",
    "lilygo_t3_s3",
    "station_g2",
)
_RAIL_SETTLES_MS = 10
# Each board loads the one driver that it needs, leaves first: an import takes heap and stack.
_DRIVERS = {
    "sx1262": ("sx1262_codes", "sx1262_bus", "sx1262_setup", "sx1262"),
    "sx1276": ("sx1276_codes", "sx1276_bus", "sx1276_setup", "sx1276"),
}


def load_profile(name: str) -> "ModuleType":
    """Return the constants of a board."""
    if name not in BOARDS:
        raise MisuseError("board")
    package = "turna_board.boards." + name
    return __import__(package, None, None, ("NAME",))


async def power_on(profile: "ModuleType") -> str:
    """Switch on the rails that feed radio, GNSS and display; return what does not work, if any."""
    fault = _switch_on_rails(profile) if profile.PMU_RAILS else ""
    if profile.RAIL is not None:
        Pin(profile.RAIL, Pin.OUT, value=profile.RAIL_ON)
    if profile.GNSS_WAKE is not None:
        Pin(profile.GNSS_WAKE, Pin.OUT, value=1)
    await asyncio.sleep_ms(_RAIL_SETTLES_MS)
    return fault


async def build_radio(profile: "ModuleType") -> RadioDriver:
    """Connect the radio's driver to its pins, once the board has found out which chip it has."""
    spi = SPI(
        profile.RADIO_SPI,
        baudrate=profile.RADIO_SPI_HZ,
        sck=Pin(profile.RADIO_SCK),
        mosi=Pin(profile.RADIO_MOSI),
        miso=Pin(profile.RADIO_MISO),
    )
    nss = Pin(profile.RADIO_NSS, Pin.OUT, value=1)
    reset = Pin(profile.RADIO_RESET, Pin.OUT, value=1)
    kind = profile.RADIO
    if kind == "either":
        from .radio_probe import find_radio

        kind = await find_radio(spi, nss, reset)
    chip = (
        _sx1276(profile, spi, nss, reset) if kind == "sx1276" else _sx1262(profile, spi, nss, reset)
    )
    return RadioDriver(
        chip,
        amplifier_db=profile.RADIO_AMPLIFIER_DB,
        chip_max_dbm=profile.RADIO_CHIP_MAX_DBM,
    )


def _switch_on_rails(profile: "ModuleType") -> str:
    from .pmu import PowerError, find_pmu

    try:
        pmu, rails = find_pmu(profile)
        pmu.switch_on(rails)
    except PowerError as error:
        return str(error)
    return ""


def _sx1262(profile: "ModuleType", spi: SPI, nss: Pin, reset: Pin) -> "RadioChip":
    return _load_driver("sx1262").Sx1262(
        spi,
        nss,
        busy=Pin(profile.RADIO_BUSY, Pin.IN),
        dio1=Pin(profile.RADIO_DIO1, Pin.IN),
        reset=reset,
        tcxo_millivolts=profile.RADIO_TCXO_MILLIVOLTS,
        dio2_is_rf_switch=profile.RADIO_DIO2_IS_RF_SWITCH,
    )


def _sx1276(profile: "ModuleType", spi: SPI, nss: Pin, reset: Pin) -> "RadioChip":
    if profile.RADIO_TCXO_ENABLE is not None:
        Pin(profile.RADIO_TCXO_ENABLE, Pin.OUT, value=1)  # it runs before the reset is over
    dio0 = Pin(profile.RADIO_DIO0, Pin.IN)
    return _load_driver("sx1276").Sx1276(spi, nss, dio0=dio0, reset=reset)


def _load_driver(kind: str) -> "ModuleType":
    for name in _DRIVERS[kind]:
        gc.collect()
        loaded = __import__("turna_board." + name, None, None, ("*",))
    return loaded
