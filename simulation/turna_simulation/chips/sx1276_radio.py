"""The radio inside the SX1276: its mode machine, its FIFO, its interrupts, its doings on the air.

Knows registers, not SPI.  What a real chip ignores or suffers is named in `refusals`.
"""

from collections.abc import Callable

from ..ether import Antenna, Receiver, Reception
from ..scheduler import Event, Scheduler
from . import sx1276_facts as facts
from .sx1276_facts import Irq, Mode, Wiring
from .sx1276_settings import Settings

_SIGNAL_DETECTED, _SYNCHRONISED, _RECEIVING, _HEADER_VALID = 0x01, 0x02, 0x04, 0x08
_CRC_ON_PAYLOAD = 0x40
_START_CALIBRATION, _CALIBRATING = 0x40, 0x20


class Radio:
    """Mode machine, FIFO and receiver of one chip."""

    def __init__(
        self,
        scheduler: Scheduler,
        antenna: Antenna,
        wiring: Wiring,
        drive: Callable[[str, int], None],
        refuse: Callable[[str], None],
    ) -> None:
        self._scheduler = scheduler
        self._antenna = antenna
        self._wiring = wiring
        self._drive = drive
        self._refuse = refuse
        self._timers: list[Event] = []
        self._levels = {"dio0": 0, "dio1": 0}
        self._clock_from_us: int | None = None if wiring.tcxo else 0
        self.forget()

    def forget(self) -> None:
        """Begin anew, as after a reset."""
        self.stop()
        self.settings = Settings(self._wiring)
        self.fifo = bytearray(256)
        self.irq = 0
        self._pointer = self._rx_pointer = 0
        self._rx_start = self._rx_length = 0
        self._snr_db_x4 = self._packet_rssi = 0
        self._modem_status = self._hop_channel = 0
        self._update_dios()

    def stop(self) -> None:
        """Cease whatever is under way."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self._antenna.stop_transmitting()
        self._antenna.stop_listening()

    def switch_clock(self, on: bool) -> None:
        """Start or stop the oscillator outside the chip: registers need none, all else does."""
        if not on:
            self._clock_from_us = None
            self.stop()
        elif self._clock_from_us is None:
            self._clock_from_us = self._scheduler.now_us + facts.TCXO_START_US

    @property
    def mode(self) -> Mode:
        """The operating mode."""
        return Mode(self.settings.read(facts.OP_MODE) & 7)

    # Registers.

    def read(self, address: int) -> int:
        """Read a register; those that only the LoRa modem has mean nothing in FSK mode."""
        if address == facts.FIFO:
            return self._read_fifo()
        if not self.settings.long_range or address not in facts.PAGED:
            return self.settings.read(address)
        shown = {
            facts.FIFO_POINTER: self._pointer, facts.RX_CURRENT: self._rx_start,
            facts.IRQ_FLAGS: self.irq, facts.RX_LENGTH: self._rx_length,
            facts.MODEM_STATUS: self._modem_status, facts.PACKET_SNR: self._snr_db_x4 & 0xFF,
            facts.PACKET_RSSI: self._packet_rssi, facts.HOP_CHANNEL: self._hop_channel,
            facts.RX_BYTE: self._rx_pointer,
        }  # fmt: skip
        if address == facts.RSSI:
            return self._strength(self._antenna.rssi_dbm(self._receiver()))
        return shown.get(address, self.settings.read(address))

    def write(self, address: int, value: int) -> None:
        """Write a register, as far as the mode allows it."""
        if address == facts.OP_MODE:
            self._change_mode(value)
        elif address == facts.FIFO:
            self._write_fifo(value)
        elif address == facts.IMAGE_CALIBRATION and not self.settings.long_range:
            self._calibrate(value)
        elif address in facts.READ_ONLY and (self.settings.long_range or address > 0x3F):
            self._refuse(f"register {address:#04x} can only be read")
        elif address not in facts.ALWAYS_WRITABLE and self.mode not in facts.CONFIGURABLE:
            self._refuse(f"register {address:#04x} written in {self.mode.name}")
        else:
            self._store(address, value)

    def _store(self, address: int, value: int) -> None:
        if self.settings.long_range and address == facts.IRQ_FLAGS:
            self.irq &= ~value
        elif self.settings.long_range and address == facts.FIFO_POINTER:
            self._pointer = value
        else:
            self.settings.write(address, value)
        self._update_dios()

    def _read_fifo(self) -> int:
        if self.mode is Mode.SLEEP:
            self._refuse("FIFO read in SLEEP")
            return 0
        value = self.fifo[self._pointer]
        self._pointer = (self._pointer + 1) % 256
        return value

    def _write_fifo(self, value: int) -> None:
        if self.mode is Mode.SLEEP:
            self._refuse("FIFO written in SLEEP")
            return
        self.fifo[self._pointer] = value
        self._pointer = (self._pointer + 1) % 256

    # Modes.

    def _change_mode(self, value: int) -> None:
        before, mode = self.mode, Mode(value & 7)
        if (value ^ self.settings.read(facts.OP_MODE)) & facts.LONG_RANGE and before != Mode.SLEEP:
            self._refuse("LongRangeMode changed outside SLEEP")
            value ^= facts.LONG_RANGE
        self.stop()
        self._modem_status = 0
        self.settings.write(facts.OP_MODE, value)
        if mode is Mode.SLEEP:
            self.fifo = bytearray(256)
        elif mode in (Mode.TX, Mode.RX_CONTINUOUS, Mode.RX_SINGLE, Mode.CAD):
            self._go_on_air(before, mode)
        elif mode is Mode.STANDBY and before is Mode.SLEEP:
            self._later(facts.OSCILLATOR_US, lambda: None)

    def _go_on_air(self, before: Mode, mode: Mode) -> None:
        reason = self.settings.why_not_on_air()
        if reason:
            self._refuse(reason)
            return
        action = {Mode.TX: self._transmit, Mode.CAD: self._detect}.get(mode, self._receive)
        wait_us = facts.OSCILLATOR_US if before is Mode.SLEEP else 0
        self._later(wait_us + facts.SWITCHING_US, action)

    def _calibrate(self, value: int) -> None:
        if value & _START_CALIBRATION:
            if self.mode is not Mode.STANDBY:
                self._refuse("image calibration outside STANDBY")
                return
            self.settings.write(facts.IMAGE_CALIBRATION, value & ~_START_CALIBRATION | _CALIBRATING)
            self._later(facts.IMAGE_CALIBRATION_US, self._calibrated)
        else:
            self.settings.write(facts.IMAGE_CALIBRATION, value & ~_CALIBRATING)

    def _calibrated(self) -> None:
        self.settings.image_hz = self.settings.freq_hz
        value = self.settings.read(facts.IMAGE_CALIBRATION)
        self.settings.write(facts.IMAGE_CALIBRATION, value & ~_CALIBRATING)

    def _later(self, delay_us: int, action: Callable[[], None]) -> None:
        if self._clock_from_us is None or self._scheduler.now_us < self._clock_from_us:
            self._refuse("the oscillator does not run")
            return
        self._timers = [timer for timer in self._timers if timer.pending]
        self._timers.append(self._scheduler.after(delay_us, action))

    def _finish(self, flags: int) -> None:
        self.stop()
        self._modem_status = 0
        value = self.settings.read(facts.OP_MODE)
        self.settings.write(facts.OP_MODE, value & ~7 | Mode.STANDBY)
        self._raise_irq(flags)

    # On the air.

    def _transmit(self) -> None:
        settings = self.settings
        length, base = settings.lora(facts.PAYLOAD_LENGTH), settings.lora(facts.TX_BASE)
        if not length:
            self._refuse("transmission of nothing")
            return
        payload = bytes(self.fifo[(base + i) % 256] for i in range(length))
        sent = self._antenna.transmit(settings.modulation(), payload, settings.radiated_dbm())
        self._later(sent.end_us - self._scheduler.now_us, lambda: self._finish(Irq.TX_DONE))

    def _detect(self) -> None:
        modulation, since_us = self.settings.modulation(), self._scheduler.now_us
        listening_us = modulation.symbols_us(1) + facts.CAD_CHIPS * 1_000_000 // (
            modulation.bandwidth_hz
        )
        processing_us = round(modulation.symbols_us(1) * facts.CAD_PROCESSING_SYMBOLS)

        def look() -> None:
            heard = self._antenna.hears_chirps(self._receiver(), since_us)
            flags = Irq.CAD_DONE | (Irq.CAD_DETECTED if heard else 0)
            self._later(processing_us, lambda: self._finish(flags))

        self._later(listening_us, look)

    def _receive(self) -> None:
        self._rx_pointer = self.settings.lora(facts.RX_BASE)
        self._modem_status = _RECEIVING
        self._antenna.listen(self._receiver(), self)
        if self.mode is Mode.RX_SINGLE:
            symbols = (self.settings.lora(facts.MODEM_2) & 3) << 8
            symbols |= self.settings.lora(facts.SYMBOL_TIMEOUT)
            timeout_us = self.settings.modulation().symbols_us(symbols)
            self._later(timeout_us, self._nothing_came)

    def _nothing_came(self) -> None:
        if not self._modem_status & _SIGNAL_DETECTED:
            self._finish(Irq.RX_TIMEOUT)

    def _receiver(self) -> Receiver:
        return Receiver(self.settings.modulation(), desensitised_db=self.settings.desensitised_db())

    def preamble_detected(self) -> None:
        """Hear from the ether that a packet begins."""
        self._modem_status |= _SIGNAL_DETECTED | _SYNCHRONISED

    def header_received(self, *, intact: bool) -> None:
        """Hear from the ether how the header came through; a bad one is not reported."""
        if intact:
            self._modem_status |= _HEADER_VALID
            self._raise_irq(Irq.VALID_HEADER)
        else:
            self._modem_status = _RECEIVING

    def packet_received(self, reception: Reception) -> None:
        """Hear from the ether that a packet has ended."""
        self._modem_status = _RECEIVING
        length = len(reception.payload)
        if self.settings.explicit_header and length > self.settings.lora(facts.MAX_PAYLOAD):
            return
        self._keep(reception)
        flags: int = Irq.RX_DONE
        if not reception.intact and reception.crc_present:
            flags |= Irq.CRC_ERROR
        if self.mode is Mode.RX_SINGLE:
            self._finish(flags)
        else:
            self._raise_irq(flags)

    def _keep(self, reception: Reception) -> None:
        self._rx_start, self._rx_length = self._rx_pointer, len(reception.payload)
        for i, value in enumerate(reception.payload):
            self.fifo[(self._rx_start + i) % 256] = value
        self._rx_pointer = (self._rx_start + self._rx_length) % 256
        self._hop_channel = _CRC_ON_PAYLOAD if reception.crc_present else 0
        self._snr_db_x4 = max(-128, round(4 * min(reception.snr_db, facts.HIGHEST_SNR_DB)))
        # 5.5.5: above the noise the figure grows with 15/16 of the signal; below it, it is noise.
        above_dbm = reception.signal_dbm - self.settings.rssi_offset_dbm
        strength = above_dbm * 15 / 16 if self._snr_db_x4 >= 0 else above_dbm - self._snr_db_x4 / 4
        self._packet_rssi = max(0, min(255, round(strength)))

    def _strength(self, power_dbm: float) -> int:
        return max(0, min(255, round(power_dbm - self.settings.rssi_offset_dbm)))

    # Interrupts.

    def _raise_irq(self, flags: int) -> None:
        self.irq |= flags & ~self.settings.lora(facts.IRQ_MASK)
        self._update_dios()

    def _update_dios(self) -> None:
        mapping = self.settings.lora(facts.DIO_MAPPING)
        for name, flags, shift in (("dio0", facts.DIO_0, 6), ("dio1", facts.DIO_1, 4)):
            level = 1 if self.irq & flags[mapping >> shift & 3] else 0
            if level != self._levels[name]:
                self._levels[name] = level
                self._drive(name, level)
