"""The USB serial line of a board: standard input and output, as bytes.

The prompt shares the line.  For a moment after the start Ctrl-C still stops the program, so that a
board can always be reached; then byte 3 is a byte like any other.
"""

import asyncio
import select
import sys

import micropython

BOOT_GRACE_MS = 1500
_READ_MAX = 256  # the input ring holds 259 bytes
_NO_BREAK = -1


class UsbSerial:
    """Reads what has come and writes what is to go; one task reads."""

    def __init__(self) -> None:
        self._reader = asyncio.StreamReader(sys.stdin.buffer)
        self._poll = select.poll()
        self._poll.register(sys.stdin, select.POLLIN)
        self._is_taken = False

    async def read(self, timeout_ms: int) -> bytes:
        """Return what has come, at most 256 bytes; nothing if nothing comes in time."""
        if not self._is_taken:
            await asyncio.sleep_ms(BOOT_GRACE_MS)
            micropython.kbd_intr(_NO_BREAK)
            self._is_taken = True
        try:
            data = await asyncio.wait_for_ms(self._reader.read(1), timeout_ms)
        except asyncio.TimeoutError:  # noqa: UP041 - not the builtin on MicroPython
            return b""
        if not data:
            await asyncio.sleep_ms(timeout_ms)  # standard input is closed
        taken = bytearray(data)
        while taken and len(taken) < _READ_MAX and self._poll.poll(0):
            taken.extend(sys.stdin.buffer.read(1))
        return bytes(taken)

    async def write(self, data: bytes) -> None:
        """Write all of it; what a stalled host does not take is lost, and is asked for again."""
        if data:
            sys.stdout.buffer.write(data)
            await asyncio.sleep_ms(0)
