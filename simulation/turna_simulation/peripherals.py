"""What a microcontroller's pins lead to: the pins themselves, PWM, the converter, SPI and I2C.

Serves requests that take no time of their own and wait for nothing.
"""

import struct
from collections.abc import Callable
from random import Random

from .buses import I2cBus, SpiBus
from .pins import FALLING, RISING, UNCHANGED, Pins
from .soc import Soc

AnalogSource = Callable[[], int]
PwmListener = Callable[[int, int], None]
Service = Callable[[int, bytes], bytes | None]  # of a request's argument and payload


class Peripherals:
    """Pins and buses, and what is soldered to them by whoever builds the board."""

    def __init__(self, random: Random, soc: Soc, pins: Pins, fault: Callable[[str], None]) -> None:
        self._random = random
        self._soc = soc
        self._fault = fault
        self.pins = pins
        self.spi = SpiBus(pins, fault)
        self.i2c = I2cBus(fault)
        self.analog: dict[int, AnalogSource] = {}
        self.pwm: dict[int, PwmListener] = {}
        self.sounding: set[int] = set()  # pins with PWM that is on

    def services(self) -> dict[str, Service]:
        """Return what serves each kind of request."""
        return {
            "p": self._configure_pin, "P": self._write_pin, "G": self._read_pin,
            "i": self._interrupt_on, "w": self._set_pwm, "A": self._sample,
            "s": self._configure_spi, "W": self._write_spi, "S": self._exchange_spi,
            "c": self._configure_i2c, "X": self._transfer_i2c,
        }  # fmt: skip

    def halt(self) -> None:
        """Stop what a hardware reset stops."""
        self.sounding.clear()
        self.pins.release_all()
        self.spi.forget()
        self.i2c.forget()

    def silence(self) -> None:
        """Stop what a soft reset stops."""
        for listener in self.pwm.values():
            listener(0, 0)

    def _configure_pin(self, pin: int, payload: bytes) -> None:
        mode, pull, level = payload
        self.pins.configure(pin, mode, pull, level)
        if mode != UNCHANGED and pin in self.pwm:
            self.pwm[pin](0, 0)

    def _write_pin(self, pin: int, payload: bytes) -> None:
        self.pins.write(pin, payload[0])

    def _read_pin(self, pin: int, _payload: bytes) -> bytes:
        return bytes([self.pins.read(pin)])

    def _interrupt_on(self, pin: int, payload: bytes) -> None:
        self.pins.interrupt_on(pin, payload[0] & (RISING | FALLING))

    def _set_pwm(self, pin: int, payload: bytes) -> None:
        frequency_hz, duty = struct.unpack("<IH", payload)
        (self.sounding.add if duty else self.sounding.discard)(pin)
        if pin in self.pwm:
            self.pwm[pin](frequency_hz if duty else 0, duty)

    def _sample(self, pin: int, payload: bytes) -> bytes:
        full_scale_uv = self._soc.adc_full_scale_uv[payload[0]]
        source = self.analog.get(pin)
        if source is None:
            self._fault(f"GPIO{pin} is sampled, but nothing is connected to it")
            return struct.pack("<II", self._random.randrange(full_scale_uv), full_scale_uv)
        return struct.pack("<II", min(source(), full_scale_uv), full_scale_uv)

    def _configure_spi(self, bus: int, payload: bytes) -> None:
        sck, mosi, miso, mode, hz = struct.unpack("<BBBBI", payload)
        self.spi.configure(bus, sck, mosi, miso, mode, hz)

    def _write_spi(self, bus: int, payload: bytes) -> None:
        self.spi.transfer(bus, payload)

    def _exchange_spi(self, bus: int, payload: bytes) -> bytes:
        return self.spi.transfer(bus, payload)

    def _configure_i2c(self, bus: int, payload: bytes) -> None:
        self.i2c.configure(bus, *struct.unpack("<BBI", payload))

    def _transfer_i2c(self, bus: int, payload: bytes) -> bytes:
        address, _, count = struct.unpack_from("<BBH", payload)
        status, data = self.i2c.transfer(bus, address, payload[4:], count)
        return bytes([status]) + data
