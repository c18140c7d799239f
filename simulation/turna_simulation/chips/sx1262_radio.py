"""The radio inside the SX1262: its modes, its interrupts, and what it does on the air.

Methods named after commands take their parameter bytes; what cannot be executed is refused with
`CommandRefusedError`, what the datasheet calls a device error is flagged in `clocks.errors`.
"""

from collections.abc import Callable

from ..ether import Antenna, Receiver, Reception
from ..scheduler import Event, Scheduler
from . import sx1262_facts as facts
from .sx1262_clocks import Clocks
from .sx1262_facts import CommandStatus, Irq, Mode, Wiring
from .sx1262_refusal import CommandRefusedError, malformed
from .sx1262_settings import Settings

_WARM_START_BIT = 1 << 2


class Radio:
    """Mode machine, buffer and receiver of one chip."""

    def __init__(
        self,
        scheduler: Scheduler,
        antenna: Antenna,
        wiring: Wiring,
        dio1: Callable[[int], None],
        hold_busy: Callable[[int], None],
    ) -> None:
        self._scheduler = scheduler
        self._antenna = antenna
        self._wiring = wiring
        self._dio1 = dio1
        self._hold_busy = hold_busy
        self._dio1_level = 0
        self._timers: list[Event] = []
        self._rx_timer: Event | None = None
        self._forgotten_timer: Event | None = None
        self.forget()

    # Life: power, reset, sleep.

    def forget(self) -> None:
        """Lose every setting, as without supply or in cold sleep."""
        self.settings = Settings(self._wiring)
        self.clocks = Clocks(self._wiring)
        self.mode = Mode.STDBY_RC
        self.cold_sleep = True
        self.command_status = CommandStatus.OK
        self.fifo = bytearray(256)
        self.irq = self._irq_mask = self._dio1_mask = 0
        self.rx_length = self.rx_start = self.rx_pointer = 0
        self.packet_status = bytes(3)
        self._continuous = False
        self._duty_us: tuple[int, int] | None = None
        self._counts = [0, 0, 0]
        self._raise_irq(0)

    def start_cold(self) -> None:
        """Begin anew after power-on, reset or cold sleep."""
        self.forget()
        self.cold_sleep = False
        self.clocks.start_cold()

    def stop(self) -> None:
        """Cease whatever is under way: transmission, reception, timers."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self._stop_rx_timer()
        self._duty_us = None
        self._antenna.stop_transmitting()
        self._antenna.stop_listening()

    def wake_warm(self) -> None:
        """Come back from a sleep that kept the settings."""
        self.stop()
        self.mode = Mode.STDBY_RC

    def set_sleep(self, parameters: bytes) -> None:
        """SetSleep (13.1.1)."""
        self.stop()
        self._cancel_forgotten_timer()
        if parameters[0] & _WARM_START_BIT:
            self._sleep_warm()
        else:
            self.forget()
        self.mode = Mode.SLEEP
        self._hold_busy(0)

    def _sleep_warm(self) -> None:
        self.fifo = bytearray(256)
        self.clocks.stop()
        self.settings.forget_in_sleep()
        self.irq = 0
        self._raise_irq(0)
        self.mode = Mode.SLEEP

    @property
    def in_duty_cycle(self) -> bool:
        """Tell whether the chip wakes and sleeps by itself."""
        return self._duty_us is not None

    # Registers, buffer, interrupts, counts, calibration.

    def write_register(self, parameters: bytes) -> None:
        """WriteRegister (13.2.1); 0x0902 then 0x0944 end a timer that should have ended (15.3)."""
        address = int.from_bytes(parameters[:2])
        self.settings.write_registers(address, parameters[2:])
        stopped = self.register(facts.REG_RTC_CONTROL) == 0
        if stopped and address == facts.REG_EVENT_MASK and parameters[2] & 2:
            self._cancel_forgotten_timer()

    def register(self, address: int) -> int:
        """ReadRegister (13.2.2)."""
        return (
            self.rx_pointer if address == facts.REG_RX_POINTER else self.settings.register(address)
        )

    def write_buffer(self, parameters: bytes) -> None:
        """WriteBuffer (13.2.3)."""
        for i, value in enumerate(parameters[1:]):
            self.fifo[(parameters[0] + i) % 256] = value

    def set_dio_irq(self, parameters: bytes) -> None:
        """SetDioIrqParams (13.3.1)."""
        self._irq_mask = int.from_bytes(parameters[:2])
        self._dio1_mask = int.from_bytes(parameters[2:4])
        self._raise_irq(0)

    def clear_irq(self, parameters: bytes) -> None:
        """ClearIrqStatus (13.3.4)."""
        self.irq &= ~int.from_bytes(parameters)
        self._raise_irq(0)

    def reset_stats(self, _: bytes) -> None:
        """ResetStats (13.5.6)."""
        self._counts = [0, 0, 0]

    def stats(self) -> bytes:
        """GetStats (13.5.5): packets, CRC errors, header errors."""
        return b"".join((count & 0xFFFF).to_bytes(2) for count in self._counts)

    def rssi_now(self) -> int:
        """GetRssiInst (13.5.4); meaningless unless receiving."""
        return _half_dbm(self._antenna.rssi_dbm(self._receiver())) if self.mode is Mode.RX else 0

    def calibrate(self, parameters: bytes) -> None:
        """Calibrate (13.1.12)."""
        self._hold_busy(self.clocks.calibrate(parameters[0]))

    def calibrate_image(self, parameters: bytes) -> None:
        """CalibrateImage (13.1.13)."""
        self._hold_busy(self.clocks.calibrate_image(*parameters))
        self._rest()

    def _raise_irq(self, flags: int) -> None:
        self.irq |= flags & self._irq_mask
        level = 1 if self.irq & self._dio1_mask else 0
        if level != self._dio1_level:
            self._dio1_level = level
            self._dio1(level)

    # Modes.

    def set_standby(self, parameters: bytes) -> None:
        """SetStandby (13.1.2)."""
        if parameters[0] > 1:
            raise malformed("no such standby mode")
        self.stop()
        before, self.mode = self.mode, Mode.STDBY_RC
        if parameters[0]:
            wait_us = self.clocks.start()
            self.mode = Mode.STDBY_XOSC
            self._hold_busy(facts.switching_us(before, self.mode) + wait_us)
        self._rest()

    def set_fs(self, _: bytes) -> None:
        """SetFs (13.1.3)."""
        self.stop()
        self._enter(Mode.FS, lambda: None)

    def set_tx(self, parameters: bytes) -> None:
        """SetTx (13.1.4)."""
        self.settings.check_power()
        self.settings.check_channel()
        self.stop()
        timeout_us = facts.rtc_us(int.from_bytes(parameters))
        self._enter(Mode.TX, lambda: self._transmit(timeout_us))

    def set_rx(self, parameters: bytes) -> None:
        """SetRx (13.1.5): no timeout, a timeout, or continuous."""
        self.settings.check_channel()
        self.stop()
        steps = int.from_bytes(parameters)
        self._continuous = steps == facts.CONTINUOUS
        timeout_us = 0 if self._continuous else facts.rtc_us(steps)
        self._enter(Mode.RX, lambda: self._receive(timeout_us))

    def set_rx_duty_cycle(self, parameters: bytes) -> None:
        """SetRxDutyCycle (13.1.7): listen, sleep with settings kept, and so on until a packet."""
        self.settings.check_channel()
        rx_us = facts.rtc_us(int.from_bytes(parameters[:3]))
        sleep_us = facts.rtc_us(int.from_bytes(parameters[3:]))
        if not rx_us or not sleep_us:
            raise malformed("duty cycle without listening or without sleep")
        self.stop()
        self._continuous = False
        self._duty_us = (rx_us, sleep_us)
        self._enter(Mode.RX, lambda: self._receive(rx_us))

    def set_cad(self, _: bytes) -> None:
        """SetCad (13.1.8)."""
        self.settings.check_channel()
        if not self.settings.cad:
            raise malformed("no CAD parameters set")
        self.stop()
        self._enter(Mode.RX, self._detect_activity)

    def _enter(self, mode: Mode, then: Callable[[], None]) -> None:
        before = self.mode
        try:
            wait_us = self.clocks.start()
            self.clocks.check_pll()
        except CommandRefusedError:
            self.mode = Mode.STDBY_RC
            self._rest()
            raise
        self.mode = mode
        switching_us = facts.switching_us(before, mode) + wait_us
        self._hold_busy(switching_us)
        self._later(switching_us, then)

    def _later(self, delay_us: int, action: Callable[[], None]) -> None:
        self._timers = [timer for timer in self._timers if timer.pending]
        self._timers.append(self._scheduler.after(delay_us, action))

    def _rest(self) -> None:
        if self.mode in (Mode.STDBY_RC, Mode.SLEEP):
            self.clocks.stop()

    def _finish(self, mode: Mode, flags: int, status: CommandStatus) -> None:
        self.stop()
        self.mode = mode
        self._rest()
        self.command_status = status
        self._raise_irq(flags)

    # Transmission.

    def _transmit(self, timeout_us: int) -> None:
        settings = self.settings
        payload = bytes(
            self.fifo[(settings.tx_base + i) % 256] for i in range(settings.payload_length)
        )
        sent = self._antenna.transmit(
            settings.modulation(), payload, settings.radiated_dbm(), settings.impairment_db()
        )
        done_us = sent.end_us - self._scheduler.now_us
        if 0 < timeout_us < done_us:
            self._later(timeout_us, self._time_out)
        else:
            self._later(done_us, self._sent)

    def _sent(self) -> None:
        self._finish(self.settings.fallback, Irq.TX_DONE, CommandStatus.TX_DONE)

    # Reception.

    def _receive(self, timeout_us: int) -> None:
        self.rx_pointer = self.settings.rx_base
        self._antenna.listen(self._receiver(), self)
        if timeout_us:
            self._rx_timer = self._scheduler.after(timeout_us, self._time_out)

    def _receiver(self) -> Receiver:
        settings = self.settings
        image_db = 0.0 if self.clocks.image_suits(settings.freq_hz) else facts.WRONG_IMAGE_DB
        return Receiver(
            modulation=settings.modulation(),
            attenuation_db=settings.attenuation_db(),
            desensitised_db=settings.gain_loss_db() + image_db,
        )

    def preamble_detected(self) -> None:
        """Hear from the ether that a packet begins."""
        self._raise_irq(Irq.PREAMBLE_DETECTED)
        if self._duty_us is not None:
            # 13.1.7: a preamble restarts the timer with 2 * rxPeriod + sleepPeriod.
            self._stop_rx_timer()
            rx_us, sleep_us = self._duty_us
            self._rx_timer = self._scheduler.after(2 * rx_us + sleep_us, self._time_out)
        elif self.settings.stop_on_preamble:
            self._stop_rx_timer()

    def header_received(self, *, intact: bool) -> None:
        """Hear from the ether how the header came through."""
        if intact:
            self._stop_rx_timer()
            self._raise_irq(Irq.HEADER_VALID)
        else:
            self._counts[2] += 1
            self._raise_irq(Irq.HEADER_ERROR)

    def packet_received(self, reception: Reception) -> None:
        """Hear from the ether that a packet has ended."""
        length = len(reception.payload)
        if self.settings.explicit_header and length > self.settings.payload_length:
            self.header_received(intact=False)
            return
        self._store(reception)
        damaged = not reception.intact or self.settings.spoils_reception(length)
        flags: int = Irq.RX_DONE
        if damaged and reception.crc_present:
            flags |= Irq.CRC_ERROR
            self._counts[1] += 1
        else:
            self._counts[0] += 1
        if self._continuous:
            self.command_status = CommandStatus.DATA_AVAILABLE
            self._raise_irq(flags)
            return
        if not self.settings.explicit_header:
            self._forgotten_timer, self._rx_timer = self._rx_timer, None  # 15.3: it runs on
        self._finish(self.settings.fallback, flags, CommandStatus.DATA_AVAILABLE)

    def _store(self, reception: Reception) -> None:
        self.rx_start, self.rx_length = self.rx_pointer, len(reception.payload)
        for i, value in enumerate(reception.payload):
            self.fifo[(self.rx_start + i) % 256] = value
        self.rx_pointer = (self.rx_start + self.rx_length) % 256
        snr_db_x4 = round(4 * min(reception.snr_db, facts.HIGHEST_SNR_DB))
        total, signal = _half_dbm(reception.total_dbm), _half_dbm(reception.signal_dbm)
        self.packet_status = bytes((total, max(-128, snr_db_x4) & 0xFF, signal))

    # Timeouts, duty cycle, activity detection.

    def _time_out(self) -> None:
        self._rx_timer = self._forgotten_timer = None
        if self._duty_us is not None:
            self._doze(*self._duty_us)
        else:
            self._finish(Mode.STDBY_RC, Irq.TIMEOUT, CommandStatus.TIMEOUT)

    def _doze(self, rx_us: int, sleep_us: int) -> None:
        self._antenna.stop_listening()
        self._sleep_warm()
        self._hold_busy(0)
        self._later(sleep_us, lambda: self._look_again(rx_us))

    def _look_again(self, rx_us: int) -> None:
        start_us = facts.WARM_START_US + facts.switching_us(Mode.STDBY_RC, Mode.RX)
        start_us += self.clocks.start()
        self.mode = Mode.RX
        self._hold_busy(start_us)
        self._later(start_us, lambda: self._receive(rx_us))

    def _detect_activity(self) -> None:
        since_us = self._scheduler.now_us
        duration_us = self.settings.modulation().symbols_us(1 << self.settings.cad[0])
        self._later(duration_us, lambda: self._activity_detected(since_us))

    def _activity_detected(self, since_us: int) -> None:
        active = self._antenna.hears_chirps(self._receiver(), since_us)
        offset = self.settings.cad[1] - (self.settings.modulation().sf + 13)
        if abs(offset) > facts.CAD_PEAK_TOLERANCE:
            active = offset < 0  # a low threshold sees chirps in noise, a high one sees none
        flags = Irq.CAD_DONE | (Irq.CAD_DETECTED if active else 0)
        if active and self.settings.cad[3]:
            self._continuous = False
            self._raise_irq(flags)
            self._receive(facts.rtc_us(int.from_bytes(self.settings.cad[4:])))
        else:
            self._finish(Mode.STDBY_RC, flags, CommandStatus.OK)

    def _stop_rx_timer(self) -> None:
        if self._rx_timer is not None:
            self._rx_timer.cancel()
        self._rx_timer = None

    def _cancel_forgotten_timer(self) -> None:
        if self._forgotten_timer is not None:
            self._forgotten_timer.cancel()
        self._forgotten_timer = None


def _half_dbm(power_dbm: float) -> int:
    """Return a power as the chip counts it, in half dB below 0 dBm."""
    return max(0, min(255, round(-2 * power_dbm)))
