"""The SX1276 as its host sees it: SPI frames, reset, DIO0 and DIO1.

Strict on purpose: what a real chip would ignore or answer with nonsense is named in `refusals`.
The registers and the radio behind them are in `sx1276_settings.py` and `sx1276_radio.py`.
"""

from collections.abc import Callable

from ..ether import Antenna
from ..scheduler import Scheduler
from . import sx1276_facts as facts
from .sx1276_facts import Wiring
from .sx1276_radio import Radio

Drive = Callable[[str, int], None]
_WRITE = 0x80


class Sx1276:
    """One chip on one board."""

    def __init__(
        self, scheduler: Scheduler, antenna: Antenna, drive: Drive, wiring: Wiring | None = None
    ) -> None:
        self._scheduler = scheduler
        self.refusals: list[str] = []
        self._radio = Radio(scheduler, antenna, wiring or Wiring(), drive, self.refusals.append)
        self._powered = False
        self._selected = False
        self._in_reset = False
        self._reset_since_us = 0
        self._ready_us = 0
        self._hung = False
        self._address: int | None = None

    @property
    def radio(self) -> Radio:
        """Give tests sight of the state that no pin shows."""
        return self._radio

    @property
    def powered(self) -> bool:
        """Tell whether the chip has a supply."""
        return self._powered

    def power(self, on: bool) -> None:
        """Switch the chip's supply."""
        if on and not self._powered:
            self._start()
        elif not on:
            self._radio.forget()
        self._powered = on

    def pin(self, name: str, level: int | None) -> None:
        """Take a level that the board drives; what floats is pulled up."""
        if not self._powered:
            return
        level = 1 if level is None else level
        if name == "reset":
            self._reset(level)
        elif name == "tcxo":
            self._radio.switch_clock(level == 1)
        elif name == "nss":
            self._selected = not level
            self._address = None

    def exchange(self, mosi: bytes) -> bytes:
        """Clock bytes while NSS is low: an address, then data for it and its successors."""
        if not self._powered or self._in_reset or not self._selected:
            return b"\xff" * len(mosi)
        if self._hung:
            return bytes(len(mosi))
        if self._scheduler.now_us < self._ready_us:
            self.refusals.append("spoken to while it starts")
            return bytes(len(mosi))
        return bytes(self._clock(byte) for byte in mosi)

    def hang(self) -> None:
        """Freeze the chip; only a reset or a power cycle frees it."""
        self._hung = True
        self._radio.stop()

    def _clock(self, byte: int) -> int:
        if self._address is None:
            self._address = byte
            return 0
        register, writes = self._address & ~_WRITE, self._address & _WRITE
        value = 0 if writes else self._radio.read(register)
        if writes:
            self._radio.write(register, byte)
        if register != facts.FIFO:  # only the FIFO keeps its address in a burst (2.2)
            self._address = writes | (register + 1) & 0x7F
        return value

    def _reset(self, level: int) -> None:
        if not level and not self._in_reset:
            self._in_reset, self._reset_since_us = True, self._scheduler.now_us
            self._radio.stop()
        elif level and self._in_reset:
            self._in_reset = False
            if self._scheduler.now_us - self._reset_since_us < facts.RESET_PULSE_US:
                self.refusals.append("reset pulse shorter than 100 us")
            self._start()

    def _start(self) -> None:
        self._hung = self._selected = False
        self._radio.forget()
        self._ready_us = self._scheduler.now_us + facts.START_US
