"""`time` of the ESP32 port, in virtual time: epoch 2000, ticks that wrap at 2**30."""

import ustruct
import utime

import _link

_EPOCH_S = 946684800  # 2000-01-01, the epoch of the ESP32 port
_HALF = 0x20000000
_MASK = 0x3FFFFFFF
_READING_US = 5  # a call of the interpreter on a board


def ticks_ms():
    _link.spend(_READING_US)
    return _link.ticks_ms()


def ticks_us():
    _link.spend(_READING_US)
    return _link.ticks_us()


ticks_cpu = ticks_us


def ticks_add(ticks, delta):
    return (ticks + delta) & _MASK


def ticks_diff(later, earlier):
    return ((later - earlier + _HALF) & _MASK) - _HALF


def sleep_us(us):
    if us < 1000:
        _link.spend(max(us, 1))
        return
    while us > 0:
        step = min(us, _link.LONGEST_WAIT_US)
        us -= step - _link.wait(step, 0)


def sleep_ms(ms):
    if ms <= 0:
        _link.spend(20)
    else:
        sleep_us(ms * 1000)


def sleep(seconds):
    sleep_ms(int(seconds * 1000))


def time_ns():
    """Nanoseconds since the epoch, by the RTC."""
    return ustruct.unpack("<q", _link.ask("C", 0))[0] * 1000


def time():
    return time_ns() // 1000000000


def gmtime(seconds=None):
    return utime.gmtime((time() if seconds is None else seconds) + _EPOCH_S)[:8]


localtime = gmtime


def mktime(fields):
    return int(utime.mktime(tuple(fields[:8]) + (0,))) - _EPOCH_S
