"""What became of a task: the team's answer to it, and later its progress."""

from .. import codes
from ..report_codes import REASONS, STATUSES
from .code_fields import Choice
from .fields import Number, Text
from .heading import Fix, Report
from .task import NUMBER_HIGH


class TaskStatus(Report):
    """A task's status, with a reason where it is refused, failed or cancelled."""

    NAME = "task_status"
    FIELDS = (
        "mode",
        "time_s",
        "time_quality",
        "fix",
        "number",
        "status",
        "reason",
        "text",
    )
    LAYOUT = (
        ("number", Number(1, NUMBER_HIGH)),
        ("status", Choice(STATUSES, 8)),
        ("reason", Choice(REASONS, 16)),
        ("text", Text()),
    )

    REQUIRED = ("number", "status")

    def __init__(
        self,
        *,
        mode: int,
        time_s: int | None = None,
        time_quality: int = codes.TIME_NONE,
        fix: Fix | None = None,
        number: int | None,
        status: int,
        reason: int = 0,
        text: str | None = None,
    ) -> None:
        super().__init__(mode=mode, time_s=time_s, time_quality=time_quality, fix=fix)
        self.number = number
        self.status = status
        self.reason = reason
        self.text = text

    def priority(self) -> int:
        return codes.PRIORITY

    def contradiction(self) -> str | None:
        return "number: a task has one" if self.number is None else None
