"""Exact LoRa time on air, in whole microseconds, for SX126x and SX127x."""

from .errors import MisuseError

SX126X = "sx126x"
SX127X = "sx127x"

# Microseconds per chip.  The names of the bandwidths are rounded: each is 500 kHz divided by a
# whole number (SX1276 DS table 10), so the times are whole.
CHIP_US = {
    7_800: 128,
    10_400: 96,
    15_600: 64,
    20_800: 48,
    31_250: 32,
    41_700: 24,
    62_500: 16,
    125_000: 8,
    250_000: 4,
    500_000: 2,
}
_LOW_DATA_RATE_SYMBOL_US = 16_000  # SX1261/2 DS 6.1.1.4, SX1276 DS 4.1.1.6
_PAYLOAD_BYTES_MAX = 255


def symbol_us(sf: int, bandwidth_hz: int) -> int:
    """Return the time of one symbol."""
    return CHIP_US[bandwidth_hz] << sf


def needs_low_data_rate(sf: int, bandwidth_hz: int) -> bool:
    """Say whether the low data rate optimisation has to be on; the one place with this rule."""
    return symbol_us(sf, bandwidth_hz) >= _LOW_DATA_RATE_SYMBOL_US


def airtime_us(
    chip: str,
    payload_length: int,
    *,
    sf: int,
    bandwidth_hz: int,
    coding_rate: int,
    preamble_symbols: int,
    explicit_header: bool = True,
    crc: bool = True,
    low_data_rate: bool | None = None,
) -> int:
    """Return the time on air.  `coding_rate` is the denominator, 5 to 8.

    `low_data_rate` overrides the rule, for radios that were told so.
    """
    _check(chip, payload_length, sf, bandwidth_hz, coding_rate)
    if low_data_rate is None:
        low_data_rate = needs_low_data_rate(sf, bandwidth_hz)
    short = sf < 7 and chip == SX126X
    bits = 8 * payload_length - 4 * sf + (16 if crc else 0) + (20 if explicit_header else 0)
    if not short:
        bits += 8  # SX1261/2 DS 6.1.4; SX1276 DS 4.1.1.7 writes 28 - 20 * IH
    bits_per_block = 4 * (sf - 2 if low_data_rate else sf)
    blocks = -(-max(bits, 0) // bits_per_block)
    quarters = 4 * preamble_symbols + (25 if short else 17) + 32 + 4 * blocks * coding_rate
    return quarters * symbol_us(sf, bandwidth_hz) // 4


def _check(chip: str, payload_length: int, sf: int, bandwidth_hz: int, coding_rate: int) -> None:
    if chip not in (SX126X, SX127X):
        raise MisuseError("chip")
    if not 0 <= payload_length <= _PAYLOAD_BYTES_MAX:
        raise MisuseError("payload_length")
    if bandwidth_hz not in CHIP_US:
        raise MisuseError("bandwidth_hz")
    if not (5 if chip == SX126X else 6) <= sf <= 12:
        raise MisuseError("sf")
    if not 5 <= coding_rate <= 8:
        raise MisuseError("coding_rate")
