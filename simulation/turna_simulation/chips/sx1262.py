"""The SX1262 as its host sees it: SPI frames, BUSY, DIO1, reset, sleep, and every command's rules.

Strict on purpose: a command that a real chip would not take is refused, remembered in `refusals`
and shown in the status byte.  The radio behind the commands is `sx1262_radio.py`.  Simple commands
hold BUSY for less time than a host needs to look, so only the longer ones raise it here.
"""

from collections.abc import Callable

from ..ether import Antenna
from ..scheduler import Event, Scheduler
from . import sx1262_facts as facts
from .sx1262_facts import CommandStatus, DeviceError, Mode, Wiring
from .sx1262_radio import CommandRefusedError, Radio

Drive = Callable[[str, int], None]
Handler = Callable[[bytes], None]
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
        self._writes, self._reads = self._commands()

    @property
    def radio(self) -> Radio:
        """Give tests sight of the state that no pin shows."""
        return self._radio

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
        miso = bytearray()
        for byte in mosi:
            self._frame.append(byte)
            miso.append(self._reply())
        return bytes(miso)

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
                self._refuse("reset pulse shorter than 100 us")
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
                self._refuse(self._frame_refused)
        elif not self._frame_refused:
            self._execute(self._frame[0], bytes(self._frame[1:]))

    def _execute(self, opcode: int, parameters: bytes) -> None:
        try:
            if opcode in self._reads:
                self._check_length(len(parameters) >= self._reads[opcode][0])
                return
            if opcode not in self._writes:
                raise CommandRefusedError(CommandStatus.PROCESSING_ERROR, "unknown command")
            lengths, modes, handler = self._writes[opcode]
            self._check_length(len(parameters) in lengths)
            if modes and self._radio.mode not in modes:
                raise CommandRefusedError(
                    CommandStatus.EXECUTION_FAILURE, f"not allowed in {self._radio.mode.name}"
                )
            self._radio.command_status = CommandStatus.OK
            handler(parameters)
        except CommandRefusedError as refusal:
            self._radio.command_status = refusal.status
            self._refuse(f"0x{opcode:02x}: {refusal}")

    def _check_length(self, right: bool) -> None:
        if not right:
            raise CommandRefusedError(CommandStatus.PROCESSING_ERROR, "wrong number of parameters")

    def _refuse(self, why: str) -> None:
        self.refusals.append(why)

    def _status(self) -> int:
        return STATUS_RESERVED | self._radio.mode << 4 | self._radio.command_status << 1

    def _reply(self) -> int:
        """Return the byte that leaves while the frame's latest byte enters."""
        index = len(self._frame) - 1
        skip, read = self._reads.get(self._frame[0], (0, None))
        if read is None or index <= skip:
            return self._status()
        data = read(bytes(self._frame[1:]))
        position = index - skip - 1
        return data[position] if position < len(data) else 0

    def _read_register(self, sent: bytes) -> bytes:
        address = int.from_bytes(sent[:2])
        return bytes(self._radio.register(address + i) for i in range(len(sent) - 3))

    def _read_buffer(self, sent: bytes) -> bytes:
        return bytes(self._radio.fifo[(sent[0] + i) % 256] for i in range(len(sent) - 2))

    def _commands(
        self,
    ) -> tuple[
        dict[int, tuple[tuple[int, ...] | range, tuple[Mode, ...], Handler]],
        dict[int, tuple[int, Callable[[bytes], bytes] | None]],
    ]:
        radio = self._radio
        standby = (Mode.STDBY_RC, Mode.STDBY_XOSC)
        awake: tuple[Mode, ...] = ()
        writes: dict[int, tuple[tuple[int, ...] | range, tuple[Mode, ...], Handler]] = {
            0x00: ((6,), awake, radio.reset_stats),
            0x02: ((2,), awake, radio.clear_irq),
            0x07: ((2,), awake, radio.clear_errors),
            0x08: ((8,), awake, radio.set_dio_irq),
            0x0D: (range(3, 258), awake, radio.write_register),
            0x0E: (range(2, 258), awake, radio.write_buffer),
            0x80: ((1,), awake, radio.set_standby),
            0x82: ((3,), awake, radio.set_rx),
            0x83: ((3,), (*standby, Mode.FS, Mode.RX), radio.set_tx),
            0x84: ((1,), standby, radio.set_sleep),
            0x86: ((4,), awake, radio.set_frequency),
            0x88: ((7,), awake, radio.set_cad_params),
            0x89: ((1,), (Mode.STDBY_RC,), radio.calibrate),
            0x8A: ((1,), standby, radio.set_packet_type),
            0x8B: (range(1, 9), standby, radio.set_modulation),
            0x8C: (range(1, 10), standby, radio.set_packet_params),
            0x8E: ((2,), awake, radio.set_tx_params),
            0x8F: ((2,), awake, radio.set_buffer_base),
            0x93: ((1,), standby, radio.set_fallback),
            0x94: ((6,), standby, radio.set_rx_duty_cycle),
            0x95: ((4,), standby, radio.set_pa_config),
            0x96: ((1,), (Mode.STDBY_RC,), radio.set_regulator),
            0x97: ((4,), (Mode.STDBY_RC,), radio.set_tcxo),
            0x98: ((2,), standby, radio.calibrate_image),
            0x9D: ((1,), awake, radio.set_rf_switch),
            0x9F: ((1,), awake, radio.set_stop_on_preamble),
            0xC1: ((0,), (*standby, Mode.RX, Mode.TX), radio.set_fs),
            0xC5: ((0,), (*standby, Mode.FS), radio.set_cad),
        }
        # By opcode: how many bytes come before the data (the status is one of them), and the data.
        reads: dict[int, tuple[int, Callable[[bytes], bytes] | None]] = {
            0x10: (1, lambda _: radio.stats()),
            0x11: (1, lambda _: bytes([radio.packet_type])),
            0x12: (1, lambda _: radio.irq.to_bytes(2)),
            0x13: (1, lambda _: bytes([radio.rx_length, radio.rx_start])),
            0x14: (1, lambda _: radio.packet_status),
            0x15: (1, lambda _: bytes([radio.rssi_now()])),
            0x17: (1, lambda _: radio.errors.to_bytes(2)),
            0x1D: (3, self._read_register),
            0x1E: (2, self._read_buffer),
            0xC0: (1, None),
        }
        return writes, reads


__all__ = ["DeviceError", "Mode", "Sx1262", "Wiring"]
