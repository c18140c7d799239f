"""LoRa as the air sees it: a modulation, its symbols in time, its limits of hearing.

Computed from the coding's structure (blocks of nibbles), independently of the protocol's closed
formula, so that each can be tested against the other.
"""

import math
from dataclasses import dataclass

# Ratio of signal to noise at which a packet can just be demodulated (SX1261/2 DS 6.1.1.1).
SNR_FLOOR_DB = {5: -2.5, 6: -5.0, 7: -7.5, 8: -10.0, 9: -12.5, 10: -15.0, 11: -17.5, 12: -20.0}
# Gives -124 dBm at SF7 and -137 dBm at SF12 in 125 kHz (SX1261/2 DS table 3-8, boosted gain).
NOISE_FIGURE_DB = 6.0
THERMAL_NOISE_DBM_PER_HZ = -174.0
# The preamble is followed by two sync symbols and 2.25 of down-chirps (SX1261/2 DS 6.1.1.2).
SYNC_QUARTERS = 17
SYNC_QUARTERS_SF5_SF6 = 25
HEADER_SYMBOLS = 8  # the first block, always coded 4/8
HEADER_NIBBLES = 5
CRC_NIBBLES = 4


@dataclass(frozen=True)
class Modulation:
    """All that a receiver must share with a sender, and the shape of one packet."""

    freq_hz: int
    bandwidth_hz: int
    sf: int
    coding_rate: int  # the x of 4/x, 5 to 8
    low_data_rate: bool
    preamble_symbols: int
    sync_word: int  # as in the chip's two registers, 0x1424 for a private network
    iq_inverted: bool = False
    explicit_header: bool = True
    crc: bool = True
    payload_length: int = 0  # meaningful to a receiver only without a header

    def quarter_symbols_us(self, quarters: int) -> int:
        """Return how long so many quarters of a symbol last."""
        # Every bandwidth is 500 kHz divided by a whole number; their names in Hz are rounded.
        chip_us = 2 * round(500_000 / self.bandwidth_hz)
        return (quarters * chip_us << self.sf) // 4

    def symbols_us(self, count: int) -> int:
        """Return how long so many whole symbols last."""
        return self.quarter_symbols_us(4 * count)

    def preamble_us(self) -> int:
        """Return the time from the start of a packet to the end of its preamble."""
        return self.symbols_us(self.preamble_symbols)

    def header_us(self) -> int:
        """Return the time from the start of a packet to the end of its first block."""
        quarters = 4 * self.preamble_symbols + self._sync_quarters() + 4 * HEADER_SYMBOLS
        return self.quarter_symbols_us(quarters)

    def airtime_us(self, payload_length: int) -> int:
        """Return the time from the start of a packet of this length to its end."""
        quarters = 4 * self.preamble_symbols + self._sync_quarters() + 4 * HEADER_SYMBOLS
        quarters += 4 * self._payload_symbols(payload_length)
        return self.quarter_symbols_us(quarters)

    def noise_dbm(self) -> float:
        """Return the noise of a receiver at its best gain in this bandwidth."""
        return THERMAL_NOISE_DBM_PER_HZ + 10 * math.log10(self.bandwidth_hz) + NOISE_FIGURE_DB

    def on_same_carrier(self, other: "Modulation") -> bool:
        """Tell whether a receiver tuned here locks to the other's carrier (SX1261/2 DS 6.1.1.5)."""
        same_bandwidth = self.bandwidth_hz == other.bandwidth_hz
        return same_bandwidth and abs(self.freq_hz - other.freq_hz) <= self.bandwidth_hz // 4

    def same_chirps(self, other: "Modulation") -> bool:
        """Tell whether a receiver set up like this sees the other's symbols as its own."""
        same_shape = self.sf == other.sf and self.iq_inverted == other.iq_inverted
        return same_shape and self.on_same_carrier(other)

    def overlaps(self, other: "Modulation") -> bool:
        """Tell whether the two occupy a common piece of spectrum."""
        return 2 * abs(self.freq_hz - other.freq_hz) < self.bandwidth_hz + other.bandwidth_hz

    def decodes(self, sent: "Modulation", payload_length: int) -> bool:
        """Tell whether the payload comes out right once the header (or its absence) is passed."""
        if self.low_data_rate != sent.low_data_rate or self.explicit_header != sent.explicit_header:
            return False
        if self.explicit_header:
            return True
        same_coding = self.coding_rate == sent.coding_rate and self.crc == sent.crc
        return same_coding and self.payload_length == payload_length

    def _sync_quarters(self) -> int:
        return SYNC_QUARTERS_SF5_SF6 if self.sf < 7 else SYNC_QUARTERS

    def _payload_symbols(self, payload_length: int) -> int:
        nibbles = 2 * payload_length
        nibbles += HEADER_NIBBLES if self.explicit_header else 0
        nibbles += CRC_NIBBLES if self.crc else 0
        # The first block is sent at a reduced rate from SF7 on, like all blocks with low_data_rate.
        nibbles -= self.sf - 2 if self.sf >= 7 else self.sf
        per_block = self.sf - 2 if self.low_data_rate else self.sf
        blocks = 0
        while nibbles > 0:
            nibbles -= per_block
            blocks += 1
        return blocks * self.coding_rate
