"""The board profiles: pins that exist, used once each."""

import importlib

import pytest

from turna_simulation.wiring import BOARDS as SIMULATED

PROFILES = ("heltec_v3",)
# GPIOs that an ESP32-S3 has, less those of its flash (26 to 32) and, with 8 MB, none of its PSRAM.
USABLE = {"esp32s3": (*range(22), *range(33, 49))}
ADC1 = {"esp32s3": range(1, 11)}
RTC_WAKE = {"esp32s3": range(22)}
PINS = (
    "RADIO_SCK",
    "RADIO_MISO",
    "RADIO_MOSI",
    "RADIO_NSS",
    "RADIO_RESET",
    "RADIO_BUSY",
    "RADIO_DIO1",
    "RAIL",
    "DISPLAY_SDA",
    "DISPLAY_SCL",
    "DISPLAY_RESET",
    "BUTTON_USER",
    "BUTTON_UP",
    "BUTTON_DOWN",
    "LED",
    "BUZZER",
    "BATTERY_ADC",
    "BATTERY_SWITCH",
    "GNSS_RX",
    "GNSS_TX",
)


@pytest.mark.parametrize("name", PROFILES)
def test_each_pin_exists_and_has_one_use(name: str) -> None:
    profile = importlib.import_module(f"turna_board.boards.{name}")
    pins = [getattr(profile, pin) for pin in PINS]

    assert name == profile.NAME
    assert len(set(pins)) == len(pins)
    assert set(pins) <= set(USABLE[profile.MCU])
    assert profile.BATTERY_ADC in ADC1[profile.MCU]
    assert profile.RADIO_DIO1 in RTC_WAKE[profile.MCU]  # wakes the processor from deep sleep


@pytest.mark.parametrize("name", PROFILES)
def test_each_board_exists_in_the_simulation(name: str) -> None:
    assert name in SIMULATED
