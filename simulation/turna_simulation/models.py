"""The virtual boards: which parts each has, and on which pins.

Pins as in the makers' schematics and Meshtastic's variants, written down here independently of the
firmware's profiles, so that one checks the other.
"""

from collections.abc import Callable
from dataclasses import dataclass

from .chips.axp import AXP192, AXP2101, Axp
from .chips.axp import MAX_HZ as AXP_MAX_HZ
from .chips.axp import Kind as PowerKind
from .chips.sh110x import SH1106, SH1107, Sh110x
from .chips.small import Battery
from .chips.ssd1306 import Ssd1306
from .chips.sx1262 import Sx1262
from .chips.sx1276 import Sx1276
from .soc import ESP32, ESP32_PICO, ESP32_PSRAM, ESP32S3, ESP32S3_OCTAL, Soc
from .wiring import (
    Bench,
    Oled,
    Parts,
    solder_button,
    solder_buzzer,
    solder_gnss,
    solder_lamp,
    solder_oled,
    solder_sx1262,
    solder_sx1276,
)

_HALF_PERMILLE = 500


@dataclass(frozen=True)
class Model:
    """A kind of board: its microcontroller, and how it is put together."""

    soc: Soc
    build: Callable[[Bench], Parts]
    native_usb: bool = False  # no bridge: the console goes and comes with the chip


def heltec_v3(bench: Bench, *, divider_on: int = 0) -> Parts:
    """Heltec WiFi LoRa 32 V3, with a GNSS module, a buzzer and two more buttons on its header."""
    pins = bench.mcu.pins
    radio = solder_sx1262(bench, sck=9, miso=11, mosi=10, nss=8, reset=12, busy=13, dio1=14)
    oled = Ssd1306(bench.random, bench.fault)
    solder_oled(bench, oled, sda=17, scl=18)
    pins.resistor(36, 1)  # gate of the Vext switch: off until pulled low
    pins.listen(36, lambda level: oled.power(level == 0))
    pins.listen(21, oled.reset)
    gnss, line = solder_gnss(bench, 48)
    pins.listen(36, lambda level: gnss.power(level == 0))
    # 390k over 100k, switched by ADC_CTRL, which a resistor keeps off
    pins.resistor(37, 1 - divider_on)
    battery = Battery(204, connected=lambda: pins.level(37) == divider_on)
    bench.mcu.analog[1] = battery.sense_uv
    buttons = {
        "user": solder_button(bench, 0, pulled_up=True),
        "up": solder_button(bench, 5, pulled_up=False),
        "down": solder_button(bench, 6, pulled_up=False),
    }
    return Parts(
        radio, oled, gnss, line, battery, solder_buzzer(bench, 4), solder_lamp(bench, 35), buttons,
        (radio.power,),
    )  # fmt: skip


def heltec_v2(bench: Bench) -> Parts:
    """Heltec WiFi LoRa 32 V2.1, with a GNSS module on its header's Vext."""
    pins = bench.mcu.pins
    radio = solder_sx1276(bench, sck=5, miso=19, mosi=27, nss=18, reset=14, dio0=26, dio1=35)
    oled = Ssd1306(bench.random, bench.fault)
    solder_oled(bench, oled, sda=4, scl=15)
    pins.resistor(21, 1)
    pins.listen(21, lambda level: oled.power(level == 0))
    pins.listen(16, oled.reset)
    gnss, line = solder_gnss(bench, 36)
    pins.listen(21, lambda level: gnss.power(level == 0))
    battery = Battery(312, connected=lambda: pins.level(21) == 0)  # 220k over 100k behind Vext
    bench.mcu.analog[37] = battery.sense_uv
    buttons = {"user": solder_button(bench, 0, pulled_up=True)}
    return Parts(
        radio, oled, gnss, line, battery, solder_buzzer(bench, None), solder_lamp(bench, 25),
        buttons, (radio.power,),
    )  # fmt: skip


def _tbeam(bench: Bench, pmu_kind: PowerKind, radio_kind: str) -> Parts:
    battery = Battery(1000, connected=lambda: True)
    pmu = Axp(pmu_kind, bench.fault, lambda: battery.millivolts)
    bench.mcu.i2c.attach(pmu, scl=22, sda=21, max_hz=AXP_MAX_HZ)
    radio = (
        solder_sx1262(bench, sck=5, miso=19, mosi=27, nss=18, reset=23, busy=32, dio1=33)
        if radio_kind == "sx1262"
        else solder_sx1276(bench, sck=5, miso=19, mosi=27, nss=18, reset=23, dio0=26, dio1=33)
    )
    oled = Ssd1306(bench.random, bench.fault, resets_itself=True)
    solder_oled(bench, oled, sda=21, scl=22)
    gnss, line = solder_gnss(bench, 34)
    old = pmu_kind is AXP192
    pmu.feed("dcdc1", oled.power)
    pmu.feed("ldo2" if old else "aldo2", radio.power)
    pmu.feed("ldo3" if old else "aldo3", gnss.power)
    buttons = {"user": solder_button(bench, 38, pulled_up=True)}
    lamp = solder_lamp(bench, 4, lit_by=0)
    return Parts(
        radio,
        oled,
        gnss,
        line,
        battery,
        solder_buzzer(bench, None),
        lamp,
        buttons,
        (pmu.power,),
        pmu,
    )


class _Both:
    """Switches something on while two conditions hold."""

    def __init__(self, switch: Callable[[bool], None]) -> None:
        self._switch = switch
        self._first = self._second = False

    def first(self, holds: bool) -> None:
        self._first = holds
        self._switch(self._first and self._second)

    def second(self, holds: bool) -> None:
        self._second = holds
        self._switch(self._first and self._second)


def tbeam_supreme(bench: Bench) -> Parts:
    """LilyGO T-Beam Supreme with an SX1262."""
    battery = Battery(1000, connected=lambda: True)
    pmu = Axp(AXP2101, bench.fault, lambda: battery.millivolts)
    bench.mcu.i2c.attach(pmu, scl=41, sda=42, max_hz=AXP_MAX_HZ)
    radio = solder_sx1262(bench, sck=12, miso=13, mosi=11, nss=10, reset=5, busy=4, dio1=1)
    oled = solder_oled(bench, Sh110x(SH1106, bench.random, bench.fault), sda=17, scl=18)
    gnss, line = solder_gnss(bench, 9)
    pmu.feed("aldo1", oled.power)
    pmu.feed("aldo3", radio.power)
    awake = _Both(gnss.power)
    pmu.feed("aldo4", awake.first)
    bench.mcu.pins.listen(7, lambda level: awake.second(level == 1))
    buttons = {"user": solder_button(bench, 0, pulled_up=True)}
    return Parts(
        radio, oled, gnss, line, battery, solder_buzzer(bench, None), solder_lamp(bench, None),
        buttons, (pmu.power,), pmu,
    )  # fmt: skip


def lilygo_t3_v2_1(bench: Bench, *, tcxo: bool = False) -> Parts:
    """LilyGO T3 v2.1 (1.6), with a button on its header; in 1.6.1 GPIO33 switches a TCXO."""
    radio = solder_sx1276(
        bench, sck=5, miso=19, mosi=27, nss=18, reset=23, dio0=26,
        dio1=None if tcxo else 33, tcxo=33 if tcxo else None,
    )  # fmt: skip
    oled = Ssd1306(bench.random, bench.fault, resets_itself=True)
    solder_oled(bench, oled, sda=21, scl=22)
    return _plain(bench, radio, oled, battery_pin=35, lamp_pin=25, button_pin=0)


def lilygo_t3_s3(bench: Bench) -> Parts:
    """LilyGO T3-S3 v1 with an SX1262."""
    radio = solder_sx1262(bench, sck=5, miso=3, mosi=6, nss=7, reset=8, busy=34, dio1=33)
    oled = Ssd1306(bench.random, bench.fault, resets_itself=True)
    solder_oled(bench, oled, sda=18, scl=17)
    return _plain(bench, radio, oled, battery_pin=1, lamp_pin=37, button_pin=0)


def station_g2(bench: Bench) -> Parts:
    """B&Q Station G2, with a GNSS module in its socket."""
    radio = solder_sx1262(
        bench, sck=12, miso=14, mosi=13, nss=11, reset=21, busy=47, dio1=48, amplifier_db=18
    )
    oled = solder_oled(bench, Sh110x(SH1107, bench.random, bench.fault), sda=5, scl=6)
    return _plain(
        bench, radio, oled, battery_pin=4, lamp_pin=None, button_pin=38, gnss_pin=7,
        divider_permille=250,
    )  # fmt: skip


def _plain(
    bench: Bench,
    radio: Sx1262 | Sx1276,
    oled: Oled,
    *,
    battery_pin: int,
    lamp_pin: int | None,
    button_pin: int,
    gnss_pin: int | None = None,
    divider_permille: int = _HALF_PERMILLE,
) -> Parts:
    """Put together a board on which everything hangs on the supply."""
    battery = Battery(divider_permille, connected=lambda: True)
    bench.mcu.analog[battery_pin] = battery.sense_uv
    gnss, line = solder_gnss(bench, gnss_pin)
    buttons = {"user": solder_button(bench, button_pin, pulled_up=button_pin == 0)}
    return Parts(
        radio, oled, gnss, line, battery, solder_buzzer(bench, None), solder_lamp(bench, lamp_pin),
        buttons, (radio.power, oled.power, gnss.power),
    )  # fmt: skip


BOARDS: dict[str, Model] = {
    "heltec_v3": Model(ESP32S3, heltec_v3),
    "heltec_v3_2": Model(ESP32S3, lambda bench: heltec_v3(bench, divider_on=1)),
    "heltec_v2": Model(ESP32, heltec_v2),
    "tbeam_1_1": Model(ESP32_PSRAM, lambda bench: _tbeam(bench, AXP192, "sx1276")),
    "tbeam_1_1_sx1262": Model(ESP32_PSRAM, lambda bench: _tbeam(bench, AXP192, "sx1262")),
    "tbeam_1_2": Model(ESP32_PSRAM, lambda bench: _tbeam(bench, AXP2101, "sx1276")),
    "tbeam_1_2_sx1262": Model(ESP32_PSRAM, lambda bench: _tbeam(bench, AXP2101, "sx1262")),
    "tbeam_supreme": Model(ESP32S3, tbeam_supreme, native_usb=True),
    "lilygo_t3_v2_1": Model(ESP32_PICO, lilygo_t3_v2_1),
    "lilygo_t3_v2_1_tcxo": Model(ESP32_PICO, lambda bench: lilygo_t3_v2_1(bench, tcxo=True)),
    "lilygo_t3_s3": Model(ESP32S3, lilygo_t3_s3, native_usb=True),
    "station_g2": Model(ESP32S3_OCTAL, station_g2, native_usb=True),
}
# The firmware's profile of each; what differs within one is found out by the board itself.
PROFILES = {model: "tbeam" if model.startswith("tbeam_1") else model for model in BOARDS}
PROFILES["heltec_v3_2"] = "heltec_v3"
