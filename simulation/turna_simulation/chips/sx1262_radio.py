"""The radio inside the SX1262: its settings, its modes, and what it does on the air.

Handlers are named after the chip's commands and take their parameter bytes.  What the datasheet
forbids raises `CommandRefusedError`; what it calls a device error is flagged in `errors`.
"""

from collections.abc import Callable

from ..ether import Antenna, Receiver, Reception
from ..lora import Modulation
from ..scheduler import Event, Scheduler
from . import sx1262_facts as facts
from .sx1262_facts import CommandStatus, DeviceError, Irq, Mode, Wiring

PACKET_TYPE_GFSK = 0
PACKET_TYPE_LORA = 1
LORA_MODULATION_PARAMETERS = 4
LORA_PACKET_PARAMETERS = 6
WARM_START_BIT = 1 << 2


class CommandRefusedError(Exception):
    """A command that the chip does not execute."""

    def __init__(self, status: CommandStatus, why: str) -> None:
        super().__init__(why)
        self.status = status


def _malformed(why: str) -> CommandRefusedError:
    return CommandRefusedError(CommandStatus.PROCESSING_ERROR, why)


def _impossible(why: str) -> CommandRefusedError:
    return CommandRefusedError(CommandStatus.EXECUTION_FAILURE, why)


class Radio:
    """Settings, mode machine and receiver of one chip."""

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
        self.forget()

    # Life: power, reset, sleep.

    def forget(self) -> None:
        """Lose every setting, as without supply or in cold sleep."""
        self.mode = Mode.STDBY_RC
        self.cold_sleep = True
        self.command_status = CommandStatus.OK
        self.registers = dict(facts.RESET_VALUES)
        self.fifo = bytearray(256)
        self.irq = self._irq_mask = self._dio1_mask = 0
        self.errors = 0
        self.packet_type = PACKET_TYPE_GFSK
        self.dcdc = False
        self.tcxo_millivolts: int | None = None
        self._tcxo_wait_us = 0
        self._oscillator_runs = False
        self._calibrated = 0
        self._image_band_mhz = (0, 0)
        self.rf_switch = False
        self._freq_hz = 0
        self._modulation_parameters = b""
        self._packet_parameters = b""
        self._pa = (0, 0)
        self._power_dbm: int | None = None
        self._tx_base = self._rx_base = self._rx_pointer = 0
        self._fallback = Mode.STDBY_RC
        self._cad_parameters = b""
        self._stop_on_preamble = False
        self._continuous = False
        self._duty_us: tuple[int, int] | None = None
        self._implicit_timer: Event | None = None
        self.rx_length = self.rx_start = 0
        self.packet_status = bytes(3)
        self._counts = [0, 0, 0]
        self._raise_irq(0)

    def start_cold(self) -> None:
        """Begin anew after power-on, reset or cold sleep: calibrate what the clocks allow."""
        self.forget()
        self.cold_sleep = False
        self._calibrate(facts.CALIBRATE_ALL)
        self._image_band_mhz = facts.POWER_ON_IMAGE_BAND_MHZ

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
        if self._implicit_timer is not None:
            self._implicit_timer.cancel()
        if parameters[0] & WARM_START_BIT:
            self._sleep_warm()
        else:
            self.forget()
        self.mode = Mode.SLEEP
        self._hold_busy(0)

    def _sleep_warm(self) -> None:
        self.fifo = bytearray(256)
        self._oscillator_runs = False
        self.irq = 0
        self._raise_irq(0)
        retained = self.registers.get(facts.REG_RETENTION, 0)
        kept = {
            self.register(facts.REG_RETENTION + 1 + 2 * i) << 8
            | self.register(facts.REG_RETENTION + 2 + 2 * i)
            for i in range(retained)
        }
        if facts.REG_RX_GAIN not in kept:
            self.registers[facts.REG_RX_GAIN] = facts.RESET_VALUES[facts.REG_RX_GAIN]
        self.mode = Mode.SLEEP

    @property
    def in_duty_cycle(self) -> bool:
        """Tell whether the chip wakes and sleeps by itself."""
        return self._duty_us is not None

    # Clocks and calibration.

    def set_tcxo(self, parameters: bytes) -> None:
        """SetDIO3AsTCXOCtrl (13.3.6)."""
        if parameters[0] >= len(facts.TCXO_MILLIVOLTS):
            raise _malformed("no such TCXO voltage")
        self.tcxo_millivolts = facts.TCXO_MILLIVOLTS[parameters[0]]
        self._tcxo_wait_us = facts.rtc_us(int.from_bytes(parameters[1:]))

    def calibrate(self, parameters: bytes) -> None:
        """Calibrate (13.1.12)."""
        if parameters[0] & ~facts.CALIBRATE_ALL:
            raise _malformed("reserved calibration bit")
        wait_us = self._oscillator_wait_us()
        self._calibrate(parameters[0])
        if parameters[0] & facts.CALIBRATE_IMAGE_BIT:
            self._image_band_mhz = facts.POWER_ON_IMAGE_BAND_MHZ
        self._hold_busy(facts.CALIBRATION_US + wait_us)

    def calibrate_image(self, parameters: bytes) -> None:
        """CalibrateImage (13.1.13), bounds in steps of 4 MHz, odd as in table 9-2."""
        low, high = parameters
        if low > high or not low & high & 1:
            self.errors |= DeviceError.IMAGE_CALIBRATION
            raise _impossible("no valid image calibration band")
        wait_us = self._start_oscillator()
        self._image_band_mhz = (4 * low, 4 * high)
        self._calibrated |= facts.CALIBRATE_IMAGE_BIT
        self._rest()
        self._hold_busy(facts.IMAGE_CALIBRATION_US + wait_us)

    def _calibrate(self, blocks: int) -> None:
        if self._oscillator_starts():
            self._calibrated |= blocks
            return
        self.errors |= DeviceError.XOSC_START
        self._calibrated |= blocks & facts.CALIBRATE_RC_ONLY
        failed = blocks & ~facts.CALIBRATE_RC_ONLY
        self._calibrated &= ~failed
        for bit, error in ((2, DeviceError.PLL_CALIBRATION), (3, DeviceError.ADC_CALIBRATION)):
            self.errors |= error if failed >> bit & 1 else 0

    def _oscillator_starts(self) -> bool:
        needed = self._wiring.tcxo_millivolts
        if needed is None:
            return True
        given = self.tcxo_millivolts
        enough = given is not None and given >= needed
        return enough and self._tcxo_wait_us >= self._wiring.tcxo_start_us

    def _oscillator_wait_us(self) -> int:
        waits = self.tcxo_millivolts is not None and not self._oscillator_runs
        return self._tcxo_wait_us if waits else 0

    def _start_oscillator(self) -> int:
        """Return how long it takes to have the 32 MHz clock; refuse if it does not start."""
        wait_us = self._oscillator_wait_us()
        if not self._oscillator_starts():
            self.errors |= DeviceError.XOSC_START
            self._rest()
            raise _impossible("the 32 MHz oscillator does not start")
        self._oscillator_runs = True
        return wait_us

    def _rest(self) -> None:
        """Let the oscillator stop if the mode does not need it."""
        if self.mode in (Mode.STDBY_RC, Mode.SLEEP):
            self._oscillator_runs = False

    # Settings.

    def write_register(self, parameters: bytes) -> None:
        """WriteRegister (13.2.1)."""
        address = int.from_bytes(parameters[:2])
        for i, value in enumerate(parameters[2:]):
            self.registers[address + i] = value
        timer_stopped = self.register(facts.REG_RTC_CONTROL) == 0
        if address == facts.REG_EVENT_MASK and parameters[2] & 2 and timer_stopped:
            self._stop_implicit_timer()

    def register(self, address: int) -> int:
        """Return what ReadRegister reads."""
        if address == facts.REG_RX_POINTER:
            return self._rx_pointer
        return self.registers.get(address, 0)

    def write_buffer(self, parameters: bytes) -> None:
        """WriteBuffer (13.2.3)."""
        for i, value in enumerate(parameters[1:]):
            self.fifo[(parameters[0] + i) % 256] = value

    def set_regulator(self, parameters: bytes) -> None:
        """SetRegulatorMode (13.1.11)."""
        self.dcdc = bool(parameters[0])

    def set_rf_switch(self, parameters: bytes) -> None:
        """SetDIO2AsRfSwitchCtrl (13.3.5)."""
        self.rf_switch = bool(parameters[0])

    def set_frequency(self, parameters: bytes) -> None:
        """SetRfFrequency (13.4.1)."""
        freq_hz = int.from_bytes(parameters) * facts.CRYSTAL_HZ + (1 << 24) >> 25
        if not 150_000_000 <= freq_hz <= 960_000_000:
            raise _malformed("frequency out of range")
        self._freq_hz = freq_hz

    def set_packet_type(self, parameters: bytes) -> None:
        """SetPacketType (13.4.2); the other packet type's parameters are void."""
        if parameters[0] not in (PACKET_TYPE_GFSK, PACKET_TYPE_LORA):
            raise _malformed("no such packet type")
        self.packet_type = parameters[0]
        self._modulation_parameters = self._packet_parameters = b""

    def set_modulation(self, parameters: bytes) -> None:
        """SetModulationParams (13.4.5): their number depends on the packet type."""
        if self.packet_type != PACKET_TYPE_LORA or len(parameters) != LORA_MODULATION_PARAMETERS:
            raise _malformed("modulation parameters of another packet type")
        sf, bandwidth, coding_rate, low_data_rate = parameters
        if not 5 <= sf <= 12 or bandwidth not in facts.BANDWIDTH_HZ or low_data_rate > 1:
            raise _malformed("modulation parameter out of range")
        if not 1 <= coding_rate <= 4:
            raise _malformed("coding rate out of range")
        self._modulation_parameters = parameters

    def set_packet_params(self, parameters: bytes) -> None:
        """SetPacketParams (13.4.6): after the modulation, and as many as the packet type has."""
        if self.packet_type != PACKET_TYPE_LORA or len(parameters) != LORA_PACKET_PARAMETERS:
            raise _malformed("packet parameters of another packet type")
        if not self._modulation_parameters:
            raise _impossible("packet parameters before modulation parameters")
        if parameters[:2] == b"\0\0" or max(parameters[2], parameters[4], parameters[5]) > 1:
            raise _malformed("packet parameter out of range")
        self._packet_parameters = parameters

    def set_pa_config(self, parameters: bytes) -> None:
        """SetPaConfig (13.1.14); sets the over-current limit too."""
        duty, hp_max, device, lut = parameters
        if device != 0 or lut != 1:
            raise _malformed("PA configuration of another chip")
        if (duty, hp_max) not in facts.PA_ROWS_DBM:
            raise _malformed("PA configuration that the datasheet does not give")
        self._pa = (duty, hp_max)
        self.registers[facts.REG_OCP] = facts.OCP_SX1262

    def set_tx_params(self, parameters: bytes) -> None:
        """SetTxParams (13.4.4)."""
        power_dbm = parameters[0] - 256 if parameters[0] > 127 else parameters[0]
        if not facts.LOWEST_POWER_DBM <= power_dbm <= 22 or parameters[1] > 7:
            raise _malformed("power or ramp time out of range")
        self._power_dbm = power_dbm

    def set_buffer_base(self, parameters: bytes) -> None:
        """SetBufferBaseAddress (13.4.8)."""
        self._tx_base, self._rx_base = parameters

    def set_fallback(self, parameters: bytes) -> None:
        """SetRxTxFallbackMode (13.1.15)."""
        if parameters[0] not in facts.FALLBACK_MODES:
            raise _malformed("no such fallback mode")
        self._fallback = facts.FALLBACK_MODES[parameters[0]]

    def set_stop_on_preamble(self, parameters: bytes) -> None:
        """StopTimerOnPreamble (13.1.6)."""
        self._stop_on_preamble = bool(parameters[0])

    def set_cad_params(self, parameters: bytes) -> None:
        """SetCadParams (13.4.7)."""
        if parameters[0] > 4 or parameters[3] > 1:
            raise _malformed("CAD parameter out of range")
        self._cad_parameters = parameters

    # Interrupts, errors, counts.

    def set_dio_irq(self, parameters: bytes) -> None:
        """SetDioIrqParams (13.3.1)."""
        self._irq_mask = int.from_bytes(parameters[:2])
        self._dio1_mask = int.from_bytes(parameters[2:4])
        self._raise_irq(0)

    def clear_irq(self, parameters: bytes) -> None:
        """ClearIrqStatus (13.3.4)."""
        self.irq &= ~int.from_bytes(parameters)
        self._raise_irq(0)

    def clear_errors(self, _: bytes) -> None:
        """ClearDeviceErrors (13.6.2)."""
        self.errors = 0

    def reset_stats(self, _: bytes) -> None:
        """ResetStats (13.5.6)."""
        self._counts = [0, 0, 0]

    def stats(self) -> bytes:
        """Return what GetStats reads: packets, CRC errors, header errors."""
        return b"".join((count & 0xFFFF).to_bytes(2) for count in self._counts)

    def rssi_now(self) -> int:
        """Return what GetRssiInst reads; meaningless unless receiving."""
        if self.mode is not Mode.RX:
            return 0
        return self._half_dbm(self._antenna.rssi_dbm(self._receiver()))

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
            raise _malformed("no such standby mode")
        self.stop()
        before, self.mode = self.mode, Mode.STDBY_RC
        if parameters[0]:
            wait_us = self._start_oscillator()
            self.mode = Mode.STDBY_XOSC
            self._hold_busy(facts.switching_us(before, self.mode) + wait_us)
        self._rest()

    def set_fs(self, _: bytes) -> None:
        """SetFs (13.1.3)."""
        self.stop()
        self._enter(Mode.FS, lambda: None)

    def set_tx(self, parameters: bytes) -> None:
        """SetTx (13.1.4)."""
        if self._power_dbm is None or self._pa == (0, 0):
            raise _impossible("no output power set")
        self._check_ready()
        self.stop()
        timeout_us = facts.rtc_us(int.from_bytes(parameters))
        self._enter(Mode.TX, lambda: self._transmit(timeout_us))

    def set_rx(self, parameters: bytes) -> None:
        """SetRx (13.1.5): no timeout, a timeout, or continuous."""
        self._check_ready()
        self.stop()
        steps = int.from_bytes(parameters)
        self._continuous = steps == facts.CONTINUOUS
        timeout_us = 0 if self._continuous else facts.rtc_us(steps)
        self._enter(Mode.RX, lambda: self._receive(timeout_us))

    def set_rx_duty_cycle(self, parameters: bytes) -> None:
        """SetRxDutyCycle (13.1.7): listen, sleep with settings kept, and so on until a packet."""
        self._check_ready()
        rx_us = facts.rtc_us(int.from_bytes(parameters[:3]))
        sleep_us = facts.rtc_us(int.from_bytes(parameters[3:]))
        if not rx_us or not sleep_us:
            raise _malformed("duty cycle without listening or without sleep")
        self.stop()
        self._continuous = False
        self._duty_us = (rx_us, sleep_us)
        self._enter(Mode.RX, lambda: self._receive(rx_us))

    def set_cad(self, _: bytes) -> None:
        """SetCad (13.1.8)."""
        self._check_ready()
        if not self._cad_parameters:
            raise _impossible("no CAD parameters set")
        self.stop()
        self._enter(Mode.RX, self._detect_activity)

    def _check_ready(self) -> None:
        if not self._modulation_parameters or not self._packet_parameters:
            raise _impossible("modulation or packet parameters missing")
        if not self._freq_hz:
            raise _impossible("no frequency set")

    def _enter(self, mode: Mode, then: Callable[[], None]) -> None:
        before = self.mode
        wait_us = self._start_oscillator()
        if not self._calibrated >> 2 & 1:
            self.errors |= DeviceError.PLL_LOCK
            self.mode = Mode.STDBY_RC
            self._rest()
            raise _impossible("the PLL was never calibrated")
        self.mode = mode
        switching_us = facts.switching_us(before, mode) + wait_us
        self._hold_busy(switching_us)
        self._later(switching_us, then)

    def _later(self, delay_us: int, action: Callable[[], None]) -> Event:
        event = self._scheduler.after(delay_us, action)
        self._timers = [timer for timer in self._timers if timer.pending]
        self._timers.append(event)
        return event

    def _finish(self, mode: Mode, flags: int, status: CommandStatus) -> None:
        self.stop()
        self.mode = mode
        self._rest()
        self.command_status = status
        self._raise_irq(flags)

    # Transmission.

    def _transmit(self, timeout_us: int) -> None:
        length = self._packet_parameters[3]
        payload = bytes(self.fifo[(self._tx_base + i) % 256] for i in range(length))
        sent = self._antenna.transmit(
            self._modulation(), payload, self._radiated_dbm(), self._impairment_db()
        )
        done_us = sent.end_us - self._scheduler.now_us
        if 0 < timeout_us < done_us:
            self._later(timeout_us, self._time_out)
        else:
            self._later(done_us, self._sent)

    def _sent(self) -> None:
        self._finish(self._fallback, Irq.TX_DONE, CommandStatus.TX_DONE)

    def _radiated_dbm(self) -> float:
        assert self._power_dbm is not None
        if self._wiring.rf_switch_on_dio2 and not self.rf_switch:
            return facts.OPEN_SWITCH_TX_DBM
        power_dbm = facts.radiated_dbm(self._pa, self._power_dbm, self.registers)
        clamped = self.register(facts.REG_TX_CLAMP) & facts.TX_CLAMP_BITS != facts.TX_CLAMP_BITS
        if clamped and not self._wiring.antenna_matched:
            power_dbm -= facts.CLAMPED_PA_DB
        return power_dbm

    def _impairment_db(self) -> float:
        """Return what a wrong bit 2 of 0x0889 costs the receivers (15.1)."""
        is_500_khz = self._modulation().bandwidth_hz == 500_000
        bit_set = bool(self.register(facts.REG_TX_MODULATION) & 4)
        return facts.POOR_MODULATION_DB if bit_set is is_500_khz else 0.0

    # Reception.

    def _receive(self, timeout_us: int) -> None:
        self._rx_pointer = self._rx_base
        self._listen()
        if timeout_us:
            self._rx_timer = self._scheduler.after(timeout_us, self._time_out)

    def _listen(self) -> None:
        self._antenna.listen(self._receiver(), self)

    def _receiver(self) -> Receiver:
        worse_db = 0.0
        if self.register(facts.REG_RX_GAIN) != facts.RX_GAIN_BOOSTED:
            worse_db += facts.RX_GAIN_SAVING_DB
        low_mhz, high_mhz = self._image_band_mhz
        if not low_mhz * 1_000_000 <= self._freq_hz <= high_mhz * 1_000_000:
            worse_db += facts.WRONG_IMAGE_DB
        open_switch = self._wiring.rf_switch_on_dio2 and not self.rf_switch
        return Receiver(
            modulation=self._modulation(),
            attenuation_db=facts.OPEN_SWITCH_RX_DB if open_switch else 0.0,
            desensitised_db=worse_db,
        )

    def _modulation(self) -> Modulation:
        sf, bandwidth, coding_rate, low_data_rate = self._modulation_parameters
        packet = self._packet_parameters
        sync_word = self.register(facts.REG_SYNC_WORD) << 8 | self.register(facts.REG_SYNC_WORD + 1)
        return Modulation(
            freq_hz=self._freq_hz,
            bandwidth_hz=facts.BANDWIDTH_HZ[bandwidth],
            sf=sf,
            coding_rate=coding_rate + 4,
            low_data_rate=bool(low_data_rate),
            preamble_symbols=int.from_bytes(packet[:2]),
            sync_word=sync_word,
            iq_inverted=bool(packet[5]),
            explicit_header=not packet[2],
            crc=bool(packet[4]),
            payload_length=packet[3],
        )

    def preamble_detected(self) -> None:
        """Hear from the ether that a packet begins."""
        self._raise_irq(Irq.PREAMBLE_DETECTED)
        if self._duty_us is not None:
            # 13.1.7: a preamble restarts the timer with 2 * rxPeriod + sleepPeriod.
            self._stop_rx_timer()
            rx_us, sleep_us = self._duty_us
            self._rx_timer = self._scheduler.after(2 * rx_us + sleep_us, self._time_out)
        elif self._stop_on_preamble:
            self._stop_rx_timer()

    def header_received(self, *, intact: bool) -> None:
        """Hear from the ether how the header came through."""
        if intact:
            self._stop_rx_timer()
            self._raise_irq(Irq.HEADER_VALID)
            return
        self._counts[2] += 1
        self._raise_irq(Irq.HEADER_ERROR)

    def packet_received(self, reception: Reception) -> None:
        """Hear from the ether that a packet has ended."""
        length = len(reception.payload)
        explicit = not self._packet_parameters[2]
        if explicit and length > self._packet_parameters[3]:
            self.header_received(intact=False)
            return
        self._store(reception.payload)
        self._measure(reception)
        damaged = not reception.intact or self._wrong_iq_bit(length)
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
        if not explicit and self._rx_timer is not None:
            self._implicit_timer, self._rx_timer = self._rx_timer, None  # 15.3: it runs on
        self._finish(self._fallback, flags, CommandStatus.DATA_AVAILABLE)

    def _store(self, payload: bytes) -> None:
        self.rx_start, self.rx_length = self._rx_pointer, len(payload)
        for i, value in enumerate(payload):
            self.fifo[(self.rx_start + i) % 256] = value
        self._rx_pointer = (self.rx_start + len(payload)) % 256

    def _measure(self, reception: Reception) -> None:
        snr_x4 = round(4 * min(reception.snr_db, facts.HIGHEST_SNR_DB))
        self.packet_status = bytes(
            (
                self._half_dbm(reception.total_dbm),
                snr_x4 & 0xFF,
                self._half_dbm(reception.signal_dbm),
            )
        )

    def _wrong_iq_bit(self, length: int) -> bool:
        """Tell whether bit 2 of 0x0736 contradicts the polarity and a packet suffers (15.4)."""
        bit_set = bool(self.register(facts.REG_IQ_POLARITY) & 4)
        inverted = bool(self._packet_parameters[5])
        return bit_set is inverted and length > facts.WRONG_IQ_BIT_MAX_LENGTH

    @staticmethod
    def _half_dbm(power_dbm: float) -> int:
        return max(0, min(255, round(-2 * power_dbm)))

    # Timeouts, duty cycle, activity detection.

    def _time_out(self) -> None:
        self._rx_timer = None
        if self._duty_us is not None:
            self._doze(*self._duty_us)
            return
        self._implicit_timer = None
        self._finish(Mode.STDBY_RC, Irq.TIMEOUT, CommandStatus.TIMEOUT)

    def _doze(self, rx_us: int, sleep_us: int) -> None:
        self._antenna.stop_listening()
        self._sleep_warm()
        self._hold_busy(0)
        self._later(sleep_us, lambda: self._look_again(rx_us))

    def _look_again(self, rx_us: int) -> None:
        self.mode = Mode.STDBY_RC
        start_us = facts.WARM_START_US + self._start_oscillator()
        self.mode = Mode.RX
        start_us += facts.switching_us(Mode.STDBY_RC, Mode.RX)
        self._hold_busy(start_us)
        self._later(start_us, lambda: self._receive(rx_us))

    def _detect_activity(self) -> None:
        since_us = self._scheduler.now_us
        duration_us = self._modulation().symbols_us(1 << self._cad_parameters[0])
        self._later(duration_us, lambda: self._activity_detected(since_us))

    def _activity_detected(self, since_us: int) -> None:
        _, peak, _, exit_mode = self._cad_parameters[:4]
        offset = peak - (self._modulation_parameters[0] + 13)
        active = self._antenna.hears_chirps(self._receiver(), since_us)
        if abs(offset) > facts.CAD_PEAK_TOLERANCE:
            active = offset < 0  # a low threshold sees chirps in noise, a high one sees none
        flags = Irq.CAD_DONE | (Irq.CAD_DETECTED if active else 0)
        if active and exit_mode:
            timeout_us = facts.rtc_us(int.from_bytes(self._cad_parameters[4:]))
            self._continuous = False
            self._raise_irq(flags)
            self._receive(timeout_us)
            return
        self._finish(Mode.STDBY_RC, flags, CommandStatus.OK)

    def _stop_rx_timer(self) -> None:
        if self._rx_timer is not None:
            self._rx_timer.cancel()
        self._rx_timer = None

    def _stop_implicit_timer(self) -> None:
        if self._implicit_timer is not None:
            self._implicit_timer.cancel()
        self._implicit_timer = None
