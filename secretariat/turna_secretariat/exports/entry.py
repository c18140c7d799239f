"""One report as every export sees it, with its name for the world; and the reports of one file."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from turna_protocol.errors import MisuseError
from turna_protocol.iso8601 import format_time
from turna_secretariat.exports.harmless import one_line
from turna_secretariat.exports.stands import CALLING, Stands

_DAY_S = 86_400
_SAFE_IN_NAME = "-._~"


@dataclass(frozen=True, slots=True)
class Entry:
    """A proved report, its sender, and the earlier reports that it updates or takes back."""

    mission: str
    id: int
    device: int
    generation: int
    seq: int
    call_sign: str
    team: str
    country: str
    mode: str
    type: str
    priority: int
    observed_s: int | None
    arrived_ms: int
    state_name: str
    lat_e5: int | None
    lon_e5: int | None
    body: dict[str, Any]  # Any: the JSON form of a report
    refers_to: tuple["Entry", ...] = field(default=())
    stands: Stands = CALLING  # of an SOS

    @property
    def time_s(self) -> int:
        """When it was observed; when it was stored, if the handset had no time."""
        return self.arrived_ms // 1000 if self.observed_s is None else self.observed_s

    @property
    def time(self) -> str:
        return format_time(self.time_s)

    @property
    def said_s(self) -> int:
        """When the last was said of it: by its sender, or by the person who ended the call."""
        ended = self.stands.ended
        return self.time_s if ended is None else max(self.time_s, ended.at_ms // 1000)

    @property
    def place(self) -> tuple[float, float] | None:
        """(latitude, longitude) in degrees, or None."""
        if self.lat_e5 is None or self.lon_e5 is None:
            return None
        return self.lat_e5 / 100_000, self.lon_e5 / 100_000

    @property
    def accuracy_m(self) -> int | None:
        found: int | None = (self.body.get("position") or {}).get("accuracy_m")
        return found

    @property
    def urn(self) -> str:
        """The same for the same report, whoever exports it and when.

        The mission keeps an exercise apart from what is real, the generation a handset's successor
        from it: their numbers both begin at 0.
        """
        node = f"{self.device}.{self.generation}"
        day = self.time_s // _DAY_S
        return f"{mission_urn(self.mission)}:{named(self.team)}:{node}:{day}:{self.seq}"

    @property
    def handset_urn(self) -> str:
        node = f"{self.device}.{self.generation}"
        return f"{mission_urn(self.mission)}:{named(self.team)}:{node}"

    @property
    def is_real(self) -> bool:
        return self.mode == "actual"

    def marked(self, text: str) -> str:
        return marked(self.mode, text)


@dataclass(frozen=True, slots=True)
class Extract:
    """What one file holds: reports of one mission and one mode, which it also names if empty.

    `chosen` says which of them, for the formats that have a place for it; "" is all of the mode.
    """

    mission: str
    mode: str
    entries: tuple[Entry, ...] = ()
    chosen: str = ""

    def __post_init__(self) -> None:
        if any(entry.mode != self.mode for entry in self.entries):
            raise MisuseError("a file holds reports of one mode, never of two")

    @property
    def title(self) -> str:
        return marked(self.mode, one_line(self.mission))


def marked(mode: str, text: str) -> str:
    """Return a title that cannot be read without seeing that it is not real."""
    return text if mode == "actual" else f"{mode.upper()} {text}"


def mission_urn(mission: str) -> str:
    return f"urn:ots:{named(mission)}"


def named(text: str) -> str:
    """Return a name as it may stand in a URN: no space, comma, colon, < or &."""
    return quote(text, safe=_SAFE_IN_NAME)
