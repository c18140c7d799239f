"""How a handset itself is: power, radio, queue."""

from .. import codes
from .fields import Count, Number
from .heading import Fix, Report


class NodeHealth(Report):
    """A handset's health; whatever it cannot measure is None."""

    NAME = "node_health"
    FIELDS = (
        "mode",
        "time_s",
        "time_quality",
        "fix",
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
        "firmware",
    )
    LAYOUT = (
        ("battery_mv", Number(0, 8190)),
        ("temperature_c", Number(-50, 76)),
        ("rssi_dbm", Number(-150, -1)),  # of the last packet heard from a gateway
        ("snr_db", Number(-32, 30)),
        ("uptime_min", Number(0, 65_534)),
        ("waiting", Count()),  # reports that no gateway has yet
        ("stored", Number(0, 4094)),  # reports in the journal
        ("satellites", Number(0, 62)),
        ("airtime_s", Number(0, 3600)),  # transmitted within the last hour
        ("firmware", Number(0, 254)),
        ("restarts", Count()),  # that nobody asked for: watchdog, brown-out
        ("refused", Count()),  # packets refused since the start, for whatever reason
    )

    def __init__(
        self,
        *,
        mode: int,
        time_s: int | None = None,
        time_quality: int = codes.TIME_NONE,
        fix: Fix | None = None,
        battery_mv: int | None = None,
        temperature_c: int | None = None,
        uptime_min: int | None = None,
        waiting: int | None = None,
        stored: int | None = None,
        rssi_dbm: int | None = None,
        snr_db: int | None = None,
        satellites: int | None = None,
        airtime_s: int | None = None,
        restarts: int | None = None,
        refused: int | None = None,
        firmware: int | None = None,
    ) -> None:
        super().__init__(mode=mode, time_s=time_s, time_quality=time_quality, fix=fix)
        self.battery_mv = battery_mv
        self.temperature_c = temperature_c
        self.uptime_min = uptime_min
        self.waiting = waiting
        self.stored = stored
        self.rssi_dbm = rssi_dbm
        self.snr_db = snr_db
        self.satellites = satellites
        self.airtime_s = airtime_s
        self.restarts = restarts
        self.refused = refused
        self.firmware = firmware
