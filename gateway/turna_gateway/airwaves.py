"""The channel as the law and this gateway's ears see it: duty ledger, time on air, load."""

from collections.abc import Sequence

from turna_backbone.configuration import ConfigurationError
from turna_protocol.channel import Channel
from turna_protocol.duty import DutyLedger
from turna_protocol.mission import Mission
from turna_protocol.regions import SubBand, refusal, sub_band

_LOAD_PERIOD_MS = 60_000
_LORA_PAYLOAD_LIMIT = 255  # SX1261/2 DS 6.1.3
# Orders leave this much of the hour to acknowledgements and receipts, and to the reserve for SOS.
_ORDERS_SHARE_PERCENT = 50
_HOUR_MS = 3_600_000


class Airwaves:
    """Books what is sent against the sub-band's hour and measures how full the channel is.

    With two modems everything is said twice, and so booked twice, under the stricter limit of the
    two sub-bands.
    """

    def __init__(self, channel: Channel, band: SubBand, second_band: SubBand | None = None) -> None:
        self._channel = channel
        self._times_said = 1 if second_band is None else 2
        if second_band is not None:
            band = min(band, second_band, key=_strictness)
        self._band = band.name
        permille = self._permille = band.duty_permille
        self._orders_us = (
            None if permille is None else _HOUR_MS * permille * _ORDERS_SHARE_PERCENT // 100
        )
        self._ledger = DutyLedger({band.name: band.duty_permille})
        self._load = _Load()
        self._airtimes_us: dict[int, int] = {}  # at most one for each length of a packet

    def airtime_us(self, packet_bytes: int) -> int:
        known_us = self._airtimes_us.get(packet_bytes)
        if known_us is None:
            known_us = self._times_said * self._channel.airtime_us(packet_bytes)
            self._airtimes_us[packet_bytes] = known_us
        return known_us

    def wait_ms(self, packet_bytes: int, now_ms: int, *, sos: bool) -> int:
        """Return how long the law makes this packet wait; 0 if it may go now."""
        return self._ledger.wait_ms(self._band, self.airtime_us(packet_bytes), now_ms, sos=sos)

    def budget_ms(self) -> int | None:
        """Return how much of each hour the law gives us; None if there is no limit."""
        return None if self._permille is None else _HOUR_MS * self._permille // 1_000

    def has_room_for_orders(self, packet_bytes: int, now_ms: int) -> bool:
        """Tell whether an order would leave enough of the hour to what must not wait."""
        if self._orders_us is None:
            return True
        used_us = self.used_ms(now_ms) * 1_000
        return used_us + self.airtime_us(packet_bytes) <= self._orders_us

    def book(self, packet_bytes: int, now_ms: int) -> bytes:
        """Count a packet as sent; return the ledger, to be committed before the antenna."""
        self._ledger.record(self._band, self.airtime_us(packet_bytes), now_ms)
        self._load.add(self.airtime_us(packet_bytes) // self._times_said, now_ms)
        return self._ledger.to_bytes()

    def restore(self, ledger: bytes, now_ms: int) -> None:
        """Take over the ledger of the run before, as if no time had passed since."""
        self._ledger.restore(ledger, now_ms)

    def heard(self, packets_bytes: Sequence[int], now_ms: int) -> None:
        """Note packets of these lengths."""
        known_us, said_us = self._airtimes_us, 0
        for size in packets_bytes:
            said_us += known_us.get(size) or self.airtime_us(min(size, _LORA_PAYLOAD_LIMIT))
        self._load.add(said_us // self._times_said, now_ms)

    def load_pct(self, now_ms: int) -> int:
        """Return how much of the last whole minute somebody was on the air, as far as we know."""
        return self._load.percent(now_ms)

    def used_ms(self, now_ms: int) -> int:
        """Return our own air time of the last hour."""
        return self._ledger.used_ms(self._band, now_ms)


def allowed_band(mission: Mission, freq_hz: int | None = None) -> SubBand:
    """Return the sub-band the gateway may use, there or at another frequency; or do not start."""
    channel = mission.channel if freq_hz is None else mission.channel.replace(freq_hz=freq_hz)
    objection = refusal(mission.region, channel)
    if objection is not None:
        raise ConfigurationError(
            f"nothing may be transmitted: {objection}; make the mission kit with the region of the"
            " country where it is used"
        )
    band = sub_band(mission.region, channel)
    assert band is not None  # or it would have been refused
    return band


def _strictness(band: SubBand) -> int:
    return 1_000 if band.duty_permille is None else band.duty_permille


class _Load:
    def __init__(self) -> None:
        self._minute = 0
        self._running_us = 0
        self._last_us = 0

    def add(self, airtime_us: int, now_ms: int) -> None:
        self._advance(now_ms)
        self._running_us += airtime_us

    def percent(self, now_ms: int) -> int:
        self._advance(now_ms)
        return min(100, self._last_us // (_LOAD_PERIOD_MS * 10))

    def _advance(self, now_ms: int) -> None:
        passed = now_ms // _LOAD_PERIOD_MS - self._minute
        if passed > 0:
            self._last_us = self._running_us if passed == 1 else 0
            self._running_us = 0
            self._minute += passed
