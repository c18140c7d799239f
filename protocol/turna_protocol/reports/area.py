"""The wide-area assessment (INSARAG ASR 1): a first look at a whole area."""

from .. import codes
from .code_fields import Choice
from .fields import Amount, Number, Text
from .heading import Fix, Report
from .more_fields import Classes, States

# INSARAG names sectors by letters, without I and O.
SECTORS = ("none",) + tuple("ABCDEFGHJKLMNPQRSTUVWXYZ")
ZONINGS = ("unknown", "business", "residential", "industrial", "mixed")
INFRASTRUCTURE = (
    "roads",
    "bridges",
    "rail",
    "power",
    "mobile_voice",
    "mobile_data",
    "water",
    "airport_port",
)
INFRASTRUCTURE_STATES = ("unknown", "working", "degraded", "down")
RADII_M = (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)


class Area(Report):
    """An area about the report's position: buildings, people, security, infrastructure."""

    NAME = "area"
    FIELDS = (
        "mode",
        "time_s",
        "time_quality",
        "fix",
        "sector",
        "radius_m",
        "affected_buildings",
        "partly_collapsed",
        "totally_collapsed",
        "zoning",
        "worksites",
        "injured",
        "missing",
        "dead",
        "security_level",
        "infrastructure",
        "text",
    )
    LAYOUT = (
        ("sector", Choice(SECTORS)),
        ("radius_m", Classes(RADII_M)),
        ("zoning", Choice(ZONINGS)),
        ("security_level", Number(1, 6)),
        ("infrastructure", States(INFRASTRUCTURE, INFRASTRUCTURE_STATES)),
        ("affected_buildings", Amount()),
        ("partly_collapsed", Amount()),
        ("totally_collapsed", Amount()),
        ("worksites", Amount()),
        ("injured", Amount()),
        ("missing", Amount()),
        ("dead", Amount()),
        ("text", Text()),
    )

    def __init__(
        self,
        *,
        mode: int,
        time_s: int | None = None,
        time_quality: int = codes.TIME_NONE,
        fix: Fix | None = None,
        sector: int = 0,
        radius_m: int | None = None,
        affected_buildings: int | None = None,
        partly_collapsed: int | None = None,
        totally_collapsed: int | None = None,
        zoning: int = 0,
        worksites: int | None = None,
        injured: int | None = None,
        missing: int | None = None,
        dead: int | None = None,
        security_level: int | None = None,
        infrastructure: tuple[int, ...] = (0,) * len(INFRASTRUCTURE),
        text: str | None = None,
    ) -> None:
        super().__init__(mode=mode, time_s=time_s, time_quality=time_quality, fix=fix)
        self.sector = sector
        self.radius_m = radius_m
        self.affected_buildings = affected_buildings
        self.partly_collapsed = partly_collapsed
        self.totally_collapsed = totally_collapsed
        self.zoning = zoning
        self.worksites = worksites
        self.injured = injured
        self.missing = missing
        self.dead = dead
        self.security_level = security_level
        self.infrastructure = infrastructure
        self.text = text

    def priority(self) -> int:
        return codes.PRIORITY

    def contradiction(self) -> str | None:
        if self.affected_buildings is None:
            return None
        collapsed = (self.partly_collapsed or 0) + (self.totally_collapsed or 0)
        if collapsed > self.affected_buildings:
            return "affected_buildings: fewer than those collapsed"
        return None
