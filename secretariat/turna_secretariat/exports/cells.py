"""What stands in one cell: a report's value as a number, a date, a time or words, never as code.

A blank cell is unknown, 0 is none.  Times are UTC.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from turna_protocol.iso8601 import format_time
from turna_secretariat.exports.entry import Entry
from turna_secretariat.exports.harmless import one_line

Cell = str | int | float | date | time | timedelta | None
Plain = str | int | float | None
Value = Callable[[Entry], Cell]

# F15 of the triage form, in the order of its boxes.
_F15 = ("search", "shoring", "breaking", "lifting", "rope", "medical")
_F15_BOXES = "ABCDEF"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; `number` is the field's on the form, or empty."""

    number: str
    title: str
    value: Value

    @property
    def heading(self) -> str:
        return f"{self.number} {self.title}".strip()


def field(number: str, title: str, name: str) -> Column:
    """Return the column of one field of a report."""
    if name == "text":
        return Column(number, title, lambda entry: one_line(entry.body["text"] or "") or None)
    return Column(number, title, lambda entry: cell(entry.body.get(name)))


def cell(value: object) -> Cell:
    """Return a field's JSON value in one cell."""
    if isinstance(value, bool):
        return "Y" if value else "N"
    if value is None or value == "unknown":
        return None
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, list):
        return ", ".join(words(item) for item in value) or None
    if isinstance(value, dict):
        known = [f"{words(k)} {'?' if v is None else words(v)}" for k, v in value.items()]
        return ", ".join(known) or None
    return words(value)


def plain(value: Cell) -> Plain:
    """Return a cell for a format that has numbers and texts only."""
    if isinstance(value, datetime):
        return format_time(int(value.replace(tzinfo=UTC).timestamp()))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds()) // 60
        return f"{minutes // 60}:{minutes % 60:02d}"
    return value


def words(value: object) -> str:
    return one_line(str(value)).replace("_", " ")


def worksite(entry: Entry) -> str | None:
    """Return the whole identifier, or None; a handset leaves its own team's name out."""
    name = entry.body.get("worksite")
    return name if name is None or "-" in name else one_line(f"{entry.team}-{name}")


def team(entry: Entry) -> Cell:
    return one_line(entry.team)


def moment(time_s: int) -> datetime:
    """Return a time as a table keeps it: UTC, and without saying so, as Excel wants it."""
    return datetime.fromtimestamp(time_s, UTC).replace(tzinfo=None)


def place(axis: int) -> Value:
    return lambda entry: None if entry.place is None else entry.place[axis]


def position(entry: Entry) -> Cell:
    """Return a place in one cell; a sign in front would make it a formula."""
    return None if entry.place is None else "lat {:.5f}, lon {:.5f}".format(*entry.place)


def day_of(when: Callable[[Entry], int | None]) -> Value:
    """Return the date of a moment in unix seconds."""

    def value(entry: Entry) -> Cell:
        time_s = when(entry)
        return None if time_s is None else moment(time_s).date()

    return value


def clock_of(when: Callable[[Entry], int | None]) -> Value:
    """Return the time of day of a moment in unix seconds, to the minute."""

    def value(entry: Entry) -> Cell:
        time_s = when(entry)
        return None if time_s is None else moment(time_s).time().replace(second=0)

    return value


def reported(entry: Entry) -> int | None:
    return entry.time_s


def ago(name: str) -> Callable[[Entry], int | None]:
    """Return the moment that a report gives as minutes before itself."""

    def when(entry: Entry) -> int | None:
        minutes = entry.body[name]
        return None if minutes is None else entry.time_s - minutes * 60

    return when


def completion(entry: Entry) -> int | None:
    hours = entry.body["completion_h"]
    return None if hours is None else entry.time_s + hours * 3600


def duration(name: str) -> Value:
    def value(entry: Entry) -> Cell:
        minutes = entry.body[name]
        return None if minutes is None else timedelta(minutes=minutes)

    return value


def floor_area(entry: Entry) -> Cell:
    length, width = entry.body["length_m"], entry.body["width_m"]
    return None if length is None or width is None else f"{length} x {width}"


def operations(entry: Entry) -> Cell:
    wanted = [name for name in _F15 if name in entry.body["operations"]]
    boxes = [f"{_F15_BOXES[_F15.index(name)]} {name}" for name in wanted]
    return ", ".join(boxes) or None


def asr_level(entry: Entry) -> Cell:
    return int(entry.body["asr_level"][-1])


def of_count(counts: str, name: str) -> Value:
    """Return one count of several that a field holds."""
    return lambda entry: cell(entry.body[counts][name])


def in_structure(entry: Entry) -> Cell:
    side, quadrant = entry.body["side"], entry.body["quadrant"]
    parts = [] if side is None else [f"side {side}"]
    parts += [] if quadrant == "unknown" else [f"quadrant {quadrant}"]
    return ", ".join(parts) or None
