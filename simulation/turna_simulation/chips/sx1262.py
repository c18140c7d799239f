"""The SX1262 as its host sees it: SPI frames, BUSY, DIO1, reset, sleep, and every command's rules.

Strict on purpose: a command that a real chip would not take is refused, remembered in `refusals`
and shown in the status byte.  The commands are listed in `sx1262_commands.py`, the radio behind
them is `sx1262_radio.py`.  Simple commands hold BUSY for less time than a host needs to look, so
only the longer ones raise it here.
"""

from collections.abc import Callable

from ..ether import Antenna
from ..scheduler import Event, Scheduler
from . import sx1262_facts as facts
from .sx1262_commands import READS, WRITES
from .sx1262_facts import CommandStatus, Mode, Wiring
from .sx1262_radio import Radio
from .sx1262_refusal import CommandRefusedError, impossible, malformed

Drive = Callable[[str, int], None]
STATUS_RESERVED = 0x80  # bit 7 reads as one on silicon


class Sx1262:
    """One chip on one board."""

    def __init__(
        self, scheduler: Scheduler, antenna: Antenna, drive: Drive, wiring: Wiring | None = None
    ) -> None:
        self._scheduler = scheduler
        self._drive = drive
        self._radio = Radio(scheduler, antenna, wiring or Wiring(), self._dio1, self._hold_busy)
        self._powered = False
        self._selected = False
        self._in_reset = False
        self._reset_since_us = 0
        self._busy: Event | None = None
        self._hung = False
        self._frame = bytearray()
        self._frame_refused = ""
        self.refusals: list[str] = []

    @property
    def radio(self) -> Radio:
        """Give tests sight of the state that no pin shows."""
        return self._radio

    @property
    def powered(self) -> bool:
        """Tell whether the chip has a supply."""
        return self._powered

    # What the board does to the chip.

    def power(self, on: bool) -> None:
        """Switch the chip's supply."""
        self._powered = on
        self._hung = False
        self._radio.stop()
        self._release_busy()
        if on:
            self._start_cold()
        else:
            self._radio.forget()

    def pin(self, name: str, level: int | None) -> None:
        """Take a level that the board drives; what floats is pulled up."""
        if not self._powered:
            return
        level = 1 if level is None else level
        if name == "reset":
            self._reset(level)
        elif name == "nss" and not self._in_reset:
            self._select(selected=not level)

    def exchange(self, mosi: bytes) -> bytes:
        """Clock bytes while NSS is low; the command takes effect when NSS rises."""
        if not self._powered or self._in_reset or not self._selected:
            return b"\xff" * len(mosi)
        if self._frame_refused:
            return bytes(len(mosi))
        self._frame += mosi
        return self._replies()[-len(mosi) :] if mosi else b""

    def hang(self) -> None:
        """Freeze the chip with BUSY high; only a reset or a power cycle frees it."""
        self._hung = True
        self._radio.stop()
        self._raise_busy()

    # Reset, sleep and BUSY.

    def _reset(self, level: int) -> None:
        if not level and not self._in_reset:
            self._in_reset, self._reset_since_us = True, self._scheduler.now_us
            self._radio.stop()
            self._raise_busy()
        elif level and self._in_reset:
            self._in_reset = False
            if self._scheduler.now_us - self._reset_since_us < facts.RESET_PULSE_US:
                self.refusals.append("reset pulse shorter than 100 us")
            self._hung = False
            self._selected = False
            self._start_cold()

    def _start_cold(self) -> None:
        self._radio.start_cold()
        self._drive("dio1", 0)
        self._hold_busy(facts.COLD_START_US)

    def _wake(self) -> None:
        if self._radio.cold_sleep:
            self._start_cold()
        else:
            self._radio.wake_warm()
            self._hold_busy(facts.WARM_START_US)

    def _hold_busy(self, duration_us: int) -> None:
        if self._hung:
            return
        if duration_us <= 0:
            if self._radio.mode is Mode.SLEEP and self._busy is None:
                self._raise_busy()
            return
        self._raise_busy()
        self._busy = self._scheduler.after(duration_us, self._release_busy)

    def _raise_busy(self) -> None:
        if self._busy is not None:
            self._busy.cancel()
        self._busy = None
        self._drive("busy", 1)

    def _release_busy(self) -> None:
        if self._busy is not None:
            self._busy.cancel()
        self._busy = None
        if not self._hung:
            self._drive("busy", 1 if self._radio.mode is Mode.SLEEP else 0)

    def _dio1(self, level: int) -> None:
        self._drive("dio1", level)

    # SPI frames.

    def _select(self, *, selected: bool) -> None:
        if selected and not self._selected:
            self._frame = bytearray()
            self._frame_refused = self._why_deaf()
            if self._radio.mode is Mode.SLEEP and not self._hung:
                self._wake()
        elif not selected and self._selected:
            self._end_frame()
        self._selected = selected

    def _why_deaf(self) -> str:
        if self._hung or self._busy is not None:
            return "sent while BUSY"
        return "sent while asleep" if self._radio.mode is Mode.SLEEP else ""

    def _end_frame(self) -> None:
        if not self._frame and not self._frame_refused:
            return
        if self._frame_refused == "sent while BUSY":
            # A host cannot know whether a chip in duty cycle is asleep or just waking.
            if not self._radio.in_duty_cycle:
                self.refusals.append(self._frame_refused)
        elif not self._frame_refused:
            self._execute(self._frame[0], bytes(self._frame[1:]))

    def _execute(self, opcode: int, parameters: bytes) -> None:
        try:
            if opcode in READS:
                self._check_length(len(parameters) >= READS[opcode].skipped)
                return
            if opcode not in WRITES:
                raise malformed("unknown command")
            command = WRITES[opcode]
            self._check_length(len(parameters) in command.lengths)
            if self._radio.mode not in command.modes:
                raise impossible(f"not allowed in {self._radio.mode.name}")
            self._radio.command_status = CommandStatus.OK
            command.run(self._radio, parameters)
        except CommandRefusedError as refusal:
            self._radio.command_status = refusal.status
            self.refusals.append(f"0x{opcode:02x}: {refusal}")

    def _check_length(self, right: bool) -> None:
        if not right:
            raise malformed("wrong number of parameters")

    def _replies(self) -> bytes:
        """Return the bytes that leave while those of the frame so far enter."""
        status = bytes((self._status(),))
        command = READS.get(self._frame[0])
        skipped = 1 + command.skipped if command else len(self._frame)
        count = len(self._frame) - skipped
        if command is None or count <= 0:
            return status * len(self._frame)
        data = command.data(self._radio, bytes(self._frame[1:]))
        return status * skipped + data[:count].ljust(count, b"\0")

    def _status(self) -> int:
        return STATUS_RESERVED | self._radio.mode << 4 | self._radio.command_status << 1
