"""The record of the air: each packet sent and what became of it at each station, and airtime.

Records are flat and in a deterministic order, so that two runs can be compared line by line.
"""

from collections.abc import Callable

from .transmission import Transmission

LogRecord = dict[str, str | float]


class AirLog:
    """All that happened on the air."""

    def __init__(self, now_us: Callable[[], int]) -> None:
        self._now_us = now_us
        self._sent: list[Transmission] = []
        self.records: list[LogRecord] = []

    def sent(self, sent: Transmission) -> None:
        """Record the beginning of a packet."""
        modulation = sent.modulation
        self._sent.append(sent)
        self.add(
            "sent",
            sent.sender,
            sent,
            freq_hz=modulation.freq_hz,
            bandwidth_hz=modulation.bandwidth_hz,
            sf=modulation.sf,
            coding_rate=modulation.coding_rate,
            power_dbm=round(sent.power_dbm, 1),
            airtime_us=sent.end_us - sent.start_us,
            payload=sent.payload.hex(),
        )

    def add(self, event: str, station: str, sent: Transmission, **details: str | float) -> None:
        """Record what happened to a packet at a station."""
        record: LogRecord = {
            "at_us": self._now_us(),
            "event": event,
            "station": station,
            "packet": sent.number,
            "sender": sent.sender,
        }
        self.records.append({**record, **details})

    def airtime_us(
        self,
        station: str,
        *,
        band_hz: tuple[int, int] | None = None,
        from_us: int = 0,
        to_us: int | None = None,
    ) -> int:
        """Return how long a station was on the air, in a band and a span of time."""
        end_us = self._now_us() if to_us is None else to_us
        total_us = 0
        for sent in self._sent:
            in_band = band_hz is None or band_hz[0] <= sent.modulation.freq_hz <= band_hz[1]
            if sent.sender == station and in_band:
                total_us += max(0, min(sent.end_us, end_us) - max(sent.start_us, from_us))
        return total_us
