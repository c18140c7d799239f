"""A request to carry patients away, after the nine lines of the field."""

from .. import codes
from ..report_codes import PRECEDENCES
from .casualties import Casualties, CasualtyCounts
from .code_fields import Choice, Choices
from .fields import Count, Number, Text
from .heading import Fix, Report

EQUIPMENT = ("hoist", "extraction", "ventilator", "blood")
LANDING_MARKS = ("unknown", "none", "panels", "pyrotechnic", "smoke", "lights", "other")
TERRAIN = ("slope", "rough", "loose", "trees", "wires", "other")


class Medevac(Report):
    """Patients by triage category, how they must be carried, and the place to land."""

    NAME = "medevac"
    FIELDS = (
        "mode",
        "time_s",
        "time_quality",
        "fix",
        "precedence",
        "patients",
        "litter",
        "ambulatory",
        "children",
        "equipment",
        "landing_mark",
        "terrain",
        "security_level",
        "text",
    )
    LAYOUT = (
        ("precedence", Choice(PRECEDENCES)),
        ("patients", CasualtyCounts()),
        ("litter", Count()),
        ("ambulatory", Count()),
        ("children", Count()),
        ("equipment", Choices(EQUIPMENT)),
        ("landing_mark", Choice(LANDING_MARKS)),
        ("terrain", Choices(TERRAIN)),
        ("security_level", Number(1, 6)),
        ("text", Text()),
    )

    def __init__(
        self,
        *,
        mode: int,
        time_s: int | None = None,
        time_quality: int = codes.TIME_NONE,
        fix: Fix | None = None,
        precedence: int = 0,
        patients: Casualties | None = None,
        litter: int | None = None,
        ambulatory: int | None = None,
        children: int | None = None,
        equipment: tuple[int, ...] = (),
        landing_mark: int = 0,
        terrain: tuple[int, ...] = (),
        security_level: int | None = None,
        text: str | None = None,
    ) -> None:
        super().__init__(mode=mode, time_s=time_s, time_quality=time_quality, fix=fix)
        self.precedence = precedence
        self.patients = patients or Casualties()
        self.litter = litter
        self.ambulatory = ambulatory
        self.children = children
        self.equipment = equipment
        self.landing_mark = landing_mark
        self.terrain = terrain
        self.security_level = security_level
        self.text = text

    def priority(self) -> int:
        return codes.IMMEDIATE

    def contradiction(self) -> str | None:
        """More to carry than there are patients alive is a slip of the finger."""
        alive = (
            self.patients.immediate,
            self.patients.delayed,
            self.patients.minor,
            self.patients.expectant,
        )
        if None in alive or None in (self.litter, self.ambulatory):
            return None
        if (self.litter or 0) + (self.ambulatory or 0) > sum([count or 0 for count in alive]):
            return "litter: more on litters and on foot than patients alive"
        return None
