"""Microcontrollers by what differs between them: which pins there are and what each can do.

Sources: ESP32 datasheet v4, table 2-2 and appendix A; ESP32-S3 datasheet v1.9, chapter 2; pins of
the flash and PSRAM as the modules are built.
"""

from collections.abc import Iterable
from dataclasses import dataclass


def _mask(pins: Iterable[int]) -> int:
    return sum(1 << pin for pin in pins)


@dataclass(frozen=True)
class Soc:
    """One kind of microcontroller; pins are bit masks."""

    name: str
    pins: int  # that exist and are not taken by flash or PSRAM
    input_only: int  # without output driver and without pulls
    adc: int
    rtc: int  # that can wake the chip from deep sleep
    console_tx: int
    console_rx: int
    adc_full_scale_uv: tuple[int, int, int, int]  # by attenuation
    rom_log: str

    def facts(self) -> dict[str, int]:
        """Return what the firmware's `machine` has to know."""
        return {
            "pins": self.pins,
            "input_only": self.input_only,
            "adc": self.adc,
            "rtc": self.rtc,
        }


_ESP32_PINS = {*range(6), *range(12, 24), 25, 26, 27, *range(32, 40)}
_ESP32_ADC = (0, 2, 4, *range(12, 16), *range(25, 28), *range(32, 40))
_S3_ROM = "ESP-ROM:esp32s3-20210327\r\nBuild:Mar 27 2021\r\n"


def _esp32(name: str, taken: set[int]) -> Soc:
    return Soc(
        name=name,
        pins=_mask(_ESP32_PINS - taken),
        input_only=_mask(range(34, 40)),
        adc=_mask(_ESP32_ADC),
        rtc=_mask(_ESP32_ADC),
        console_tx=1,
        console_rx=3,
        adc_full_scale_uv=(950_000, 1_250_000, 1_750_000, 2_450_000),
        rom_log="ets Jun  8 2016 00:22:57\r\n",
    )


def _esp32s3(name: str, taken: set[int]) -> Soc:
    return Soc(
        name=name,
        pins=_mask({*range(22), *range(33, 49)} - taken),
        input_only=0,
        adc=_mask(range(1, 21)),
        rtc=_mask(range(22)),
        console_tx=43,
        console_rx=44,
        adc_full_scale_uv=(950_000, 1_250_000, 1_750_000, 3_100_000),
        rom_log=_S3_ROM,
    )


ESP32 = _esp32("esp32", set())
ESP32_PSRAM = _esp32("esp32_psram", {16, 17})
ESP32_PICO = _esp32("esp32_pico", {16, 17})  # its flash is inside, on these
ESP32S3 = _esp32s3("esp32s3", set())
ESP32S3_OCTAL = _esp32s3("esp32s3_octal", set(range(33, 38)))  # eight-wire PSRAM
