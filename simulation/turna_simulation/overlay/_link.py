"""The board's end of its link to the world: frames out, replies in, and local time in between.

MicroPython only.  Time stands still between two replies but for what `spend` adds, so busy loops
end and soft interrupts are served here, where a real board would be between two bytecodes.
The frames are listed in turna_simulation/frames.py.

What stands for C on a board must not fail for want of Python's heap, least of all between two
halves of a frame: then world and board would wait for each other without end.  It has a reserve.
What passes most often, waits and short frames, takes no heap at all, as on a board: else the
firmware's garbage would be swept for the overlay's sake.
"""

import gc

import uctypes
import ustruct

FOREVER_US = 0xFFFFFFFF
LONGEST_WAIT_US = 0x3FFFFFFF  # a small int on 32 bit
_TICKS_MASK = 0x3FFFFFFF  # ticks of the ESP32 port wrap at 2**30
_TOUCH_US = 1000  # a loop that only reads the clock still meets its interrupts each millisecond
_SOFT_DEPTH = 8  # MICROPY_SCHEDULER_DEPTH of the ESP32 port: more are lost, silently
_RESERVE_BYTES = 4096  # more than the longest reply
NO_MEMORY_LEFT = 70  # how the process ends then; turna_simulation/process.py knows it

_SHORT_BYTES = 8  # so many are written one by one; a slice takes heap

# The head of a reply (_MESSAGE in turna_simulation/frames.py), read field by field where it lies.
_HEAD_BYTES = 34
_LEVELS_KNOWN = 20
_LEVELS_HIGH = 27
_HEAD = {
    "size": uctypes.UINT16 | 0,  # of the items behind it
    "rest_us": uctypes.UINT16 | 2,
    "unchanged_us": uctypes.UINT16 | 4,
    "ready": uctypes.UINT8 | 6,  # bit n: UART n has bytes that were not looked at yet
    "base_ms": uctypes.UINT32 | 8,
    "base_us": uctypes.UINT32 | 12,
    "left_us": uctypes.UINT32 | 16,  # of a wait that has ended
}

skew_us = 0  # local time since the last reply
lost_interrupts = 0

_wire = None
_leave = None
_out = bytearray(768)
_used = 0
_taken_end = -1  # where in it the last frame ends, if that tells of bytes taken
_head = bytearray(_HEAD_BYTES)
_last = uctypes.struct(uctypes.addressof(_head), _HEAD, uctypes.LITTLE_ENDIAN)
_handlers = {}
_soft = []
_serving = False
_masked = False
_interrupted = False
_reserve = bytearray(_RESERVE_BYTES)


def connect(descriptor, leave):
    """Open the inherited socket; `leave` ends the process when the world is gone."""
    global _wire, _leave
    _wire = open(descriptor, "r+b")
    _leave = leave


def relieve():
    """Give the reserve to whoever found no memory; without one left, crash as a board would."""
    global _reserve
    if _reserve is None:
        _leave(NO_MEMORY_LEFT)
    _reserve = None
    gc.collect()


def restock():
    """Take the reserve back if there is room again."""
    global _reserve
    if _reserve is None:
        try:
            _reserve = bytearray(_RESERVE_BYTES)
        except MemoryError:
            pass


def on(kind, handler):
    """Call `handler(arg, payload)` for each item of that kind that the world sends."""
    _handlers[ord(kind)] = handler


def ticks_ms():
    return (_last.base_ms + (_last.rest_us + skew_us) // 1000) & _TICKS_MASK


def ticks_us():
    return (_last.base_us + skew_us) & _TICKS_MASK


def spend(us):
    """Let local time pass without a wait."""
    global skew_us
    skew_us += us
    if skew_us >= _TOUCH_US:
        wait(0, 0)


def take_time(us):
    """Let the time pass that a transfer takes, right before it is asked for."""
    global skew_us
    skew_us += us


def wait(us, ports):
    """Wait until a time has passed, something came, or one of the UARTs is readable.

    Return what is left of the time.
    """
    global _used
    restock()
    _make_room(12)
    ustruct.pack_into("<BBHII", _out, _used, 84, ports, 4, skew_us, us)  # T
    _used += 12
    _exchange()
    left_us = _last.left_us  # those who came meanwhile may wait themselves
    _serve_interrupts()
    return left_us


def ready():
    """Return which UARTs have bytes that were not looked at yet, bit by bit."""
    return _last.ready


def tell(kind, arg=0, payload=b""):
    """Send a frame that needs no reply; it leaves with the next one that does."""
    _place(kind, arg, payload)
    spend(2)


def tell_taken(port, count):
    """Tell that bytes were taken from a UART's ring; several takes in a row are one frame."""
    global _used, _taken_end
    if _used == _taken_end and _out[_used - 9] == port:
        count += _out[_used - 2] | _out[_used - 1] << 8
        _used -= 10
    _make_room(10)
    ustruct.pack_into("<BBHIH", _out, _used, 110, port, 2, skew_us, count)  # n
    _used += 10
    _taken_end = _used
    spend(2)


def ask(kind, arg=0, payload=b""):
    """Send a frame and return the payload of its reply."""
    _place(kind, arg, payload)
    reply = _exchange()
    _serve_interrupts()
    return reply


def quiet():
    """Tell whether nothing can have come from outside since the last reply."""
    return skew_us < _last.unchanged_us


def level(pin):
    """Return the level of a pin, as a read at this instant gives it."""
    byte, bit = pin >> 3, pin & 7
    if _used == 0 and skew_us < _last.unchanged_us and _head[_LEVELS_KNOWN + byte] >> bit & 1:
        return _head[_LEVELS_HIGH + byte] >> bit & 1
    return ask("G", pin)[0]


def schedule(callback, argument):
    """Run a callback soon, outside any other such callback, as micropython.schedule does."""
    global lost_interrupts
    if len(_soft) >= _SOFT_DEPTH:
        lost_interrupts += 1
        return False
    _soft.append((callback, argument))
    return True


def serve_soft():
    """Run what is scheduled, unless that is going on already."""
    if _soft and not _serving and not _masked:
        _serve_soft()


def mask(masked):
    """Hold soft interrupts back, or let them through again; return what held before."""
    global _masked
    before, _masked = _masked, masked
    return before


def _exchange():
    """Send what waits and let the world go on until it replies; return the reply's payload."""
    global _used, _taken_end
    _wire.write(_out, _used)
    _used = 0
    _taken_end = -1
    return _receive()


def _serve_interrupts():
    if _soft and not _serving and not _masked:
        _serve_soft()
    if _interrupted and not _serving:
        _raise_interrupt()


def _place(kind, arg, payload):
    try:
        _put(kind, arg, payload)
    except MemoryError:
        relieve()
        _put(kind, arg, payload)


def _put(kind, arg, payload):
    """Put a frame behind those that wait; all that needs memory comes before it counts."""
    global _used
    size = len(payload)
    _make_room(8 + size)
    if 8 + size > len(_out):
        ustruct.pack_into("<BBHI", _out, 0, ord(kind), arg, size, skew_us)
        _wire.write(_out, 8)
        _wire.write(payload)
        return
    if size <= _SHORT_BYTES:
        for at in range(size):
            _out[_used + 8 + at] = payload[at]
    else:
        _out[_used + 8 : _used + 8 + size] = payload
    ustruct.pack_into("<BBHI", _out, _used, ord(kind), arg, size, skew_us)
    _used += 8 + size


def _make_room(size):
    """Send what waits on if a frame of this size does not fit behind it."""
    global _used, _taken_end
    if _used + size > len(_out):
        _wire.write(_out, _used)
        _used = 0
        _taken_end = -1
        _last.unchanged_us = 0


def _receive():
    global skew_us
    if _wire.readinto(_head) != _HEAD_BYTES:
        _leave(0)
    skew_us = 0
    size = _last.size
    if not size:
        return b""
    try:
        body = _wire.read(size)  # finds memory before it reads
    except MemoryError:
        relieve()
        body = _wire.read(size)
    return _take_items(body)


def _take_items(body):
    reply = b""
    at = 0
    while at < len(body):
        size = body[at + 2] | body[at + 3] << 8
        try:
            payload = body[at + 4 : at + 4 + size]
            if body[at] == 114:  # r
                reply = payload
            elif body[at] == 75:  # K
                _note_interrupt()
            else:
                _handlers[body[at]](body[at + 1], payload)
        except MemoryError:
            relieve()  # and take the item again
        else:
            at += 4 + size
    return reply


def _serve_soft():
    global _serving
    _serving = True
    try:
        while _soft:
            callback, argument = _soft.pop(0)
            try:
                callback(argument)
            except Exception as error:
                import sys

                sys.print_exception(error)
    finally:
        _serving = False


def _note_interrupt():
    global _interrupted
    _interrupted = True


def _raise_interrupt():
    global _interrupted
    _interrupted = False
    raise KeyboardInterrupt
