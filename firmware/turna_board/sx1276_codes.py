"""Settings into the SX1276's registers and its registers into units: pure, integers only.

Sections are those of DS_SX1276-7-8-9_W_APP_V7, errata those of Semtech's errata note.
"""

from turna_protocol.airtime import needs_low_data_rate
from turna_protocol.errors import MisuseError

CRYSTAL_HZ = 32_000_000
LOWEST_POWER_DBM = 2
HIGHEST_POWER_DBM = 20
LOW_BAND_LIMIT_HZ = 525_000_000
# The chip's three bands (table 32); the lowest is used by none of our regions.
_BANDS_HZ = ((410_000_000, 525_000_000), (862_000_000, 1_020_000_000))
# Narrower ones need a TCXO (4.1.1.4), which such boards do not have.
_BANDWIDTH_CODES = {62_500: 6, 125_000: 7, 250_000: 8, 500_000: 9}
_WIDE_HZ = 500_000
_PA_BOOST = 0x80
_MAX_POWER = 0x70  # of the other output; without effect on PA_BOOST
_DAC_NORMAL = 0x84
_DAC_HIGH_POWER = 0x87
_NORMAL_POWER_MAX_DBM = 17
_OCP_ON = 0x20
_OCP_100_MILLIAMPS = 11  # 45 + 5 * 11
_OCP_140_MILLIAMPS = 17  # -30 + 10 * 17
_RSSI_OFFSET_LOW_DBM = -164
_RSSI_OFFSET_HIGH_DBM = -157


def frequency_steps(freq_hz: int) -> int:
    """Return RegFrf for a carrier, in steps of 61.035 Hz, rounded."""
    if not any(low <= freq_hz <= high for low, high in _BANDS_HZ):
        raise MisuseError("freq_hz")
    return ((freq_hz << 19) + CRYSTAL_HZ // 2) // CRYSTAL_HZ


def is_low_band(freq_hz: int) -> bool:
    """Tell which of the two receiver ports a carrier uses."""
    return freq_hz <= LOW_BAND_LIMIT_HZ


def modem_config(sf: int, bandwidth_hz: int, coding_rate: int) -> "tuple[int, int, int]":
    """Return RegModemConfig1 to 3: explicit header, CRC on, automatic gain."""
    if not 7 <= sf <= 12:
        raise MisuseError("sf")  # this chip's SF6 has no header
    if bandwidth_hz not in _BANDWIDTH_CODES:
        raise MisuseError("bandwidth_hz")
    if not 5 <= coding_rate <= 8:
        raise MisuseError("coding_rate")
    low_data_rate = 0x08 if needs_low_data_rate(sf, bandwidth_hz) else 0
    return (
        _BANDWIDTH_CODES[bandwidth_hz] << 4 | (coding_rate - 4) << 1,
        sf << 4 | 0x04,
        (low_data_rate | 0x04),
    )


def output_power(power_dbm: int) -> "tuple[int, int, int]":
    """Return RegPaConfig, RegPaDac and RegOcp for an output at PA_BOOST (5.4.2 to 5.4.4).

    Above 17 dBm the amplifier's supply is raised: the figure counts from 5, and it draws 120 mA.
    """
    if not LOWEST_POWER_DBM <= power_dbm <= HIGHEST_POWER_DBM:
        raise MisuseError("power_dbm")
    if power_dbm > _NORMAL_POWER_MAX_DBM:
        return _PA_BOOST | _MAX_POWER | power_dbm - 5, _DAC_HIGH_POWER, _OCP_ON | _OCP_140_MILLIAMPS
    return _PA_BOOST | _MAX_POWER | power_dbm - 2, _DAC_NORMAL, _OCP_ON | _OCP_100_MILLIAMPS


def receiver_remedies(freq_hz: int, bandwidth_hz: int) -> "tuple[tuple[int, int], ...]":
    """Return the registers and values of errata 2.1 (500 kHz) and 2.3 (spurious reception)."""
    if bandwidth_hz == _WIDE_HZ:
        return (0x36, 0x02), (0x3A, 0x7F if is_low_band(freq_hz) else 0x64), (0x31, 0xC3)
    return (0x36, 0x03), (0x31, 0x43), (0x2F, 0x40), (0x30, 0x00)


def rssi_offset_dbm(freq_hz: int) -> int:
    """Return what a strength of zero means: that depends on the band, not on the output (5.5.5)."""
    return _RSSI_OFFSET_LOW_DBM if is_low_band(freq_hz) else _RSSI_OFFSET_HIGH_DBM


def received_dbm(freq_hz: int, strength: int, snr_db_x4: int) -> int:
    """Return a packet's power; below the noise the strength is that of the noise (5.5.5)."""
    offset_dbm = rssi_offset_dbm(freq_hz)
    if snr_db_x4 < 0:
        return offset_dbm + strength + snr_db_x4 // 4
    return offset_dbm + (strength * 16 + 7) // 15


def signed(byte: int) -> int:
    """Return a byte's value as two's complement."""
    return byte - 256 if byte > 127 else byte
