"""The one channel that all stations of a deployment share, and how loudly they speak on it."""

from .airtime import SX126X, airtime_us
from .record import Record


class Channel(Record):
    """How a radio is set.  `coding_rate` is the denominator, 5 to 8."""

    FIELDS = (
        "freq_hz",
        "bandwidth_hz",
        "sf",
        "coding_rate",
        "preamble_symbols",
        "sync_word",
        "power_dbm",
    )

    def __init__(
        self,
        *,
        freq_hz: int,
        bandwidth_hz: int,
        sf: int,
        coding_rate: int,
        preamble_symbols: int,
        sync_word: int,
        power_dbm: int,
    ) -> None:
        self.freq_hz = freq_hz
        self.bandwidth_hz = bandwidth_hz
        self.sf = sf
        self.coding_rate = coding_rate
        self.preamble_symbols = preamble_symbols
        self.sync_word = sync_word
        self.power_dbm = power_dbm

    def replace(self, **changes: int) -> "Channel":
        """Return the same channel but for these fields."""
        values = {name: getattr(self, name) for name in self.FIELDS}
        values.update(changes)
        return Channel(**values)

    def airtime_us(self, length: int, chip: str = SX126X) -> int:
        """Return the time on air of a packet; from spreading factor 7 on all chips agree."""
        return airtime_us(
            chip,
            length,
            sf=self.sf,
            bandwidth_hz=self.bandwidth_hz,
            coding_rate=self.coding_rate,
            preamble_symbols=self.preamble_symbols,
        )

    def airtime_ms(self, length: int) -> int:
        """Return the time on air of a packet in whole milliseconds, rounded up."""
        return -(-self.airtime_us(length) // 1000)
