"""The worksite report form (INSARAG 2020 B24): a period of work at one site."""

from .. import code_lists, codes, worksite_codes
from .code_fields import Choice, Choices, Needs
from .fields import Count, Number, Steps, Text
from .heading import Fix, Report
from .more_fields import Flag, Team, TeamId, Worksite, WorksiteField, YesNo

DAY_MIN = 24 * 60


class WorksiteReport(Report):
    """A period's work; the site is `completed` only when no live contact is left."""

    NAME = "worksite_report"
    FIELDS = (
        "mode",
        "time_s",
        "time_quality",
        "fix",
        "worksite",
        "report_number",
        "second_team",
        "asr_level",
        "completed",
        "began_min_ago",
        "duration_min",
        "live_rescued",
        "deceased_recovered",
        "missing",
        "live_contacts",
        "forms_submitted",
        "releasable",
        "hazards",
        "needs",
        "completion_h",
        "text",
    )
    LAYOUT = (
        ("worksite", WorksiteField()),
        ("report_number", Number(1, 254)),
        ("asr_level", Choice(worksite_codes.ASR_LEVELS)),
        ("completed", Flag()),
        ("live_rescued", Count()),
        ("deceased_recovered", Count()),
        ("missing", Count()),
        ("live_contacts", Count()),
        ("began_min_ago", Steps(5, 2 * DAY_MIN)),
        ("duration_min", Steps(5, 2 * DAY_MIN)),
        ("hazards", Choices(code_lists.HAZARDS)),
        ("forms_submitted", YesNo()),
        ("completion_h", Number(0, 96)),
        ("releasable", Count()),
        ("second_team", Team()),
        ("needs", Needs(code_lists.NEED_ITEMS)),
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
        report_number: int | None = None,
        second_team: TeamId | None = None,
        asr_level: int = 0,
        completed: bool = False,
        began_min_ago: int | None = None,
        duration_min: int | None = None,
        live_rescued: int | None = None,
        deceased_recovered: int | None = None,
        missing: int | None = None,
        live_contacts: int | None = None,
        forms_submitted: bool | None = None,
        releasable: int | None = None,
        hazards: tuple[int, ...] = (),
        needs: tuple[tuple[int, int | None], ...] = (),
        completion_h: int | None = None,
        text: str | None = None,
    ) -> None:
        super().__init__(mode=mode, time_s=time_s, time_quality=time_quality, fix=fix)
        self.worksite = worksite
        self.report_number = report_number
        self.second_team = second_team
        self.asr_level = asr_level
        self.completed = completed
        self.began_min_ago = began_min_ago
        self.duration_min = duration_min
        self.live_rescued = live_rescued
        self.deceased_recovered = deceased_recovered
        self.missing = missing
        self.live_contacts = live_contacts
        self.forms_submitted = forms_submitted
        self.releasable = releasable
        self.hazards = hazards
        self.needs = needs
        self.completion_h = completion_h
        self.text = text

    def priority(self) -> int:
        return codes.IMMEDIATE if self.live_contacts else codes.PRIORITY

    def contradiction(self) -> str | None:
        if self.completed and self.live_contacts:
            return "completed: live contacts are left"
        if self.completed and self.completion_h:
            return "completion_h: the worksite is completed"
        if None not in (self.began_min_ago, self.duration_min) and (
            (self.duration_min or 0) > (self.began_min_ago or 0)
        ):
            return "duration_min: longer than the time since the work began"
        return None
