"""A danger that others must know of: what, how far, what to do."""

from .. import code_lists, codes
from ..report_codes import ACTIONS, SEVERITIES
from .code_fields import Choice
from .fields import Number, Text
from .heading import Fix, Report
from .more_fields import Classes

# CAP 1.2.
CERTAINTIES = ("unknown", "unlikely", "possible", "likely", "observed")
STATES = ("new", "ongoing", "contained", "cleared")
RADII_M = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
_EVACUATE = 2
_CLEARED = 3


class Hazard(Report):
    """A danger at the report's position."""

    NAME = "hazard"
    FIELDS = (
        "mode",
        "time_s",
        "time_quality",
        "fix",
        "hazard",
        "severity",
        "certainty",
        "radius_m",
        "action",
        "state",
        "un_number",
        "text",
    )
    LAYOUT = (
        ("hazard", Choice(code_lists.HAZARDS, 24)),
        ("severity", Choice(SEVERITIES)),
        ("certainty", Choice(CERTAINTIES)),
        ("radius_m", Classes(RADII_M)),
        ("action", Choice(ACTIONS, 8)),
        ("state", Choice(STATES)),
        ("un_number", Number(1, 3600)),
        ("text", Text()),
    )

    REQUIRED = ("hazard",)

    def __init__(
        self,
        *,
        mode: int,
        time_s: int | None = None,
        time_quality: int = codes.TIME_NONE,
        fix: Fix | None = None,
        hazard: int,
        severity: int = 0,
        certainty: int = 0,
        radius_m: int | None = None,
        action: int = 0,
        state: int = 0,
        un_number: int | None = None,
        text: str | None = None,
    ) -> None:
        super().__init__(mode=mode, time_s=time_s, time_quality=time_quality, fix=fix)
        self.hazard = hazard
        self.severity = severity
        self.certainty = certainty
        self.radius_m = radius_m
        self.action = action
        self.state = state
        self.un_number = un_number
        self.text = text

    def priority(self) -> int:
        if self.action == _EVACUATE:
            return codes.FLASH
        return codes.PRIORITY if self.state == _CLEARED else codes.IMMEDIATE

    def contradiction(self) -> str | None:
        if self.state == _CLEARED and self.action == _EVACUATE:
            return "action: evacuate, but the hazard is cleared"
        return None
