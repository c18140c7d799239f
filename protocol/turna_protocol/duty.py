"""How much of each sub-band's hour has been used, across reboots, with a reserve for SOS.

Counts air time in one-minute buckets over a rolling hour; the oldest minute counts until it has
passed completely.  Over a reboot no time is taken to have passed unless the caller knows better.
"""

from binascii import crc32

from .errors import MalformedError, MisuseError

BUCKET_MS = 60_000
BUCKETS = 61  # the 60 whole minutes of the hour and the one that is running
HOUR_MS = 3_600_000
SOS_RESERVE_PERCENT = 20  # of a 10 % band at SF8: 72 s, some 500 SOS packets an hour
SUB_BANDS_MAX = 8
_NAME_BYTES = 12
_RECORD_BYTES = _NAME_BYTES + 2 * BUCKETS
_FORMAT = 1


class DutyLedger:
    """Air time used per sub-band; `budgets` maps a sub-band to its duty in permille, None: free."""

    def __init__(self, budgets: dict[str, int | None]) -> None:
        if len(budgets) > SUB_BANDS_MAX:
            raise MisuseError("budgets")
        self._budgets = budgets
        self._buckets: dict[str, list[int]] = {}
        self._minute = 0

    def may_send(self, band: str, airtime_us: int, now_ms: int, *, sos: bool = False) -> bool:
        """Say whether the transmission fits the hour; only an SOS may use the reserve."""
        return self.wait_ms(band, airtime_us, now_ms, sos=sos) == 0

    def wait_ms(self, band: str, airtime_us: int, now_ms: int, *, sos: bool = False) -> int:
        """Return how long until the transmission fits: 0 if now, an hour if it never will."""
        limit_ms = self._limit_ms(band, sos)
        self._advance(now_ms)
        if limit_ms is None:
            return 0
        excess_ms = sum(self._used(band)) + _whole_ms(airtime_us) - limit_ms
        if excess_ms <= 0:
            return 0
        for age, used_ms in enumerate(reversed(self._used(band))):
            excess_ms -= used_ms
            if excess_ms <= 0:
                return (age + 1) * BUCKET_MS - now_ms % BUCKET_MS
        return HOUR_MS

    def record(self, band: str, airtime_us: int, now_ms: int) -> None:
        """Book a transmission; call it before the antenna, so that a power cut hides none."""
        self._limit_ms(band, sos=True)
        self._advance(now_ms)
        self._used(band)[0] += _whole_ms(airtime_us)

    def used_ms(self, band: str, now_ms: int) -> int:
        """Return the air time of the last hour."""
        self._advance(now_ms)
        return sum(self._used(band))

    def to_bytes(self) -> bytes:
        """Return the ledger for flash or RTC memory."""
        # Two bytes hold a minute's bucket: a radio cannot send 65.5 s within a minute.
        data = bytes([_FORMAT, len(self._buckets)])
        for band in sorted(self._buckets):
            name = band.encode()
            data += name + bytes(_NAME_BYTES - len(name))
            data += b"".join([min(used, 0xFFFF).to_bytes(2, "big") for used in self._buckets[band]])
        return data + crc32(data).to_bytes(4, "big")

    def restore(self, data: bytes, now_ms: int, elapsed_ms: int = 0) -> None:
        """Take over what `to_bytes` gave before a reboot; `elapsed_ms` only if it is certain."""
        self._buckets = _parsed(data)
        self._minute = (now_ms - elapsed_ms) // BUCKET_MS
        self._advance(now_ms)

    def _limit_ms(self, band: str, sos: bool) -> int | None:
        if band not in self._budgets or len(band.encode()) > _NAME_BYTES:
            raise MisuseError("band")
        permille = self._budgets[band]
        if permille is None:
            return None
        limit_ms = HOUR_MS * permille // 1_000
        return limit_ms if sos else limit_ms * (100 - SOS_RESERVE_PERCENT) // 100

    def _used(self, band: str) -> list[int]:
        return self._buckets.setdefault(band, [0] * BUCKETS)

    def _advance(self, now_ms: int) -> None:
        """Shift the buckets to this minute, newest first; a clock set back shifts nothing."""
        passed = now_ms // BUCKET_MS - self._minute
        if passed <= 0:
            return
        self._minute += passed
        fresh = [0] * min(passed, BUCKETS)
        for band, used in self._buckets.items():
            self._buckets[band] = (fresh + used)[:BUCKETS]


def _whole_ms(airtime_us: int) -> int:
    return -(-airtime_us // 1_000)


def _parsed(data: bytes) -> dict[str, list[int]]:
    if len(data) < 6 or data[0] != _FORMAT or data[1] > SUB_BANDS_MAX:
        raise MalformedError("ledger format")
    if len(data) != 6 + data[1] * _RECORD_BYTES:
        raise MalformedError("ledger length")
    if crc32(data[:-4]).to_bytes(4, "big") != data[-4:]:
        raise MalformedError("ledger checksum")
    buckets = {}
    for start in range(2, len(data) - 4, _RECORD_BYTES):
        name = data[start : start + _NAME_BYTES].rstrip(b"\0").decode()
        counts = data[start + _NAME_BYTES : start + _RECORD_BYTES]
        buckets[name] = [int.from_bytes(counts[i : i + 2], "big") for i in range(0, len(counts), 2)]
    return buckets
