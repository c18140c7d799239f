"""What the SX1262's datasheet says in numbers: commands, timings, registers, power.

Section and table numbers are those of DS.SX1261-2.W.APP Rev 2.1.  Figures that the datasheet leaves
open are marked as this model's own.
"""

from dataclasses import dataclass
from enum import IntEnum


class Mode(IntEnum):
    """Operating modes as the status byte numbers them (table 13-76), and sleep."""

    SLEEP = 0
    STDBY_RC = 2
    STDBY_XOSC = 3
    FS = 4
    RX = 5
    TX = 6


class CommandStatus(IntEnum):
    """Outcomes as the status byte numbers them (table 13-76)."""

    OK = 1
    DATA_AVAILABLE = 2
    TIMEOUT = 3
    PROCESSING_ERROR = 4
    EXECUTION_FAILURE = 5
    TX_DONE = 6


class Irq(IntEnum):
    """Interrupt flags (table 13-29)."""

    TX_DONE = 1 << 0
    RX_DONE = 1 << 1
    PREAMBLE_DETECTED = 1 << 2
    HEADER_VALID = 1 << 4
    HEADER_ERROR = 1 << 5
    CRC_ERROR = 1 << 6
    CAD_DONE = 1 << 7
    CAD_DETECTED = 1 << 8
    TIMEOUT = 1 << 9


class DeviceError(IntEnum):
    """Device errors (table 13-86)."""

    RC64K_CALIBRATION = 1 << 0
    RC13M_CALIBRATION = 1 << 1
    PLL_CALIBRATION = 1 << 2
    ADC_CALIBRATION = 1 << 3
    IMAGE_CALIBRATION = 1 << 4
    XOSC_START = 1 << 5
    PLL_LOCK = 1 << 6
    PA_RAMP = 1 << 8


# How long BUSY stays high (table 8-2; STM32WL RM0453 table 33 has the same radio).
COLD_START_US = 3_500
WARM_START_US = 340
CALIBRATION_US = 3_500  # all blocks (9.2.2)
IMAGE_CALIBRATION_US = 2_000  # this model's own; the datasheet gives none
RESET_PULSE_US = 100  # 8.1
SWITCHING_US = {
    (Mode.STDBY_RC, Mode.STDBY_XOSC): 31,
    (Mode.STDBY_RC, Mode.FS): 50,
    (Mode.STDBY_RC, Mode.RX): 83,
    (Mode.STDBY_RC, Mode.TX): 126,
    (Mode.STDBY_XOSC, Mode.FS): 40,
    (Mode.STDBY_XOSC, Mode.RX): 62,
    (Mode.STDBY_XOSC, Mode.TX): 105,
    (Mode.FS, Mode.RX): 41,
    (Mode.FS, Mode.TX): 76,
    (Mode.RX, Mode.FS): 15,
    (Mode.RX, Mode.TX): 92,
}
RTC_STEPS_PER_MS = 64  # timeouts count in 15.625 us
CONTINUOUS = 0xFFFFFF

CALIBRATE_IMAGE_BIT = 1 << 6
CALIBRATE_ALL = 0x7F
CALIBRATE_RC_ONLY = 0x03  # what needs no 32 MHz clock
POWER_ON_IMAGE_BAND_MHZ = (900, 932)  # 902 to 928 in steps of 4 (9.2.1)

TCXO_MILLIVOLTS = (1600, 1700, 1800, 2200, 2400, 2700, 3000, 3300)  # table 13-35
BANDWIDTH_HZ = {  # table 13-48
    0x00: 7_800,
    0x08: 10_400,
    0x01: 15_600,
    0x09: 20_800,
    0x02: 31_250,
    0x0A: 41_700,
    0x03: 62_500,
    0x04: 125_000,
    0x05: 250_000,
    0x06: 500_000,
}
FALLBACK_MODES = {0x20: Mode.STDBY_RC, 0x30: Mode.STDBY_XOSC, 0x40: Mode.FS}  # table 13-23
CRYSTAL_HZ = 32_000_000

# Registers (table 12-1) and those of the known limitations (section 15).
REG_IQ_POLARITY = 0x0736
REG_SYNC_WORD = 0x0740
REG_RX_POINTER = 0x0803
REG_TX_MODULATION = 0x0889
REG_RX_GAIN = 0x08AC
REG_TX_CLAMP = 0x08D8
REG_OCP = 0x08E7
REG_RTC_CONTROL = 0x0902
REG_EVENT_MASK = 0x0944
REG_RX_PATCH = 0x08B5  # undocumented
REG_RETENTION = 0x029F
RETENTION_MAX = 4
# What warm sleep forgets unless retained: the list that Semtech's own driver keeps, and the patch.
FORGOTTEN_IN_SLEEP = (REG_RX_GAIN, REG_TX_MODULATION, REG_IQ_POLARITY, REG_RX_PATCH)
RESET_VALUES = {
    REG_IQ_POLARITY: 0x0D,
    REG_SYNC_WORD: 0x14,
    REG_SYNC_WORD + 1: 0x24,
    REG_TX_MODULATION: 0x01,
    REG_RX_GAIN: 0x94,
    REG_TX_CLAMP: 0xC8,
    REG_OCP: 0x18,
    0x0911: 0x05,
    0x0912: 0x05,
}
RX_GAIN_BOOSTED = 0x96
TX_CLAMP_BITS = 0x1E
OCP_SX1262 = 0x38  # 140 mA, set by SetPaConfig for the SX1262 (13.1.14)
OCP_STEP_MILLIAMPS = 2.5

# Highest output by (paDutyCycle, hpMax) at a power parameter of 22 (table 13-21).
PA_ROWS_DBM = {(4, 7): 22, (3, 5): 20, (2, 3): 17, (2, 2): 14}
LOWEST_POWER_DBM = -9
PA_CURRENT_MILLIAMPS = ((22, 118.0), (20, 102.0), (17, 95.0), (14, 90.0), (-9, 60.0))  # table 3-5

# Penalties.  The datasheet names the effects of section 15 without figures: these are this model's.
OPEN_SWITCH_TX_DBM = -20.0
OPEN_SWITCH_RX_DB = 30.0
RX_GAIN_SAVING_DB = 2.0
WRONG_IMAGE_DB = 3.0
POOR_MODULATION_DB = 3.0  # 15.1
CLAMPED_PA_DB = 5.0  # 15.2: "up to 5 to 6 dB lower"
WRONG_IQ_BIT_MAX_LENGTH = 32  # 15.4: "some packet losses for longer packets"
CAD_PEAK_TOLERANCE = 6  # around SF + 13 (AN1200.48)
HIGHEST_SNR_DB = 12.0


@dataclass(frozen=True)
class Wiring:
    """How a board wires the chip: what its driver has to know and cannot ask."""

    tcxo_millivolts: int | None = 1800  # None: a crystal
    tcxo_start_us: int = 1_500
    rf_switch_on_dio2: bool = True
    antenna_matched: bool = False
    amplifier_db: float = 0.0  # behind the chip


def switching_us(before: Mode, after: Mode) -> int:
    """Return how long BUSY is high for a change of mode."""
    return SWITCHING_US.get((before, after), 0)


def rtc_us(steps: int) -> int:
    """Return the microseconds of a count of timer steps."""
    return steps * 1000 // RTC_STEPS_PER_MS


def radiated_dbm(pa: tuple[int, int], power_dbm: int, registers: dict[int, int]) -> float:
    """Return the output power for PaConfig, TxParams and over-current limit together."""
    highest_dbm = PA_ROWS_DBM[pa]
    asked_dbm = highest_dbm - (22 - power_dbm)
    limit_ma = registers[REG_OCP] * OCP_STEP_MILLIAMPS
    affordable = [dbm for dbm, milliamps in PA_CURRENT_MILLIAMPS if milliamps <= limit_ma]
    return float(min(asked_dbm, max(affordable, default=LOWEST_POWER_DBM)))
