"""What is soldered to which pin, board by board.

Sources of the pin numbers: the board profiles of the hardware guide (docs/hardware.md).
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from .chips.gnss import BAUD as GNSS_BAUD
from .chips.gnss import GnssReceiver
from .chips.small import Battery, Button, Buzzer, Lamp
from .chips.ssd1306 import MAX_HZ as OLED_MAX_HZ
from .chips.ssd1306 import Ssd1306
from .chips.sx1262 import Sx1262
from .ether import Antenna
from .mcu import Mcu
from .pins import Level
from .scheduler import Scheduler
from .uart import Sender

_SX1262_MAX_HZ = 16_000_000  # SX1261/2 DS 8.1


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

    radio: Sx1262
    oled: Ssd1306
    gnss: GnssReceiver
    gnss_line: Sender
    battery: Battery
    buzzer: Buzzer
    lamp: Lamp
    buttons: dict[str, Button]
    always_powered: tuple[Callable[[bool], None], ...]

    def power(self, on: bool) -> None:
        """Switch the supply of what hangs on it directly."""
        for switch in self.always_powered:
            switch(on)


def heltec_v3(bench: Bench) -> Parts:
    """Heltec WiFi LoRa 32 V3, with a GNSS module, a buzzer and two more buttons on its header."""
    pins, random = bench.mcu.pins, bench.random
    radio = _radio(bench, sck=9, miso=11, mosi=10, nss=8, reset=12, busy=13, dio1=14)

    oled = Ssd1306(random, bench.fault)
    bench.mcu.i2c.attach(oled, scl=18, sda=17, max_hz=OLED_MAX_HZ)
    pins.resistor(36, 1)  # gate of the Vext switch: off until pulled low
    pins.listen(36, lambda level: oled.power(level == 0))
    pins.listen(21, oled.reset)

    line = Sender(bench.scheduler, GNSS_BAUD, lambda data, baud: bench.mcu.receive(48, data, baud))
    gnss = GnssReceiver(bench.scheduler, line.send, bench.start_unix_s)

    # 390k over 100k, connected while ADC_CTRL is low; the pin's own pull-up keeps it off
    pins.resistor(37, 1)
    battery = Battery(204, connected=lambda: pins.level(37) == 0)
    bench.mcu.analog[1] = battery.sense_uv

    buzzer = Buzzer(lambda frequency_hz: bench.note("buzzer", frequency_hz))
    bench.mcu.pwm[4] = buzzer.pwm
    lamp = Lamp()
    pins.listen(35, lamp.level)
    pins.resistor(0, 1)
    buttons = {
        name: Button(bench.scheduler, random, pins, pin)
        for name, pin in (("user", 0), ("up", 5), ("down", 6))
    }
    powered = (radio.power, gnss.power)
    return Parts(radio, oled, gnss, line, battery, buzzer, lamp, buttons, powered)


def _radio(
    bench: Bench, *, sck: int, miso: int, mosi: int, nss: int, reset: int, busy: int, dio1: int
) -> Sx1262:
    pins = bench.mcu.pins
    outputs = {"busy": busy, "dio1": dio1}
    radio = Sx1262(
        bench.scheduler, bench.antenna, lambda name, level: pins.drive(outputs[name], level)
    )
    bench.mcu.spi.attach(radio, sck=sck, mosi=mosi, miso=miso, select=nss, max_hz=_SX1262_MAX_HZ)

    def follow(name: str) -> Callable[[Level], None]:
        # a floating input is pulled up: the chip neither resets nor listens
        return lambda level: radio.pin(name, 1 if level is None else level)

    pins.listen(nss, follow("nss"))
    pins.listen(reset, follow("reset"))
    return radio


BOARDS: dict[str, Callable[[Bench], Parts]] = {"heltec_v3": heltec_v3}
