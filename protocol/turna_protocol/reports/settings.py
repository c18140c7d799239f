"""Settings for one handset, from the Secretariat: what it may change without a person at hand.

Nothing here can silence an SOS, change keys, channel or mode: those come with the mission kit only.
"""

from .. import codes
from .code_fields import Choice
from .heading import Fix, Report
from .more_fields import Classes

POWER_MODES = ("unchanged", "live", "listen", "saver", "poll")
MINUTES = (1, 2, 5, 10, 15, 30, 60, 120, 240)


class Settings(Report):
    """How often to report by itself and how to save power; None and 0 leave as it is."""

    NAME = "settings"
    FIELDS = (
        "mode",
        "time_s",
        "time_quality",
        "fix",
        "power",
        "position_min",
        "health_min",
    )
    LAYOUT = (
        ("power", Choice(POWER_MODES, 8)),
        ("position_min", Classes(MINUTES)),
        ("health_min", Classes(MINUTES)),
    )

    def __init__(
        self,
        *,
        mode: int,
        time_s: int | None = None,
        time_quality: int = codes.TIME_NONE,
        fix: Fix | None = None,
        power: int = 0,
        position_min: int | None = None,
        health_min: int | None = None,
    ) -> None:
        super().__init__(mode=mode, time_s=time_s, time_quality=time_quality, fix=fix)
        self.power = power
        self.position_min = position_min
        self.health_min = health_min

    def priority(self) -> int:
        return codes.ROUTINE

    def contradiction(self) -> str | None:
        if self.power == 0 and self.position_min is None and self.health_min is None:
            return "power: nothing is set"
        return None
