"""The board's end of its link to the world: frames out, replies in, and local time in between.

MicroPython only.  Time stands still between two replies but for what `spend` adds, so busy loops
end and soft interrupts are served here, where a real board would be between two bytecodes.
The frames are listed in turna_simulation/frames.py.

What stands for C on a board must not fail for want of Python's heap, least of all between two
halves of a frame: then world and board would wait for each other without end.  It has a reserve.
"""

import gc

import ustruct

FOREVER_US = 0xFFFFFFFF
LONGEST_WAIT_US = 0x3FFFFFFF  # a small int on 32 bit
_TICKS_MASK = 0x3FFFFFFF  # ticks of the ESP32 port wrap at 2**30
_TOUCH_US = 1000  # a loop that only reads the clock still meets its interrupts each millisecond
_SOFT_DEPTH = 8  # MICROPY_SCHEDULER_DEPTH of the ESP32 port: more are lost, silently
_RESERVE_BYTES = 4096  # more than the longest reply
NO_MEMORY_LEFT = 70  # how the process ends then; turna_simulation/process.py knows it

_HEAD = "<HHHBBII"

ready = 0  # bit n: UART n had bytes that were not looked at yet, at the last reply
skew_us = 0  # local time since the last reply
lost_interrupts = 0

_wire = None
_leave = None
_out = bytearray(768)
_used = 0
_head = bytearray(30)
_base_ms = 0
_base_us = 0
_rest_us = 0
_unchanged_us = 0
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
    return (_base_ms + (_rest_us + skew_us) // 1000) & _TICKS_MASK


def ticks_us():
    return (_base_us + skew_us) & _TICKS_MASK


def spend(us):
    """Let local time pass without a wait."""
    global skew_us
    skew_us += us
    if skew_us >= _TOUCH_US:
        wait(0, 0)


def wait(us, ports):
    """Wait until a time has passed, something came, or one of the UARTs is readable.

    Return what is left of the time.
    """
    restock()
    return ustruct.unpack("<I", ask("T", ports, ustruct.pack("<I", us)))[0]


def tell(kind, arg=0, payload=b""):
    """Send a frame that needs no reply; it leaves with the next one that does."""
    _place(kind, arg, payload)
    spend(2)


def ask(kind, arg=0, payload=b""):
    """Send a frame and return the payload of its reply."""
    global _used
    _place(kind, arg, payload)
    _wire.write(_out, _used)
    _used = 0
    reply = _receive()
    if _soft and not _serving and not _masked:
        _serve_soft()
    if _interrupted and not _serving:
        _raise_interrupt()
    return reply


def quiet():
    """Tell whether nothing can have come from outside since the last reply."""
    return skew_us < _unchanged_us


def level(pin):
    """Return the level of a pin, as a read at this instant gives it."""
    byte, bit = pin >> 3, pin & 7
    if _used == 0 and skew_us < _unchanged_us and _head[16 + byte] >> bit & 1:
        return _head[23 + byte] >> bit & 1
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


def _place(kind, arg, payload):
    try:
        _put(kind, arg, payload)
    except MemoryError:
        relieve()
        _put(kind, arg, payload)


def _put(kind, arg, payload):
    """Put a frame behind those that wait; all that needs memory comes before it counts."""
    global _used, _unchanged_us
    size = len(payload)
    if _used + 8 + size > len(_out):
        _wire.write(_out, _used)
        _used = 0
        _unchanged_us = 0
    if 8 + size > len(_out):
        ustruct.pack_into("<BBHI", _out, 0, ord(kind), arg, size, skew_us)
        _wire.write(_out, 8)
        _wire.write(payload)
        return
    _out[_used + 8 : _used + 8 + size] = payload
    ustruct.pack_into("<BBHI", _out, _used, ord(kind), arg, size, skew_us)
    _used += 8 + size


def _receive():
    if _wire.readinto(_head) != len(_head):
        _leave(0)
    try:
        size = _take_head()
    except MemoryError:
        relieve()
        size = _take_head()
    if not size:
        return b""
    try:
        body = _wire.read(size)  # finds memory before it reads
    except MemoryError:
        relieve()
        body = _wire.read(size)
    return _take_items(body)


def _take_head():
    global ready, skew_us, _base_ms, _base_us, _rest_us, _unchanged_us
    size, _rest_us, _unchanged_us, ready, _, _base_ms, _base_us = ustruct.unpack(_HEAD, _head)
    skew_us = 0
    return size


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
