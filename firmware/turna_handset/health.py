"""How the handset itself is, within what a node health report can say."""

from turna_protocol.record import Record


class Health(Record):
    """Measurements of one moment; None for what the board cannot measure."""

    FIELDS = (
        "battery_mv",
        "temperature_c",
        "uptime_min",
        "waiting",
        "stored",
        "rssi_dbm",
        "snr_db",
        "satellites",
        "airtime_s",
        "restarts",
        "refused",
    )

    def __init__(
        self,
        *,
        battery_mv: int | None,
        temperature_c: int | None,
        uptime_min: int,
        waiting: int,
        stored: int,
        rssi_dbm: int | None,
        snr_db: int | None,
        satellites: int | None,
        airtime_s: int,
        restarts: int,
        refused: int,
    ) -> None:
        # Limits: turna_protocol.reports.node_health.
        self.battery_mv = _within(battery_mv, 0, 8190)
        self.temperature_c = _within(temperature_c, -50, 76)
        self.uptime_min = min(uptime_min, 65_534)
        self.waiting = min(waiting, 9999)
        self.stored = min(stored, 4094)
        self.rssi_dbm = _within(rssi_dbm, -150, -1)
        self.snr_db = _within(snr_db, -32, 30)
        self.satellites = _within(satellites, 0, 62)
        self.airtime_s = min(airtime_s, 3600)
        self.restarts = min(restarts, 9999)
        self.refused = min(refused, 9999)


def _within(value: int | None, low: int, high: int) -> int | None:
    return None if value is None else max(low, min(value, high))


# Open-circuit voltage of a lithium-ion cell at rest, 20 C: millivolts and percent.
_LITHIUM_ION = (
    (3300, 0),
    (3500, 5),
    (3600, 12),
    (3700, 30),
    (3800, 52),
    (3900, 68),
    (4000, 82),
    (4100, 94),
    (4180, 100),
)


def battery_percent(battery_mv: int | None) -> int | None:
    """Return how full a lithium-ion cell of this voltage is."""
    if battery_mv is None:
        return None
    below_mv, below_pct = _LITHIUM_ION[0]
    if battery_mv <= below_mv:
        return below_pct
    for above_mv, above_pct in _LITHIUM_ION[1:]:
        if battery_mv <= above_mv:
            span_pct = (above_pct - below_pct) * (battery_mv - below_mv)
            return below_pct + span_pct // (above_mv - below_mv)
        below_mv, below_pct = above_mv, above_pct
    return 100
