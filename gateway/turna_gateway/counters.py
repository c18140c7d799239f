"""What the gateway counts: nothing is refused, dropped or repeated without one of these names."""

from collections import Counter

HEARD = "heard"
STORED = "stored"
DUPLICATE = "duplicate"
CLONE = "clone"
QUARANTINED = "quarantined"
REFUSED = "refused"  # "refused.malformed" and so on
ACKNOWLEDGED = "acknowledged"
ACKNOWLEDGEMENTS_SPARED = "acknowledgements_spared"
ACKNOWLEDGEMENTS_DROPPED = "acknowledgements_dropped"
RECEIPTS_SAID = "receipts_said"
BEACONS = "beacons"
TRANSMISSIONS_FAILED = "transmissions_failed"
DUTY_WAITS = "duty_waits"
PUBLISHED = "published"
PUBLISHED_AGAIN = "published_again"
CONFIRMED = "confirmed"
DENIED = "denied"
RECEIPTED = "receipted"
RECEIPTS_UNKNOWN = "receipts_unknown"
MESSAGES_REFUSED = "messages_refused"
CONNECTIONS = "connections"
OUTAGES = "outages"
COMMITS = "commits"
PRUNED = "pruned"
DISK_FULL = "disk_full"
PUT_ASIDE = "put_aside"
REOPENED = "reopened"  # receipted, and sent once more: the archive was put back from a copy
HOLDINGS = "holdings"
HOLDINGS_MALFORMED = "holdings_malformed"
DOWN_QUEUED = "down_queued"
DOWN_REPEATED = "down_repeated"
DOWN_REFUSED = "down_refused"
DOWN_SAID = "down_said"
DOWN_DELIVERED = "down_delivered"
DOWN_EXPIRED = "down_expired"
DOWN_DUTY_WAITS = "down_duty_waits"


class Counters:
    """Named counts that only grow."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, name: str, count: int = 1) -> None:
        self._counts[name] += count

    def refuse(self, reason: str) -> None:
        self._counts[f"{REFUSED}.{reason}"] += 1

    def __getitem__(self, name: str) -> int:
        return self._counts[name]

    def refused(self) -> dict[str, int]:
        """Return the refusals by reason."""
        prefix = f"{REFUSED}."
        return {
            name.removeprefix(prefix): count
            for name, count in sorted(self._counts.items())
            if name.startswith(prefix)
        }

    def all(self) -> dict[str, int]:
        """Return every other count."""
        return {
            name: count
            for name, count in sorted(self._counts.items())
            if not name.startswith(f"{REFUSED}.")
        }
