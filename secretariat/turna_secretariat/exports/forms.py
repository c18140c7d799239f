"""The forms as tables: INSARAG's field numbers, a title, and how a report fills the cell.

Numbers: Worksite Triage (E, F), Worksite Report (G), Victim Extrication (V), Wide Area Assessment
(W, X) of the INSARAG Guidelines 2020, Volume III, annexes B23, B24, B27; identifiers as of 2027.
A blank cell is unknown, 0 is none. Fields that no form has are without a number.
"""

from collections.abc import Callable
from dataclasses import dataclass

from turna_protocol.iso8601 import format_time
from turna_protocol.json_form import schema
from turna_secretariat.exports.entry import Entry
from turna_secretariat.exports.harmless import one_line

Cell = str | int | float | None

# Filled by the common columns.
_HEADING = ("type", "mode", "time", "time_quality", "position")
# F15, in the order of its boxes.
_F15 = ("search", "shoring", "breaking", "lifting", "rope", "medical")
_F15_BOXES = "ABCDEF"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; `number` is the field's on the form, or empty."""

    number: str
    title: str
    value: Callable[[Entry], Cell]

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


def words(value: object) -> str:
    return one_line(str(value)).replace("_", " ")


def of(type_name: str) -> tuple[Column, ...]:
    """Return the columns that only reports of this type have."""
    return _FORMS.get(type_name) or _plain(type_name)


def worksite(entry: Entry) -> str | None:
    """Return the whole identifier, or None; a handset leaves its own team's name out."""
    name = entry.body.get("worksite")
    return name if name is None or "-" in name else one_line(f"{entry.team}-{name}")


def _place(axis: int) -> Callable[[Entry], Cell]:
    return lambda entry: None if entry.place is None else entry.place[axis]


def _position(entry: Entry) -> Cell:
    """Return a place in one cell; a sign in front would make it a formula."""
    return None if entry.place is None else "lat {:.5f}, lon {:.5f}".format(*entry.place)


def _date(entry: Entry) -> Cell:
    return entry.time[:10]


def _clock(entry: Entry) -> Cell:
    return entry.time[11:16]


def _area(entry: Entry) -> Cell:
    length, width = entry.body["length_m"], entry.body["width_m"]
    return None if length is None or width is None else f"{length} x {width}"


def _operations(entry: Entry) -> Cell:
    wanted = [name for name in _F15 if name in entry.body["operations"]]
    boxes = [f"{_F15_BOXES[_F15.index(name)]} {name}" for name in wanted]
    return ", ".join(boxes) or None


def _ago(name: str, part: slice) -> Callable[[Entry], Cell]:
    """Return date or time of a moment given as minutes before the report."""

    def value(entry: Entry) -> Cell:
        ago = entry.body[name]
        return None if ago is None else format_time(entry.time_s - ago * 60)[part]

    return value


def _completion(part: slice) -> Callable[[Entry], Cell]:
    def value(entry: Entry) -> Cell:
        hours = entry.body["completion_h"]
        return None if hours is None else format_time(entry.time_s + hours * 3600)[part]

    return value


def _casualties(name: str) -> Callable[[Entry], Cell]:
    return lambda entry: cell(entry.body["casualties"][name])


def _duration(name: str) -> Callable[[Entry], Cell]:
    def value(entry: Entry) -> Cell:
        minutes = entry.body[name]
        return None if minutes is None else f"{minutes // 60}:{minutes % 60:02d}"

    return value


def _in_structure(entry: Entry) -> Cell:
    side, quadrant = entry.body["side"], entry.body["quadrant"]
    parts = [] if side is None else [f"side {side}"]
    parts += [] if quadrant == "unknown" else [f"quadrant {quadrant}"]
    return ", ".join(parts) or None


_DATE, _CLOCK = slice(0, 10), slice(11, 16)

COMMON = (
    Column("", "Mode", lambda entry: entry.mode),
    Column("", "Type", lambda entry: entry.type),
    Column("", "Mission", lambda entry: one_line(entry.mission)),
    Column("", "Team ID", lambda entry: one_line(entry.team)),
    Column("", "Call sign", lambda entry: one_line(entry.call_sign)),
    Column("", "Time UTC", lambda entry: entry.time),
    Column("", "Latitude WGS84", _place(0)),
    Column("", "Longitude WGS84", _place(1)),
    Column("", "Accuracy m", lambda entry: entry.accuracy_m),
    Column("", "Delivery", lambda entry: entry.state_name),
    Column("", "Report ID", lambda entry: entry.urn),
)

_TRIAGE = (
    Column("E1", "Worksite ID", worksite),
    Column("E2", "GPS", _position),
    field("E5", "Building use", "use"),
    Column("F1", "Team ID", lambda entry: one_line(entry.team)),
    Column("F2", "Date UTC", _date),
    Column("F3", "Time UTC", _clock),
    field("F4", "Live victims confirmed", "live"),
    field("F5", "Less than 12 h", "under_12h"),
    field("F6", "Reported missing", "missing"),
    field("F7", "Deceased", "deceased"),
    field("F8", "Triage category", "triage"),
    field("F9", "Construction", "construction"),
    Column("F10", "Floor area m", _area),
    field("F11", "Floors", "floors"),
    field("F12", "Basements", "basements"),
    field("F13", "Collapse", "collapse"),
    Column("F15", "Operations", _operations),
    field("F16", "Hazards", "hazards"),
    field("", "Triage overridden", "overridden"),
    field("", "Voids", "void"),
    field("", "Damage %", "damage_pct"),
    field("", "Text", "text"),
)

_WORKSITE_REPORT = (
    Column("E1", "Worksite ID", worksite),
    Column("G1", "Start date UTC", _ago("began_min_ago", _DATE)),
    Column("G2", "Start time UTC", _ago("began_min_ago", _CLOCK)),
    Column("G3", "Duration h:min", _duration("duration_min")),
    Column("G4", "Team ID", lambda entry: one_line(entry.team)),
    field("G5", "Second team", "second_team"),
    Column("G6", "ASR level", lambda entry: int(entry.body["asr_level"][-1])),
    field("G8", "Resources releasable", "releasable"),
    field("G9", "Hazards", "hazards"),
    field("G11", "Report number", "report_number"),
    field("G12", "Worksite completed", "completed"),
    field("G13", "Still missing", "missing"),
    field("G14", "Live contacts", "live_contacts"),
    field("G15", "Forms submitted", "forms_submitted"),
    field("G17", "Needs", "needs"),
    Column("G18", "Estimated completion date UTC", _completion(_DATE)),
    Column("G19", "Estimated completion time UTC", _completion(_CLOCK)),
    field("", "Live rescued", "live_rescued"),
    field("", "Deceased recovered", "deceased_recovered"),
    field("", "Text", "text"),
)

_VICTIM = (
    Column("E1", "Worksite ID", worksite),
    field("V1", "Victim number", "number"),
    Column("V2", "Date UTC", _ago("minutes_ago", _DATE)),
    Column("V3", "Time UTC", _ago("minutes_ago", _CLOCK)),
    field("V5", "Floor", "floor"),
    Column("V6", "Position in structure", _in_structure),
    field("V7", "Work level", "work_level"),
    Column("V8", "Total time h:min", _duration("total_min")),
    field("V9", "Live or deceased", "outcome"),
    field("V10", "Injuries", "injuries"),
    field("V11", "Handed to", "handed_to"),
    field("V13", "Other", "text"),
    field("", "Triage", "triage"),
    field("", "Age group", "age_group"),
    field("", "Sex", "sex"),
)

_AREA = (
    field("", "Sector", "sector"),
    field("", "Radius m", "radius_m"),
    field("W1", "Affected buildings", "affected_buildings"),
    field("W2", "Partly collapsed", "partly_collapsed"),
    field("W3", "Totally collapsed", "totally_collapsed"),
    field("W4", "Zoning", "zoning"),
    field("W5", "Potential worksites", "worksites"),
    field("W6", "Injured", "injured"),
    field("W7", "Missing", "missing"),
    field("W8", "Dead", "dead"),
    field("X2", "Security level", "security_level"),
    field("", "Infrastructure", "infrastructure"),
    field("", "Text", "text"),
)

_CASUALTIES = ("immediate", "delayed", "minor", "expectant", "deceased")

_SITREP = (
    field("", "Team status", "team_status"),
    *(Column("", f"Casualties {name}", _casualties(name)) for name in _CASUALTIES),
    field("", "Trapped", "trapped"),
    field("", "Rescued", "rescued"),
    field("", "Hazards", "hazards"),
    field("", "Needs", "needs"),
    field("", "Battery %", "battery_pct"),
    field("", "Altitude m", "altitude_m"),
    field("", "Text", "text"),
)

_FORMS = {
    "sitrep": _SITREP,
    "worksite_triage": _TRIAGE,
    "worksite_report": _WORKSITE_REPORT,
    "victim": _VICTIM,
    "area": _AREA,
}


def _plain(type_name: str) -> tuple[Column, ...]:
    """Return a column for each field of a type that no form has."""
    types = schema()["fields"]
    assert isinstance(types, dict)  # as `schema` makes it
    names = [name for name in types.get(type_name, ()) if name not in _HEADING]
    return tuple(field("", words(name).capitalize(), name) for name in names)
