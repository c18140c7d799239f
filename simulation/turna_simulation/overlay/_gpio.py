"""Pins, analogue inputs and PWM outputs, as the ESP32 port offers them on each chip."""

import ustruct

import _link

_READING_US = 3

# Which pins the chip has, bit by bit; the board says so at the start.
soc = {}

_pins = {}


class Pin:
    IN = 1
    OUT = 3
    OPEN_DRAIN = 7
    PULL_DOWN = 1
    PULL_UP = 2
    IRQ_RISING = 1
    IRQ_FALLING = 2
    WAKE_LOW = 4
    WAKE_HIGH = 5
    DRIVE_0 = 0
    DRIVE_1 = 1
    DRIVE_2 = 2
    DRIVE_3 = 3

    def __new__(cls, number, *args, **kwargs):
        if isinstance(number, Pin):
            number = number.number
        if number < 0 or not soc["pins"] >> number & 1:
            raise ValueError("invalid pin")
        if number not in _pins:
            pin = object.__new__(cls)
            pin.number = number
            pin.handler = None
            _pins[number] = pin
        return _pins[number]

    def __init__(self, number, mode=-1, pull=-1, *, value=None, drive=None, hold=None):
        if mode != -1 or pull != -1 or value is not None:
            self.init(mode, pull, value=value)

    def init(self, mode=-1, pull=-1, *, value=None, drive=None, hold=None):
        level = 255 if value is None else int(bool(value))
        pull = 0 if pull is None else 255 if pull == -1 else pull
        if soc["input_only"] >> self.number & 1:
            if mode not in (-1, Pin.IN):
                raise ValueError("pin can only be input")
            pull = pull if pull == 255 else 0  # it has no resistors
        _link.tell("p", self.number, bytes((255 if mode == -1 else mode, pull, level)))

    def value(self, level=None):
        if level is None:
            _link.spend(_READING_US)
            return _link.level(self.number)
        _link.tell("P", self.number, b"\x01" if level else b"\x00")

    __call__ = value

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)

    def toggle(self):
        self.value(not self.value())

    def irq(self, handler=None, trigger=3, wake=None):
        self.handler = handler
        _link.tell("i", self.number, bytes((trigger if handler else 0,)))

    def __repr__(self):
        return "Pin(%d)" % self.number


def number_of(pin):
    return pin.number if isinstance(pin, Pin) else Pin(pin).number


def _edge(number, payload):
    pin = _pins[number]
    if pin.handler:
        _link.schedule(pin.handler, pin)


_link.on("I", _edge)


class Signal:
    """A pin by its meaning: on is on, whatever level that takes."""

    def __init__(self, pin, *args, invert=False, **kwargs):
        self._pin = pin if isinstance(pin, Pin) else Pin(pin, *args, **kwargs)
        self._invert = invert

    def value(self, level=None):
        if level is None:
            return self._pin.value() ^ self._invert
        self._pin.value(bool(level) ^ self._invert)

    __call__ = value

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)


class ADC:
    ATTN_0DB = 0
    ATTN_2_5DB = 1
    ATTN_6DB = 2
    ATTN_11DB = 3

    def __init__(self, pin, *, atten=0):
        self._number = number_of(pin)
        if not soc["adc"] >> self._number & 1:
            raise ValueError("invalid pin")
        self._atten = atten

    def init(self, *, atten=0):
        self._atten = atten

    def atten(self, atten):
        self._atten = atten

    def width(self, bits):
        pass

    def read_uv(self):
        return ustruct.unpack("<II", self._sample())[0]

    def read_u16(self):
        uv, full_scale_uv = ustruct.unpack("<II", self._sample())
        return uv * 65535 // full_scale_uv

    def read(self):
        return self.read_u16() >> 4

    def _sample(self):
        _link.take_time(40)
        return _link.ask("A", self._number, bytes((self._atten,)))


class PWM:
    def __init__(self, pin, freq=None, duty_u16=None, *, duty=None, duty_ns=None, invert=0):
        self._number = number_of(pin)
        self._freq = 5000
        self._duty = 32768
        self.init(freq=freq, duty_u16=duty_u16, duty=duty, duty_ns=duty_ns)

    def init(self, *, freq=None, duty_u16=None, duty=None, duty_ns=None, invert=0):
        if freq is not None:
            if not 1 <= freq <= 40000000:
                raise ValueError("frequency must be from 1Hz to 40MHz")
            self._freq = freq
        if duty is not None:
            duty_u16 = duty * 65535 // 1023
        if duty_ns is not None:
            duty_u16 = duty_ns * self._freq * 65535 // 1000000000
        if duty_u16 is not None:
            self._duty = duty_u16
        self._tell(self._duty)

    def freq(self, freq=None):
        if freq is None:
            return self._freq
        self.init(freq=freq)

    def duty_u16(self, duty=None):
        if duty is None:
            return self._duty
        self.init(duty_u16=duty)

    def duty(self, duty=None):
        if duty is None:
            return self._duty * 1023 // 65535
        self.init(duty=duty)

    def duty_ns(self, duty=None):
        if duty is None:
            return self._duty * 1000000000 // 65535 // self._freq
        self.init(duty_ns=duty)

    def deinit(self):
        self._tell(0)

    def _tell(self, duty):
        _link.tell("w", self._number, ustruct.pack("<IH", self._freq, duty))
