"""The SX1262's SPI protocol: frames, BUSY, registers and buffer.

Knows how to speak to the chip, not what to say.  Waits of microseconds spin; longer ones (reset,
calibration, waking) are the caller's, with `settled`.
"""

import asyncio
import time

from micropython import const

from .radio import RadioError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from machine import SPI, Pin

    from .radio import RadioCounters

_GET_STATUS = const(0xC0)
_GET_IRQ_STATUS = const(0x12)
_READ_REGISTER = const(0x1D)
_WRITE_REGISTER = const(0x0D)
_READ_BUFFER = const(0x1E)
_WRITE_BUFFER = const(0x0E)
_SPIN_US = const(50)
# Changes of mode take up to 126 us (DS table 8-2) and up to 5 ms more when the TCXO starts.
_BUSY_LIMIT_US = const(12_000)
_REFUSED = (4, 5)  # command status: malformed, cannot be executed (DS table 13-76)


class Bus:
    """One chip's SPI connection."""

    def __init__(self, spi: "SPI", nss: "Pin", busy: "Pin", counters: "RadioCounters") -> None:
        self._spi = spi
        self._nss = nss
        self._busy = busy
        self._counters = counters

    def busy(self) -> bool:
        """Tell whether the chip is at work, or asleep."""
        return bool(self._busy())

    def command(self, *sent: int) -> None:
        """Send a command with its parameters."""
        self._wait_ready()
        self._exchange(bytes(sent))

    def checked(self, *sent: int) -> None:
        """Send a command and make sure that the chip took it."""
        self.command(*sent)
        if self.command_status() in _REFUSED:
            raise RadioError(f"the chip refused command 0x{sent[0]:02x}")

    def read(self, opcode: int, count: int) -> bytes:
        """Return the data of a command that asks for some."""
        return self._read((opcode,), count)

    def mode(self) -> int:
        """Return the operating mode, 2 to 6."""
        return self._status() >> 4 & 7

    def command_status(self) -> int:
        """Return what became of the latest command."""
        return self._status() >> 1 & 7

    def register(self, address: int) -> int:
        """Read a register."""
        return self._read((_READ_REGISTER, address >> 8, address & 0xFF), 1)[0]

    def write_registers(self, address: int, *values: int) -> None:
        """Write successive registers."""
        self.command(_WRITE_REGISTER, address >> 8, address & 0xFF, *values)

    def change_register(self, address: int, clear: int, set_: int) -> None:
        """Change some bits of a register and make sure of it."""
        value = self.register(address) & ~clear | set_
        self.write_registers(address, value)
        if self.register(address) != value:
            raise RadioError(f"register 0x{address:04x} does not keep its value")

    def read_buffer(self, start: int, count: int) -> bytes:
        """Read from the chip's buffer, which wraps at 256."""
        return self._read((_READ_BUFFER, start), count)

    def write_buffer(self, data: bytes) -> None:
        """Write to the chip's buffer from its start."""
        self._wait_ready()
        self._exchange(bytes((_WRITE_BUFFER, 0)) + data)

    def wake(self) -> None:
        """Pull the chip out of sleep; it is ready when it has settled."""
        self._exchange(bytes((_GET_STATUS, 0)))

    async def settled(self, limit_ms: int) -> None:
        """Wait for the end of a long piece of work."""
        started_ms = time.ticks_ms()
        while self._busy():
            if time.ticks_diff(time.ticks_ms(), started_ms) > limit_ms:
                self._give_up()
            await asyncio.sleep_ms(1)

    def _status(self) -> int:
        # GetStatus right after SetRx upsets the chip (seen by micropython-lib); this has it too.
        self._wait_ready()
        reply = bytearray(4)
        self._exchange(bytes((_GET_IRQ_STATUS, 0, 0, 0)), reply)
        if reply[1] in (0x00, 0xFF):
            raise RadioError("no chip answers on SPI")
        return reply[1]

    def _read(self, sent: "tuple[int, ...]", count: int) -> bytes:
        self._wait_ready()
        before = len(sent) + 1  # a status byte comes first
        reply = bytearray(before + count)
        self._exchange(bytes(sent) + bytes(1 + count), reply)
        return bytes(reply[before:])

    def _exchange(self, sent: bytes, reply: "bytearray | None" = None) -> None:
        self._nss(0)
        if reply is None:
            self._spi.write(sent)
        else:
            self._spi.write_readinto(sent, reply)
        self._nss(1)

    def _wait_ready(self) -> None:
        if not self._busy():
            return
        started_us = time.ticks_us()
        while self._busy():
            if time.ticks_diff(time.ticks_us(), started_us) > _BUSY_LIMIT_US:
                self._give_up()
            time.sleep_us(_SPIN_US)

    def _give_up(self) -> None:
        self._counters.busy_timeouts += 1
        raise RadioError("the chip stays busy")
