"""A task for a team, from the Secretariat or a coordination cell; the position is where to."""

from .. import codes
from ..report_codes import TASK_URGENCIES, TASKS
from .code_fields import Choice
from .fields import Number, Steps, Text
from .heading import Fix, Report
from .more_fields import Worksite, WorksiteField

NUMBER_HIGH = 65_535


class Task(Report):
    """What to do, where, by when; `number` is its name in every later word about it."""

    NAME = "task"
    FIELDS = (
        "mode",
        "time_s",
        "time_quality",
        "fix",
        "number",
        "task",
        "urgency",
        "worksite",
        "due_in_min",
        "text",
    )
    LAYOUT = (
        ("number", Number(1, NUMBER_HIGH)),
        ("task", Choice(TASKS, 32)),
        ("urgency", Choice(TASK_URGENCIES)),
        ("worksite", WorksiteField(optional=True)),
        ("due_in_min", Steps(15, 2880)),
        ("text", Text()),
    )

    REQUIRED = ("number",)

    def __init__(
        self,
        *,
        mode: int,
        time_s: int | None = None,
        time_quality: int = codes.TIME_NONE,
        fix: Fix | None = None,
        number: int | None,
        task: int = 0,
        urgency: int = 0,
        worksite: Worksite | None = None,
        due_in_min: int | None = None,
        text: str | None = None,
    ) -> None:
        super().__init__(mode=mode, time_s=time_s, time_quality=time_quality, fix=fix)
        self.number = number
        self.task = task
        self.urgency = urgency
        self.worksite = worksite
        self.due_in_min = due_in_min
        self.text = text

    def priority(self) -> int:
        return self.urgency

    def contradiction(self) -> str | None:
        return "number: a task has one" if self.number is None else None
