"""What the SX1276's datasheet says in numbers: registers, timings, power.

Sections and tables are those of DS_SX1276-7-8-9_W_APP_V7, errata those of its errata note.  Figures
that both leave open are marked as this model's own.
"""

from dataclasses import dataclass
from enum import IntEnum


class Mode(IntEnum):
    """Operating modes as RegOpMode numbers them (table 41)."""

    SLEEP = 0
    STANDBY = 1
    FSTX = 2
    TX = 3
    FSRX = 4
    RX_CONTINUOUS = 5
    RX_SINGLE = 6
    CAD = 7


class Irq(IntEnum):
    """Interrupt flags (RegIrqFlags)."""

    CAD_DETECTED = 1 << 0
    CAD_DONE = 1 << 2
    TX_DONE = 1 << 3
    VALID_HEADER = 1 << 4
    CRC_ERROR = 1 << 5
    RX_DONE = 1 << 6
    RX_TIMEOUT = 1 << 7


VERSION = 0x12
CRYSTAL_HZ = 32_000_000
LONG_RANGE = 0x80

RESET_PULSE_US = 100  # 7.2.2
START_US = 5_000  # 7.2.2: "wait 5 ms before using the chip"
OSCILLATOR_US = 250  # table 7, TS_OSC
TCXO_START_US = 2_000  # of a part outside the chip: this model's own
SWITCHING_US = 120  # table 7, standby to transmission or reception: TS_FS and TS_TR or TS_RE
IMAGE_CALIBRATION_US = 10_000  # 2.1.3.8
CAD_CHIPS = 32  # beside one symbol of listening (4.1.6)
CAD_PROCESSING_SYMBOLS = 0.75  # between 0.6 and 1.0 by spreading factor (figure 14)

# Registers with a meaning here (table 41).
FIFO, OP_MODE, FRF, PA_CONFIG, OCP, LNA = 0x00, 0x01, 0x06, 0x09, 0x0B, 0x0C
FIFO_POINTER, TX_BASE, RX_BASE, RX_CURRENT = 0x0D, 0x0E, 0x0F, 0x10
IRQ_MASK, IRQ_FLAGS, RX_LENGTH, MODEM_STATUS = 0x11, 0x12, 0x13, 0x18
PACKET_SNR, PACKET_RSSI, RSSI, HOP_CHANNEL = 0x19, 0x1A, 0x1B, 0x1C
MODEM_1, MODEM_2, SYMBOL_TIMEOUT, PREAMBLE = 0x1D, 0x1E, 0x1F, 0x20
PAYLOAD_LENGTH, MAX_PAYLOAD, RX_BYTE, MODEM_3 = 0x22, 0x23, 0x25, 0x26
IF_1, IF_2, DETECT_OPTIMIZE, INVERT_IQ, WIDE_1 = 0x2F, 0x30, 0x31, 0x33, 0x36
DETECT_THRESHOLD, SYNC_WORD, WIDE_2, IMAGE_CALIBRATION = 0x37, 0x39, 0x3A, 0x3B
DIO_MAPPING, VERSION_AT, PA_DAC = 0x40, 0x42, 0x4D

COMMON_RESET = {
    OP_MODE: 0x09, FRF: 0x6C, FRF + 1: 0x80, FRF + 2: 0x00, PA_CONFIG: 0x4F, 0x0A: 0x09, OCP: 0x2B,
    LNA: 0x20, VERSION_AT: VERSION, 0x44: 0x2D, 0x4B: 0x09, PA_DAC: 0x84, 0x70: 0xD0,
}  # fmt: skip
LORA_RESET = {
    TX_BASE: 0x80, MODEM_1: 0x72, MODEM_2: 0x70, SYMBOL_TIMEOUT: 0x64, PREAMBLE + 1: 0x08,
    PAYLOAD_LENGTH: 0x01, MAX_PAYLOAD: 0xFF, IF_1: 0x20, DETECT_OPTIMIZE: 0xC3, INVERT_IQ: 0x27,
    WIDE_1: 0x03, DETECT_THRESHOLD: 0x0A, SYNC_WORD: 0x12, WIDE_2: 0x20, 0x3B: 0x1D,
}  # fmt: skip
FSK_RESET = {IMAGE_CALIBRATION: 0x82}
PAGED = range(0x0D, 0x40)  # these addresses mean something else in FSK mode
READ_ONLY = (RX_CURRENT, RX_LENGTH, *range(0x14, 0x1D), RX_BYTE, *range(0x28, 0x2D), VERSION_AT)
# Taken in every mode; configuration only in sleep, standby and FSTX (4.1.3).
ALWAYS_WRITABLE = (FIFO, OP_MODE, FIFO_POINTER, IRQ_MASK, IRQ_FLAGS, DIO_MAPPING, DIO_MAPPING + 1)
CONFIGURABLE = (Mode.SLEEP, Mode.STANDBY, Mode.FSTX)

BANDWIDTH_HZ = (  # ModemConfig1
    7_800, 10_400, 15_600, 20_800, 31_250, 41_700, 62_500, 125_000, 250_000, 500_000
)  # fmt: skip
BANDS_HZ = ((137_000_000, 175_000_000), (410_000_000, 525_000_000), (862_000_000, 1_020_000_000))
LOW_BAND_LIMIT_HZ = 525_000_000
RSSI_OFFSET_LOW_DBM, RSSI_OFFSET_HIGH_DBM = -164, -157  # 5.5.5
# Which flag a DIO shows, by the two bits of its mapping (table 18).
DIO_0 = (Irq.RX_DONE, Irq.TX_DONE, Irq.CAD_DONE, 0)
DIO_1 = (Irq.RX_TIMEOUT, 0, Irq.CAD_DETECTED, 0)
PA_CURRENT_MILLIAMPS = ((20, 120), (17, 87), (13, 60), (7, 40), (2, 30))  # table 6 and 5.4.4
HIGH_POWER_DAC = 0x87

# Penalties: the datasheet and the errata name the effects without figures; these are this model's.
UNCONNECTED_OUTPUT_DBM = -20.0
WRONG_IMAGE_DB = 3.0
IMAGE_REACH_HZ = 20_000_000
SPURIOUS_DB = 3.0  # erratum 2.3
WIDE_BAND_DB = 3.0  # erratum 2.1
LNA_SAVING_DB = 2.0  # above 862 MHz, without LnaBoostHf
DEAF_DB = 200.0  # detection set up for another spreading factor
HIGHEST_SNR_DB = 12.0


@dataclass(frozen=True)
class Wiring:
    """What a board connects: all of ours use the strong output only."""

    pa_boost: bool = True
    rfo: bool = False
    tcxo: bool = False  # a clock from outside, which somebody has to switch on


def current_limit_milliamps(ocp: int) -> int:
    """Return what RegOcp allows the amplifier (5.4.4)."""
    trim = ocp & 0x1F
    if not ocp & 0x20:
        return 1_000
    if trim <= 15:
        return 45 + 5 * trim
    return -30 + 10 * trim if trim <= 27 else 240


def radiated_dbm(wiring: Wiring, pa_config: int, pa_dac: int, ocp: int) -> float:
    """Return the output power for the registers that decide it (5.4.2, 5.4.3)."""
    output = pa_config & 0x0F
    if pa_config & 0x80:
        connected, asked_dbm = wiring.pa_boost, output + 2.0
        if pa_dac & 0x07 == HIGH_POWER_DAC & 0x07:
            asked_dbm += 3
    else:
        connected, asked_dbm = wiring.rfo, 10.8 + 0.6 * (pa_config >> 4 & 7) - 15 + output
    limit = current_limit_milliamps(ocp)
    affordable = [dbm for dbm, milliamps in PA_CURRENT_MILLIAMPS if milliamps <= limit]
    if not connected:
        return UNCONNECTED_OUTPUT_DBM
    return float(min(asked_dbm, max(affordable, default=0)))


def spread_sync_word(word: int) -> int:
    """Return a sync word as the SX126x has it in two registers."""
    return (word & 0xF0 | 4) << 8 | (word & 0x0F) << 4 | 4
