"""Where a team is: the report that a handset sends by itself every few minutes."""

from .. import codes
from .fields import Altitude, Number
from .heading import Fix, Report


class Position(Report):
    """A position; without a fix, a sign of life."""

    NAME = "position"
    FIELDS = ("mode", "time_s", "time_quality", "fix", "battery_pct", "altitude_m")
    LAYOUT = (
        ("battery_pct", Number(0, 100)),
        ("altitude_m", Altitude()),
    )

    def __init__(
        self,
        *,
        mode: int,
        time_s: int | None = None,
        time_quality: int = codes.TIME_NONE,
        fix: Fix | None = None,
        battery_pct: int | None = None,
        altitude_m: int | None = None,
    ) -> None:
        super().__init__(mode=mode, time_s=time_s, time_quality=time_quality, fix=fix)
        self.battery_pct = battery_pct
        self.altitude_m = altitude_m
