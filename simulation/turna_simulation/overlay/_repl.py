"""The prompt of a board, as far as tools use it: soft reset, and the raw REPL that runs programs.

The unix port has no raw REPL before 1.27, so this one speaks its protocol (MicroPython's
docs/reference/repl.rst): without echo or line editing; it declines raw-paste mode.
The programs themselves run on the real interpreter and its real file system.
"""

import sys

import _link

_SOFT_RESET = 5
_BANNER = "MicroPython v1.25.0; virtual board with ESP32\n>>> "
_RAW_BANNER = b"raw REPL; CTRL-B to exit\r\n>"
_RAW, _FRIENDLY, _BREAK, _END, _PASTE = b"\x01", b"\x02", b"\x03", b"\x04", b"\x05"


def prompt(console):
    """Stand at the prompt as a board does when its main.py has ended; never returns."""
    console.write(_BANNER)
    while True:
        character = _next(console)
        if character == _RAW:
            _raw(console)
            console.write("\n" + _BANNER)
        elif character == _END:
            _soft_reset(console)
        else:
            console.write("\n>>> ")


def _raw(console):
    """Run programs until the host has enough."""
    namespace = {"__name__": "__main__"}
    program = b""
    console.buffer.send(_RAW_BANNER)
    while True:
        character = _next(console)
        if character == _FRIENDLY:
            return
        if character == _RAW:
            program = b""
            console.buffer.send(_RAW_BANNER)
        elif character == _BREAK:
            program = b""
        elif character == _PASTE:
            console.buffer.read(2)
            console.buffer.send(b"R\x00")  # understood, and not offered
        elif character != _END:
            program += character
        elif program:
            _run(console, program, namespace)
            program = b""
        else:
            console.buffer.send(b"OK")
            _soft_reset(console)


def _run(console, program, namespace):
    console.buffer.send(b"OK")
    failure = None
    try:
        exec(program.decode(), namespace)
    except BaseException as error:
        failure = error
    console.buffer.send(_END)
    if failure is not None:
        sys.modules["sys"].print_exception(failure, console)
    console.buffer.send(_END + b">")


def _next(console):
    try:
        return console.buffer.read(1)
    except KeyboardInterrupt:
        return _BREAK


def _soft_reset(console):
    console.write("\nMPY: soft reboot\n")
    _link.ask("Q", _SOFT_RESET)
