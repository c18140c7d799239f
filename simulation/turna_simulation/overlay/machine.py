"""`machine` of the ESP32 port on virtual hardware."""

import ustruct

import _link
from _buses import I2C, SPI, UART, SoftI2C, SoftSPI
from _gpio import ADC, PWM, Pin, Signal

PWRON_RESET = 1
HARD_RESET = 2
WDT_RESET = 3
DEEPSLEEP_RESET = 4
SOFT_RESET = 5

PIN_WAKE = 2
EXT0_WAKE = 2
EXT1_WAKE = 3
TIMER_WAKE = 4
TOUCHPAD_WAKE = 5
ULP_WAKE = 6

_CAUSE = 0
_WAKE = 1
_UNIQUE_ID = 2

_frequency_hz = 160000000


def reset():
    _link.ask("Q", HARD_RESET)


def soft_reset():
    raise SystemExit


def reset_cause():
    return _link.ask("Y", _CAUSE)[0]


def wake_reason():
    return _link.ask("Y", _WAKE)[0]


def unique_id():
    return _link.ask("Y", _UNIQUE_ID)


def freq(hz=None):
    global _frequency_hz
    if hz is None:
        return _frequency_hz
    if hz not in (20000000, 40000000, 80000000, 160000000, 240000000):
        raise ValueError("frequency must be 20MHz, 40MHz, 80Mhz, 160MHz or 240MHz")
    _frequency_hz = hz
    _link.tell("f", 0, ustruct.pack("<I", hz))


def idle():
    _link.wait(1000, 0)


def lightsleep(ms=None):
    _link.ask("L", 0, _sleep_time(ms))


def deepsleep(ms=None):
    _link.ask("Z", 0, _sleep_time(ms))


def _sleep_time(ms):
    return ustruct.pack("<q", -1 if ms is None else ms * 1000)


sleep = lightsleep


def disable_irq():
    return _link.mask(True)


def enable_irq(state=False):
    _link.mask(state)
    _link.serve_soft()


class WDT:
    def __init__(self, id=0, timeout=5000):
        if timeout <= 0:
            raise ValueError("WDT timeout too short")
        _link.ask("D", 0, ustruct.pack("<I", timeout))

    def feed(self):
        _link.tell("d")


class RTC:
    def __init__(self, id=0):
        pass

    def datetime(self, fields=None):
        import time

        if fields is None:
            us = ustruct.unpack("<q", _link.ask("C", 0))[0]
            y, mo, d, h, mi, s, weekday, _ = time.gmtime(us // 1000000)
            return (y, mo, d, weekday, h, mi, s, us % 1000000)
        y, mo, d, _, h, mi, s, us = fields
        seconds = time.mktime((y, mo, d, h, mi, s, 0, 0))
        _link.ask("C", 1, ustruct.pack("<q", seconds * 1000000 + us))

    init = datetime

    def memory(self, data=None):
        if data is None:
            return _link.ask("M", 0)
        if len(data) > 2048:
            raise ValueError("buffer too long")
        _link.ask("M", 1, bytes(data))


class Timer:
    ONE_SHOT = 0
    PERIODIC = 1

    _callbacks = {}

    def __init__(self, id=-1, **options):
        self._id = id & 0xFF
        if options:
            self.init(**options)

    def init(self, *, mode=1, callback=None, period=-1, freq=0, hard=False):
        period_us = 1000000 // freq if freq else period * 1000
        Timer._callbacks[self._id] = (callback, self)
        _link.tell("t", self._id, ustruct.pack("<BI", mode, period_us))

    def deinit(self):
        Timer._callbacks.pop(self._id, None)
        _link.tell("t", self._id, ustruct.pack("<BI", 0, 0))


def _timer_fired(number, payload):
    callback, timer = Timer._callbacks.get(number, (None, None))
    if callback:
        _link.schedule(callback, timer)


_link.on("t", _timer_fired)
