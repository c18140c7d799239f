"""When the radio receives, by the mode of power: always, in turns with sleep, around each beacon.

Pure.  `docs/protocol.md` promises gateways what is here: for how long after its own packets every
handset hears, whatever its mode, and that a saver hears beacons and what follows them.
"""

from turna_protocol.beacon import PERIOD_MS

from . import power

RECEIVE = "receive"
IN_TURNS = "in turns"  # with sleep, where preambles are long enough
SPARING = "sparing"  # receive with the gain that draws less
REST = "rest"

# After a transmission of ours, from its end: whoever has something for us speaks now.
AFTER_SENDING_MS = 3_000
# After a packet for us or a beacon: there may be more.
AFTER_HEARING_MS = 2_000
# A beacon comes a period after the last one, later if its gateway has more urgent things to say;
# earlier by what the clocks are apart (0.5 % of a minute, and the packet's own length).
BEACON_EARLY_MS = 500
BEACON_LATE_MS = 1_500
BEACONS_MISSED_MAX = 3  # then its gateway is gone, or this handset is
# A gateway that was heard so well is heard with 2 dB less, too: SF8 needs -10 dB, and somebody who
# walks loses some 10 dB more before the next beacons tell.
STRONG_DB = 5
STRONG_FOR_MS = 2 * PERIOD_MS + 30_000
# Somebody who knows of no beacon looks for one for a period, and again after a while.
SEARCH_MS = PERIOD_MS + 5_000
SEARCH_EVERY_MS = 900_000


class Listening:
    """What the radio does between transmissions."""

    def __init__(self, state: power.Power) -> None:
        self._power = state
        self._until_ms = 0
        self._gateway = 0  # whose beacons are awaited; 0: none is known
        self._beacon_ms = 0  # when the next one should end
        self._missed = 0
        self._search_ms: int | None = None
        self._strong_until_ms = 0

    def sent(self, now_ms: int, answer_ms: int) -> None:
        """Note a transmission of ours; gateways take up to `answer_ms` for their word on it."""
        self._extend(now_ms + max(AFTER_SENDING_MS, answer_ms))

    def heard(self, now_ms: int, snr_db: int) -> None:
        """Note a packet for us, or a beacon."""
        self._extend(now_ms + AFTER_HEARING_MS)
        self._strong_until_ms = now_ms + (STRONG_FOR_MS if snr_db >= STRONG_DB else 0)

    def beacon(self, ended_ms: int, gateway: int) -> None:
        """Note a beacon, heard from its gateway itself: the next comes a period later."""
        if gateway == self._gateway or not self._gateway or self._missed:
            self._gateway, self._missed = gateway, 0
            self._beacon_ms = ended_ms + PERIOD_MS

    def rest(self, now_ms: int) -> str:
        """Return what the radio is to do now."""
        mode = self._power.mode
        if self._power.live:
            return RECEIVE
        if mode == power.LISTEN:
            return IN_TURNS
        if now_ms < self._until_ms:
            return RECEIVE
        if mode == power.SAVER and self._window(now_ms)[0] <= now_ms:
            return RECEIVE
        return REST

    def always(self, now_ms: int) -> str:
        """Return how to receive where preambles are too short for turns."""
        return SPARING if now_ms < self._strong_until_ms else RECEIVE

    def deadline_ms(self, now_ms: int) -> "int | None":
        """Return when that changes by itself, or None."""
        if self._power.mode == power.LISTEN:
            return None
        if now_ms < self._until_ms:
            return self._until_ms
        if self._power.mode != power.SAVER:
            return None
        opens_ms, closes_ms = self._window(now_ms)
        return opens_ms if now_ms < opens_ms else closes_ms

    def _window(self, now_ms: int) -> "tuple[int, int]":
        """Return from when to when to hear the next beacon; it is not over yet."""
        while self._gateway:
            closes_ms = self._beacon_ms + BEACON_LATE_MS * (1 + self._missed)
            if now_ms < closes_ms:
                return self._beacon_ms - BEACON_EARLY_MS * (1 + self._missed), closes_ms
            self._missed += 1
            self._beacon_ms += PERIOD_MS
            if self._missed > BEACONS_MISSED_MAX:
                self._gateway = 0
        if self._search_ms is None or now_ms - self._search_ms >= SEARCH_EVERY_MS:
            self._search_ms = now_ms
        opens_ms = self._search_ms
        if now_ms - opens_ms >= SEARCH_MS:
            opens_ms += SEARCH_EVERY_MS
        return opens_ms, opens_ms + SEARCH_MS

    def _extend(self, until_ms: int) -> None:
        self._until_ms = max(self._until_ms, until_ms)
