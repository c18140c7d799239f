"""The board profiles: pins that exist, can do what they are for, and are used once each."""

import importlib
from pathlib import Path
from types import ModuleType

import pytest

from turna_simulation import soc
from turna_simulation.models import BOARDS as MODELS
from turna_simulation.models import PROFILES

FOLDER = Path(__file__).parents[2] / "firmware" / "turna_board" / "boards"
NAMES = sorted(set(PROFILES.values()))
SOCS = {chip.name: chip for chip in vars(soc).values() if isinstance(chip, soc.Soc)}
RADIO = ("RADIO_SCK", "RADIO_MISO", "RADIO_MOSI", "RADIO_NSS", "RADIO_RESET")
LINES = {
    "sx1262": ("RADIO_BUSY", "RADIO_DIO1"),
    "sx1276": ("RADIO_DIO0",),
    "either": ("RADIO_BUSY", "RADIO_DIO1", "RADIO_DIO0"),
}
OUTPUTS = (
    "RADIO_SCK",
    "RADIO_MOSI",
    "RADIO_NSS",
    "RADIO_RESET",
    "RADIO_TCXO_ENABLE",
    "RAIL",
    "PMU_SDA",
    "PMU_SCL",
    "DISPLAY_SDA",
    "DISPLAY_SCL",
    "DISPLAY_RESET",
    "LED",
    "BUZZER",
    "BATTERY_SWITCH",
    "GNSS_TX",
    "GNSS_WAKE",
)
INPUTS = ("BUTTON_USER", "BUTTON_UP", "BUTTON_DOWN", "BATTERY_ADC", "GNSS_RX")
CONSOLE = {"esp32": (1, 3), "esp32s3": (43, 44)}
NATIVE_USB = {"tbeam_supreme", "lilygo_t3_s3", "station_g2"}  # GPIO19 and 20 are their port
# Levels at these pins choose boot mode or flash voltage: nothing may hold them at the start.
STRAPPING = {"esp32": {0, 2, 5, 12, 15}, "esp32s3": {0, 3, 45, 46}}
# What is there all the same, and why it does no harm.
HARMLESS = {
    "BUTTON_USER": "pressed at the start it chooses the loader, as it should",
    "RADIO_SCK": "an input of the radio",
    "RADIO_NSS": "an input of the radio, pulled up",
    "RADIO_MISO": "the radio lets go of it until it is selected",
    "DISPLAY_SCL": "pulled up, as the strap is",
    "GNSS_TX": "an input of the receiver",
    "RADIO_RESET": "an input of the radio, pulled up",
}
WAKES = {
    "heltec_v3": True,
    "heltec_v2": True,
    "tbeam": True,
    "tbeam_supreme": True,
    "lilygo_t3_v2_1": True,
    "lilygo_t3_v2_1_tcxo": True,
    "lilygo_t3_s3": False,
    "station_g2": False,
}


def profile_of(name: str) -> ModuleType:
    return importlib.import_module(f"turna_board.boards.{name}")


def used_pins(profile: ModuleType) -> dict[str, int]:
    names = (*RADIO, *LINES[profile.RADIO], *OUTPUTS, *INPUTS)
    pins = {name: getattr(profile, name, None) for name in names}
    return {name: pin for name, pin in pins.items() if pin is not None}


def family(profile: ModuleType) -> str:
    return "esp32s3" if profile.MCU.startswith("esp32s3") else "esp32"


def shares_a_bus(profile: ModuleType, name: str) -> bool:
    """Tell whether a pin of the power chip is the display's too, on one bus."""
    return name.startswith("PMU_") and profile.PMU_SDA == profile.DISPLAY_SDA


@pytest.mark.parametrize("name", NAMES)
def test_each_pin_has_one_use(name: str) -> None:
    profile = profile_of(name)
    pins = {key: pin for key, pin in used_pins(profile).items() if not shares_a_bus(profile, key)}

    assert name == profile.NAME
    assert len(set(pins.values())) == len(pins)
    assert not set(pins.values()) & set(CONSOLE[family(profile)])
    if name in NATIVE_USB:
        assert not set(pins.values()) & {19, 20}


@pytest.mark.parametrize("name", NAMES)
def test_each_pin_exists_and_can_do_what_it_is_for(name: str) -> None:
    profile = profile_of(name)
    chip = SOCS[profile.MCU]

    for key, pin in used_pins(profile).items():
        assert chip.pins >> pin & 1, key
        if key in OUTPUTS:
            assert not chip.input_only >> pin & 1, key
    if profile.BATTERY_ADC is not None:
        assert chip.adc >> profile.BATTERY_ADC & 1
    if profile.BUTTON_PULL_UP:
        assert not chip.input_only >> profile.BUTTON_USER & 1


@pytest.mark.parametrize("name", NAMES)
def test_what_hangs_on_a_strapping_pin_does_no_harm_at_the_start(name: str) -> None:
    profile = profile_of(name)
    at_straps = {
        key
        for key, pin in used_pins(profile).items()
        if pin in STRAPPING[family(profile)] and not shares_a_bus(profile, key)
    }

    assert at_straps <= set(HARMLESS)


@pytest.mark.parametrize("name", NAMES)
def test_whether_the_radio_can_wake_the_processor_is_known(name: str) -> None:
    profile = profile_of(name)
    line = profile.RADIO_DIO0 if profile.RADIO == "sx1276" else profile.RADIO_DIO1

    assert bool(SOCS[profile.MCU].rtc >> line & 1) is WAKES[name] is profile.RADIO_WAKES


@pytest.mark.parametrize("name", NAMES)
def test_every_profile_has_the_same_constants(name: str) -> None:
    def constants(profile: ModuleType) -> set[str]:
        own = {key for key in vars(profile) if key.isupper()}
        return {key for key in own if not key.startswith(("PMU_", "RADIO_"))}

    assert constants(profile_of(name)) == constants(profile_of("heltec_v3"))


def test_every_profile_can_be_loaded_and_exists_in_the_simulation() -> None:
    files = {path.stem for path in FOLDER.glob("*.py")}

    assert files - {"__init__"} == set(NAMES)
    for model, name in PROFILES.items():
        assert MODELS[model].soc.name == profile_of(name).MCU
