"""How parts are soldered to a microcontroller; which board has which is in `models.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol

from .buses import I2cChip
from .chips.axp import Axp
from .chips.gnss import BAUD as GNSS_BAUD
from .chips.gnss import GnssReceiver
from .chips.small import Battery, Button, Buzzer, Lamp
from .chips.ssd1306 import MAX_HZ as OLED_MAX_HZ
from .chips.sx1262 import Sx1262
from .chips.sx1262_facts import Wiring
from .chips.sx1276 import Sx1276
from .chips.sx1276_facts import Wiring as Sx1276Wiring
from .ether import Antenna
from .mcu import Mcu
from .pins import Level
from .scheduler import Scheduler
from .screen import Screen
from .uart import Sender

_SX1262_MAX_HZ = 16_000_000  # SX1261/2 DS 8.1
_SX1276_MAX_HZ = 10_000_000  # SX1276 DS table 9


class Oled(I2cChip, Protocol):
    """A display."""

    @property
    def screen(self) -> Screen:
        """What is to be seen now."""

    @property
    def lit(self) -> bool:
        """Tell whether the panel is driven."""

    def power(self, on: bool) -> None:
        """Switch the supply."""


@dataclass(frozen=True)
class Bench:
    """Where a board is put together."""

    scheduler: Scheduler
    random: Random
    mcu: Mcu
    antenna: Antenna
    start_unix_s: int
    fault: Callable[[str], None]
    note: Callable[[str, int], None]


@dataclass(frozen=True)
class Parts:
    """What is on a board beside the microcontroller."""

    radio: Sx1262 | Sx1276
    oled: Oled
    gnss: GnssReceiver
    gnss_line: Sender
    battery: Battery
    buzzer: Buzzer
    lamp: Lamp
    buttons: dict[str, Button]
    always_powered: tuple[Callable[[bool], None], ...]
    pmu: Axp | None = None

    def power(self, on: bool) -> None:
        """Switch the supply of what hangs on it directly."""
        for switch in self.always_powered:
            switch(on)


def solder_sx1262(
    bench: Bench,
    *,
    sck: int,
    miso: int,
    mosi: int,
    nss: int,
    reset: int,
    busy: int,
    dio1: int,
    amplifier_db: float = 0.0,
) -> Sx1262:
    """Connect an SX1262 with a TCXO and its RF switch on DIO2."""
    drive = _driver(bench, {"busy": busy, "dio1": dio1})
    radio = Sx1262(bench.scheduler, bench.antenna, drive, Wiring(amplifier_db=amplifier_db))
    bench.mcu.spi.attach(radio, sck=sck, mosi=mosi, miso=miso, select=nss, max_hz=_SX1262_MAX_HZ)
    _follow(bench, radio, nss=nss, reset=reset)
    return radio


def solder_sx1276(
    bench: Bench,
    *,
    sck: int,
    miso: int,
    mosi: int,
    nss: int,
    reset: int,
    dio0: int,
    dio1: int | None,
    tcxo: int | None = None,
) -> Sx1276:
    """Connect an SX1276 by its strong output, and the switch of its clock if there is one."""
    outputs = {name: pin for name, pin in (("dio0", dio0), ("dio1", dio1)) if pin is not None}
    for pin in outputs.values():
        bench.mcu.pins.drive(pin, 0)
    clocked = Sx1276Wiring(tcxo=tcxo is not None)
    radio = Sx1276(bench.scheduler, bench.antenna, _driver(bench, outputs), clocked)
    if tcxo is not None:
        bench.mcu.pins.listen(tcxo, lambda level: radio.pin("tcxo", level or 0))
    bench.mcu.spi.attach(radio, sck=sck, mosi=mosi, miso=miso, select=nss, max_hz=_SX1276_MAX_HZ)
    _follow(bench, radio, nss=nss, reset=reset)
    return radio


def solder_oled(bench: Bench, oled: Oled, *, sda: int, scl: int) -> Oled:
    """Connect a display."""
    bench.mcu.i2c.attach(oled, scl=scl, sda=sda, max_hz=OLED_MAX_HZ)
    return oled


def solder_gnss(bench: Bench, rx: int | None) -> tuple[GnssReceiver, Sender]:
    """Connect a GNSS receiver to the pin that the processor listens on, or to none."""

    def deliver(data: bytes, baud: int) -> None:
        if rx is not None:
            bench.mcu.receive(rx, data, baud)

    line = Sender(bench.scheduler, GNSS_BAUD, deliver)
    return GnssReceiver(bench.scheduler, line.send, bench.start_unix_s), line


def solder_buzzer(bench: Bench, pin: int | None) -> Buzzer:
    """Connect a buzzer, or leave it in its bag."""
    buzzer = Buzzer(lambda frequency_hz: bench.note("buzzer", frequency_hz))
    if pin is not None:
        bench.mcu.pwm[pin] = buzzer.pwm
    return buzzer


def solder_lamp(bench: Bench, pin: int | None, *, lit_by: int = 1) -> Lamp:
    """Connect an LED, if the board has one."""
    lamp = Lamp()
    if pin is not None:

        def light(level: Level) -> None:
            lamp.level(int(level == lit_by))

        bench.mcu.pins.listen(pin, light)
    return lamp


def solder_button(bench: Bench, pin: int, *, pulled_up: bool) -> Button:
    """Connect a button to ground, with or without a resistor to the supply."""
    if pulled_up:
        bench.mcu.pins.resistor(pin, 1)
    return Button(bench.scheduler, bench.random, bench.mcu.pins, pin)


def _driver(bench: Bench, outputs: dict[str, int]) -> Callable[[str, int], None]:
    def drive(name: str, level: int) -> None:
        if name in outputs:  # else the line goes nowhere
            bench.mcu.pins.drive(outputs[name], level)

    return drive


def _follow(bench: Bench, radio: Sx1262 | Sx1276, *, nss: int, reset: int) -> None:
    def follow(name: str) -> Callable[[Level], None]:
        # a floating input is pulled up: the chip neither resets nor listens
        return lambda level: radio.pin(name, 1 if level is None else level)

    bench.mcu.pins.listen(nss, follow("nss"))
    bench.mcu.pins.listen(reset, follow("reset"))
