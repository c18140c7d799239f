"""The situation report: how a team is, whom it has found, what endangers it, what it needs."""

from .. import code_lists, codes
from .casualties import Casualties, CasualtyCounts
from .code_fields import Choices, Needs, UsualChoice
from .fields import Altitude, Count, Number, Text
from .heading import Fix, Report


class Sitrep(Report):
    """A team's situation; whatever is not known is None."""

    NAME = "sitrep"
    FIELDS = (
        "mode",
        "time_s",
        "time_quality",
        "fix",
        "altitude_m",
        "team_status",
        "casualties",
        "trapped",
        "rescued",
        "hazards",
        "needs",
        "battery_pct",
        "text",
    )
    # In the order of the wire: small digits first, which fill the heading's integer; what is most
    # often empty comes last, where it costs nothing.
    LAYOUT = (
        ("team_status", UsualChoice(code_lists.TEAM_STATUSES, code_lists.USUAL_TEAM_STATUSES, 16)),
        ("trapped", Count()),
        ("rescued", Count()),
        ("casualties", CasualtyCounts()),
        ("battery_pct", Number(0, 100)),
        ("hazards", Choices(code_lists.HAZARDS)),
        ("altitude_m", Altitude()),
        ("needs", Needs(code_lists.NEED_ITEMS)),
        ("text", Text()),
    )

    def __init__(
        self,
        *,
        mode: int,
        time_s: int | None = None,
        time_quality: int = codes.TIME_NONE,
        fix: Fix | None = None,
        altitude_m: int | None = None,
        team_status: int = 0,
        casualties: Casualties | None = None,
        trapped: int | None = None,
        rescued: int | None = None,
        hazards: tuple[int, ...] = (),
        needs: tuple[tuple[int, int | None], ...] = (),
        battery_pct: int | None = None,
        text: str | None = None,
    ) -> None:
        super().__init__(mode=mode, time_s=time_s, time_quality=time_quality, fix=fix)
        self.altitude_m = altitude_m
        self.team_status = team_status
        self.casualties = casualties or Casualties()
        self.trapped = trapped
        self.rescued = rescued
        self.hazards = hazards
        self.needs = needs
        self.battery_pct = battery_pct
        self.text = text

    def priority(self) -> int:
        return codes.IMMEDIATE if self.team_status == codes.IN_DISTRESS else codes.PRIORITY
