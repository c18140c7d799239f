"""The victim extrication form (INSARAG 2020 B27); never a name."""

from .. import code_lists, codes, worksite_codes
from .code_fields import Choice
from .fields import Number, Steps, Text
from .heading import Fix, Report
from .more_fields import Worksite, WorksiteField

DAY_MIN = 24 * 60
_LIVE, _DECEASED = 1, 2
_MORTUARY = 7
_BLACK = 5


class Victim(Report):
    """A person brought out of a worksite: where they lay, how they are, who has them now."""

    NAME = "victim"
    FIELDS = (
        "mode",
        "time_s",
        "time_quality",
        "fix",
        "worksite",
        "number",
        "minutes_ago",
        "floor",
        "side",
        "quadrant",
        "work_level",
        "total_min",
        "outcome",
        "injuries",
        "triage",
        "handed_to",
        "age_group",
        "sex",
        "text",
    )
    LAYOUT = (
        ("worksite", WorksiteField()),
        ("number", Number(1, 999)),
        ("outcome", Choice(worksite_codes.OUTCOMES)),
        ("injuries", Choice(worksite_codes.INJURIES)),
        ("triage", Choice(code_lists.TRIAGE_COLOURS)),
        ("handed_to", Choice(worksite_codes.HANDED_TO, 12)),
        ("minutes_ago", Number(0, DAY_MIN)),
        ("work_level", Choice(worksite_codes.WORK_LEVELS)),
        ("total_min", Steps(5, 2 * DAY_MIN)),
        ("floor", Number(-8, 62)),
        ("side", Number(1, 4)),
        ("quadrant", Choice(worksite_codes.QUADRANTS)),
        ("age_group", Choice(worksite_codes.AGE_GROUPS)),
        ("sex", Choice(worksite_codes.SEXES)),
        ("text", Text()),
    )

    REQUIRED = ("worksite",)

    def __init__(
        self,
        *,
        mode: int,
        time_s: int | None = None,
        time_quality: int = codes.TIME_NONE,
        fix: Fix | None = None,
        worksite: Worksite,
        number: int | None = None,
        minutes_ago: int | None = None,
        floor: int | None = None,
        side: int | None = None,
        quadrant: int = 0,
        work_level: int = 0,
        total_min: int | None = None,
        outcome: int = 0,
        injuries: int = 0,
        triage: int = 0,
        handed_to: int = 0,
        age_group: int = 0,
        sex: int = 0,
        text: str | None = None,
    ) -> None:
        super().__init__(mode=mode, time_s=time_s, time_quality=time_quality, fix=fix)
        self.worksite = worksite
        self.number = number
        self.minutes_ago = minutes_ago
        self.floor = floor
        self.side = side
        self.quadrant = quadrant
        self.work_level = work_level
        self.total_min = total_min
        self.outcome = outcome
        self.injuries = injuries
        self.triage = triage
        self.handed_to = handed_to
        self.age_group = age_group
        self.sex = sex
        self.text = text

    def priority(self) -> int:
        return codes.PRIORITY

    def contradiction(self) -> str | None:
        if self.outcome == _LIVE and self.triage == _BLACK:
            return "triage: black, but the outcome is live"
        if self.outcome == _DECEASED and self.triage not in (0, _BLACK):
            return "triage: not black, but the outcome is deceased"
        if self.outcome == _LIVE and self.handed_to == _MORTUARY:
            return "handed_to: mortuary, but the outcome is live"
        return None
