"""What a place needs, for how many people, how soon."""

from .. import code_lists, codes
from ..report_codes import URGENCIES
from .code_fields import Choice, Needs
from .fields import Amount, Text
from .heading import Fix, Report

# The clusters of the IASC, by which help is organised.
CLUSTERS = (
    "unknown",
    "camp_management",
    "early_recovery",
    "education",
    "emergency_telecommunications",
    "food_security",
    "health",
    "logistics",
    "nutrition",
    "protection",
    "shelter",
    "water_sanitation_hygiene",
)
STATES = ("new", "partly_met", "met", "withdrawn")


class NeedsReport(Report):
    """Needs at the report's position."""

    NAME = "needs"
    FIELDS = (
        "mode",
        "time_s",
        "time_quality",
        "fix",
        "cluster",
        "urgency",
        "state",
        "needs",
        "people",
        "text",
    )
    LAYOUT = (
        ("cluster", Choice(CLUSTERS, 16)),
        ("urgency", Choice(URGENCIES)),
        ("state", Choice(STATES)),
        ("needs", Needs(code_lists.NEED_ITEMS)),
        ("people", Amount()),
        ("text", Text()),
    )

    REQUIRED = ("needs",)

    def __init__(
        self,
        *,
        mode: int,
        time_s: int | None = None,
        time_quality: int = codes.TIME_NONE,
        fix: Fix | None = None,
        cluster: int = 0,
        urgency: int = 0,
        state: int = 0,
        needs: tuple[tuple[int, int | None], ...],
        people: int | None = None,
        text: str | None = None,
    ) -> None:
        super().__init__(mode=mode, time_s=time_s, time_quality=time_quality, fix=fix)
        self.cluster = cluster
        self.urgency = urgency
        self.state = state
        self.needs = needs
        self.people = people
        self.text = text

    def priority(self) -> int:
        return codes.PRIORITY

    def contradiction(self) -> str | None:
        return None if self.needs else "needs: nothing is needed"
