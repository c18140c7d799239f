"""Settings into the SX1262's bytes and its bytes into units: pure, integers only.

Sections and tables are those of the SX1261/2 datasheet (DS.SX1261-2.W.APP Rev 2.1).
"""

from turna_protocol.airtime import needs_low_data_rate, symbol_us
from turna_protocol.errors import MisuseError

CRYSTAL_HZ = 32_000_000
TIMER_STEPS_PER_MS = 64  # 15.625 us each
LOWEST_POWER_DBM = -9
HIGHEST_POWER_DBM = 22

# Table 13-48, by the names of the bandwidths that turna_protocol.airtime uses.
_BANDWIDTH_CODES = {
    7_800: 0x00,
    10_400: 0x08,
    15_600: 0x01,
    20_800: 0x09,
    31_250: 0x02,
    41_700: 0x0A,
    62_500: 0x03,
    125_000: 0x04,
    250_000: 0x05,
    500_000: 0x06,
}
_TCXO_MILLIVOLTS = (1600, 1700, 1800, 2200, 2400, 2700, 3000, 3300)  # table 13-35
# Table 9-2: image calibration by band, in steps of 4 MHz.
_IMAGE_BANDS = (
    (430_000_000, 440_000_000, 0x6B, 0x6F),
    (470_000_000, 510_000_000, 0x75, 0x81),
    (779_000_000, 787_000_000, 0xC1, 0xC5),
    (863_000_000, 870_000_000, 0xD7, 0xDB),
    (902_000_000, 928_000_000, 0xE1, 0xE9),
)
# Table 13-21: at these outputs the amplifier has a setting that draws less, driven by 22.
_EFFICIENT_PA = {14: (2, 2), 17: (2, 3), 20: (3, 5), 22: (4, 7)}
_FULL_PA = (4, 7)
_DETECTION_SYMBOLS = 8  # symbols of preamble that a receiver woken by duty cycle must see
_HEADER_SYMBOLS = 14  # from the end of a preamble to a valid header, 12.25, and some reserve
_WAKE_US = 1_000  # into and out of sleep, about 500 us each way (9.3)
_TIMER_STEPS_MAX = 0xFFFFFE  # 0xFFFFFF means something else


def frequency_steps(freq_hz: int) -> int:
    """Return SetRfFrequency's argument (13.4.1)."""
    if not 150_000_000 <= freq_hz <= 960_000_000:
        raise MisuseError("freq_hz")
    return ((freq_hz << 25) + CRYSTAL_HZ // 2) // CRYSTAL_HZ


def image_band(freq_hz: int) -> "tuple[int, int]":
    """Return CalibrateImage's arguments (13.1.13); the chip is specified in these bands only."""
    for low_hz, high_hz, first, last in _IMAGE_BANDS:
        if low_hz <= freq_hz <= high_hz:
            return first, last
    raise MisuseError("freq_hz")


def modulation(sf: int, bandwidth_hz: int, coding_rate: int) -> "tuple[int, int, int, int]":
    """Return SetModulationParams' arguments (13.4.5.2)."""
    if not 5 <= sf <= 12:
        raise MisuseError("sf")
    if bandwidth_hz not in _BANDWIDTH_CODES:
        raise MisuseError("bandwidth_hz")
    if not 5 <= coding_rate <= 8:
        raise MisuseError("coding_rate")
    low_data_rate = 1 if needs_low_data_rate(sf, bandwidth_hz) else 0
    return sf, _BANDWIDTH_CODES[bandwidth_hz], coding_rate - 4, low_data_rate


def sync_registers(sync_word: int) -> "tuple[int, int]":
    """Spread an SX127x sync word 0xYZ over the two registers as 0xY4Z4."""
    if not 0 <= sync_word <= 0xFF:
        raise MisuseError("sync_word")
    return sync_word & 0xF0 | 0x04, (sync_word & 0x0F) << 4 | 0x04


def output_power(power_dbm: int) -> "tuple[int, int, int]":
    """Return paDutyCycle, hpMax and the power parameter for an output."""
    if not LOWEST_POWER_DBM <= power_dbm <= HIGHEST_POWER_DBM:
        raise MisuseError("power_dbm")
    if power_dbm in _EFFICIENT_PA:
        duty, hp_max = _EFFICIENT_PA[power_dbm]
        return duty, hp_max, HIGHEST_POWER_DBM
    return _FULL_PA[0], _FULL_PA[1], power_dbm


def tcxo_voltage(millivolts: int) -> int:
    """Return SetDIO3AsTCXOCtrl's code for a voltage (13.3.6)."""
    if millivolts not in _TCXO_MILLIVOLTS:
        raise MisuseError("tcxo_millivolts")
    return _TCXO_MILLIVOLTS.index(millivolts)


def timer_steps(duration_us: int) -> int:
    """Return a duration in the chip's timer steps, rounded up."""
    steps = (duration_us * TIMER_STEPS_PER_MS + 999) // 1000
    if not 0 < steps <= _TIMER_STEPS_MAX:
        raise MisuseError("duration_us")
    return steps


def duty_cycle_us(
    sf: int, bandwidth_hz: int, preamble_symbols: int, tcxo_us: int
) -> "tuple[int, int] | None":
    """Return for how long to listen and to sleep so that no such preamble is slept through.

    None if the preamble is too short to sleep at all.  Having seen a preamble, the chip gives the
    header 2 * listen + sleep to come (13.1.7), so listening is as long as that takes.
    """
    symbol = symbol_us(sf, bandwidth_hz)
    away_us = symbol * (preamble_symbols - 2 * _DETECTION_SYMBOLS)
    sleep_us = away_us - _WAKE_US - tcxo_us
    if sleep_us < 1_000:
        return None
    to_header_us = symbol * (preamble_symbols + _HEADER_SYMBOLS)
    listen_us = max((to_header_us - sleep_us) // 2, symbol * (_DETECTION_SYMBOLS + 1))
    return listen_us, sleep_us


def signed(byte: int) -> int:
    """Return a byte's value as two's complement."""
    return byte - 256 if byte > 127 else byte


def received_dbm(packet_status: bytes) -> int:
    """Return a packet's power from GetPacketStatus (13.5.3).

    Below the noise the first byte measures mostly noise; the third is the signal after despreading.
    """
    below_noise = signed(packet_status[1]) < 0
    return -(packet_status[2 if below_noise else 0] >> 1)
