"""The console of a board: stdin and stdout on UART0, print, and the Ctrl-C character.

`sys`, `micropython` and `gc` cannot be extended in the interpreter, so copies with the console's
parts take their places.
"""

import builtins
import gc
import sys

import micropython
import uio
import ustruct

import _link
from _ports import Port


_LONGEST_LINE = 300
_INSIDE = '  File "' + sys.path[0]  # what runs main.py is C on a board and has no line there


class _Bytes(Port):
    """sys.stdin.buffer and sys.stdout.buffer: binary, untouched."""

    def read(self, count=-1):
        data = b""
        while count < 0 or len(data) < count:
            data += self.take(count - len(data) if count >= 0 else 256)
            if len(data) != count and not self.any():
                self.wait_readable(_link.LONGEST_WAIT_US)
        return data

    def readinto(self, buffer, count=-1):
        data = self.read(len(buffer) if count < 0 else count)
        buffer[: len(data)] = data
        return len(data)

    def readline(self, limit=-1):
        line = b""
        while not line.endswith(b"\n") and len(line) != limit:
            line += self.read(1)
        return line

    def write(self, data):
        return self.send(data)


class _Text(uio.IOBase):
    """sys.stdin and sys.stdout: text, with line ends as the ESP32 port makes them."""

    def __init__(self, raw):
        self.buffer = raw
        self.port_number = raw.port_number

    def read(self, count=-1):
        return self.buffer.read(count).replace(b"\r", b"\n").decode()

    def readline(self, limit=-1):
        line = ""
        while not line.endswith("\n") and len(line) != limit:
            line += self.read(1)
        return line

    def write(self, text):
        data = text.encode() if isinstance(text, str) else bytes(text)
        self.buffer.send(data.replace(b"\n", b"\r\n"))
        return len(text)

    def ioctl(self, request, argument):
        return self.buffer.ioctl(request, argument)


class _Traceback(uio.IOBase):
    """Passes the lines of a traceback on, one at a time: there may be little heap left."""

    def __init__(self, file):
        self._file = file
        self._line = ""

    def write(self, data):
        if len(self._line) < _LONGEST_LINE:
            self._line += bytes(data[:_LONGEST_LINE]).decode()
        if data[-1:] == b"\n":
            if not self._line.endswith("\n"):
                self._line += "\n"
            if not self._line.startswith(_INSIDE):
                self._file.write(self._line)
            self._line = ""
        return len(data)


class _Copy:
    """A module's attributes in an object that can be changed."""

    def __init__(self, module):
        for name in dir(module):
            if not name.startswith("__"):
                setattr(self, name, getattr(module, name))


def install():
    """Put the console in the place of the process's own streams; return the console."""
    console = _Text(_Bytes(0))
    _install_sys(console)
    _install_micropython()
    return console


def _install_sys(console):
    copy = _Copy(sys)
    copy.stdin = copy.stdout = copy.stderr = console
    copy.platform = "esp32"
    show = sys.print_exception

    def print_exception(error, file=console):
        show(error, _Traceback(file))

    def write_line(*values, sep=" ", end="\n", file=console):
        file.write((sep or "").join([str(value) for value in values]) + end)

    copy.print_exception = print_exception
    builtins.print = write_line
    sys.modules["sys"] = copy


def _install_micropython():
    copy = _Copy(micropython)

    def schedule(callback, argument):
        if not _link.schedule(callback, argument):
            raise RuntimeError("schedule queue full")
        _link.serve_soft()

    def kbd_intr(character):
        _link.tell("k", 0, ustruct.pack("<h", character))

    copy.schedule = schedule
    copy.kbd_intr = kbd_intr
    copy.alloc_emergency_exception_buf = lambda size: None
    sys.modules["micropython"] = copy


def install_gc():
    """Let a heap that is larger than any board's be swept when it is full, not before."""
    copy = _Copy(gc)
    copy.threshold = lambda *amount: -1
    sys.modules["gc"] = copy
