"""The gateway's beacon: it is here, this is the time, this is how busy the channel is."""

from collections.abc import Callable

from turna_gateway import counters as count
from turna_gateway.counters import Counters
from turna_gateway.speech import BEACON_PRIORITY, Utterance
from turna_gateway.store import Store
from turna_protocol.beacon import (
    NUMBER_MAX,
    PERIOD_MS,
    TIME_NETWORK,
    TIME_UNKNOWN,
    Beacon,
    pack_beacon,
)

# A clock before this was never set (2025-01-01), one after it is wrong (2100-01-01).
PLAUSIBLE_FROM_S, PLAUSIBLE_TO_S = 1_735_689_600, 4_102_444_800
_NEXT_NUMBER = "beacon_number"


class Beacons:
    """Says one beacon per period, each under a number that this gateway never used before."""

    def __init__(
        self,
        *,
        gateway_index: int,
        broadcast_key: bytes,
        store: Store,
        counters: Counters,
        unix_s: Callable[[], int],
        load_pct: Callable[[int], int],
        heard_now: Callable[[int], None],
        hops: int = 0,
    ) -> None:
        self._hops = hops
        self._heard_now = heard_now  # handsets that slept hear us for a moment from here on
        self._gateway_index = gateway_index
        self._broadcast_key = broadcast_key
        self._store = store
        self._counters = counters
        self._unix_s = unix_s
        self._load_pct = load_pct
        self._due_at_ms = 0

    def soon(self, now_ms: int) -> None:
        """Say one now: the radio has just come up."""
        self._due_at_ms = min(self._due_at_ms, now_ms)

    def compose(self, now_ms: int) -> Utterance | None:
        """Return the beacon that is due; inside a transaction, which commits its number."""
        if now_ms < self._due_at_ms:
            return None
        time_s = self._unix_s()
        is_plausible = PLAUSIBLE_FROM_S <= time_s < PLAUSIBLE_TO_S
        beacon = Beacon(
            gateway=self._gateway_index,
            number=self._take_number(),
            time_s=time_s if is_plausible else 0,
            time_quality=TIME_NETWORK if is_plausible else TIME_UNKNOWN,
            load_pct=self._load_pct(now_ms),
        )
        return Utterance(
            packet=pack_beacon(beacon, self._broadcast_key, self._hops),
            priority=BEACON_PRIORITY,
            sos=False,
            said=self._said,
        )

    def deadline_ms(self) -> int | None:
        return self._due_at_ms

    def _said(self, now_ms: int) -> None:
        self._due_at_ms = now_ms + PERIOD_MS
        self._heard_now(now_ms)
        self._counters.add(count.BEACONS)

    def _take_number(self) -> int:
        stored = self._store.recall(_NEXT_NUMBER)
        number = int.from_bytes(stored, "big") if stored else 0
        self._store.remember(_NEXT_NUMBER, (number + 1).to_bytes(4, "big"))
        return min(number, NUMBER_MAX)  # 31 years of beacons
