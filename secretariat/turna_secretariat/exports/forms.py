"""The one table of headings: each type's columns, with the field's number where a form has it.

Numbers: Worksite Triage (E, F), Worksite Report (E, G), Victim Extrication (E, G, V), Wide Area
Assessment (W, X) of the INSARAG Guidelines 2020, Volume III, annexes B23, B24, B27 and the form of
ASR 1; identifiers as of 2027.  Two columns may be parts of one field.  What no form of 2020 asks
for has no number: rescued and recovered are G7 and G8 of 2015, damage is F12 of 2015.
"""

from turna_secretariat.exports import cells
from turna_secretariat.exports.cells import Column, field, plain, worksite
from turna_secretariat.exports.entry import Entry
from turna_secretariat.exports.harmless import one_line

COMMON = (
    Column("", "Mode", lambda entry: entry.mode),
    Column("", "Type", lambda entry: entry.type),
    Column("", "Mission", lambda entry: one_line(entry.mission)),
    Column("", "Team ID", cells.team),
    Column("", "Call sign", lambda entry: one_line(entry.call_sign)),
    Column("", "Time (UTC)", lambda entry: cells.moment(entry.time_s)),
    Column("", "Latitude (WGS 84)", cells.place(0)),
    Column("", "Longitude (WGS 84)", cells.place(1)),
    Column("", "Accuracy (m)", lambda entry: entry.accuracy_m),
    Column("", "Delivery", lambda entry: entry.state_name),
    Column("", "Report ID", lambda entry: entry.urn),
)

_WORKSITE = Column("E1", "Worksite ID", worksite)
_GPS = Column("E2", "GPS", cells.position)
_TEAM_OF_REPORT = Column("G4", "Team ID", cells.team)
_BATTERY = field("", "Battery (%)", "battery_pct")
_ALTITUDE = field("", "Altitude (m)", "altitude_m")
_HAZARDS = field("", "Hazards", "hazards")
_NEEDS = field("", "Needs", "needs")
_TEXT = field("", "Text", "text")
_COLOURS = ("immediate", "delayed", "minor", "expectant", "deceased")

_FORMS: dict[str, tuple[Column, ...]] = {
    "worksite_triage": (
        _WORKSITE,
        _GPS,
        field("E5", "Building use", "use"),
        Column("F1", "Team ID", cells.team),
        Column("F2", "Date (UTC)", cells.day_of(cells.reported)),
        Column("F3", "Time (UTC)", cells.clock_of(cells.reported)),
        field("F4", "Live victims confirmed", "live"),
        field("F5", "Less than 12 h", "under_12h"),
        field("F6", "Reported missing", "missing"),
        field("F7", "Deceased", "deceased"),
        field("F8", "Triage category", "triage"),
        field("F9", "Construction", "construction"),
        Column("F10", "Floor area (m x m)", cells.floor_area),
        field("F11", "Floors", "floors"),
        field("F12", "Basements", "basements"),
        field("F13", "Collapse", "collapse"),
        Column("F15", "Operations needed", cells.operations),
        field("F16", "Risks and hazards", "hazards"),
        field("F16", "Other", "text"),
        field("", "Triage overridden", "overridden"),
        field("", "Voids", "void"),
        field("", "Damage (%)", "damage_pct"),
    ),
    "worksite_report": (
        _WORKSITE,
        _GPS,
        Column("G1", "Start date (UTC)", cells.day_of(cells.ago("began_min_ago"))),
        Column("G2", "Start time (UTC)", cells.clock_of(cells.ago("began_min_ago"))),
        Column("G3", "Duration (h:min)", cells.duration("duration_min")),
        _TEAM_OF_REPORT,
        field("G5", "Second team", "second_team"),
        Column("G6", "ASR level", cells.asr_level),
        field("G8", "Resources releasable", "releasable"),
        field("G9", "Hazards and risks", "hazards"),
        field("G11", "Report number", "report_number"),
        field("G12", "Worksite completed", "completed"),
        field("G13", "Still missing", "missing"),
        field("G14", "Live contacts", "live_contacts"),
        field("G15", "Extrication forms submitted", "forms_submitted"),
        field("G17", "Needs", "needs"),
        field("G17", "Other", "text"),
        Column("G18", "Estimated completion date (UTC)", cells.day_of(cells.completion)),
        Column("G19", "Estimated completion time (UTC)", cells.clock_of(cells.completion)),
        field("", "Live rescued", "live_rescued"),
        field("", "Deceased recovered", "deceased_recovered"),
    ),
    "victim": (
        _WORKSITE,
        _GPS,
        _TEAM_OF_REPORT,
        field("V1", "Victim number", "number"),
        Column("V2", "Date of extrication (UTC)", cells.day_of(cells.ago("minutes_ago"))),
        Column("V3", "Time of extrication (UTC)", cells.clock_of(cells.ago("minutes_ago"))),
        field("V5", "Floor", "floor"),
        Column("V6", "Position in structure", cells.in_structure),
        field("V7", "Work level", "work_level"),
        Column("V8", "Total time (h:min)", cells.duration("total_min")),
        field("V9", "Live or deceased", "outcome"),
        field("V10", "Injuries", "injuries"),
        field("V11", "Handed to", "handed_to"),
        field("V13", "Other", "text"),
        field("", "Triage colour", "triage"),
        field("", "Age group", "age_group"),
        field("", "Sex", "sex"),
    ),
    "area": (
        field("", "Sector", "sector"),
        field("", "Radius (m)", "radius_m"),
        field("W.1", "Affected buildings", "affected_buildings"),
        field("W.2", "Partly collapsed", "partly_collapsed"),
        field("W.3", "Totally collapsed", "totally_collapsed"),
        field("W.4", "Zoning", "zoning"),
        field("W.5", "Potential worksites", "worksites"),
        field("W.6", "Injured", "injured"),
        field("W.7", "Missing", "missing"),
        field("W.8", "Dead", "dead"),
        field("X.2", "Security level (1-6)", "security_level"),
        field("", "Infrastructure", "infrastructure"),
        _TEXT,
    ),
    "sitrep": (
        field("", "Team status", "team_status"),
        *(Column("", f"Casualties, {c}", cells.of_count("casualties", c)) for c in _COLOURS),
        field("", "Trapped", "trapped"),
        field("", "Rescued", "rescued"),
        _HAZARDS,
        _NEEDS,
        _BATTERY,
        _ALTITUDE,
        _TEXT,
    ),
    "position": (_BATTERY, _ALTITUDE),
    "sos": (
        field("", "SOS phase", "phase"),
        field("", "SOS kind", "kind"),
        field("", "People in distress", "people"),
        _BATTERY,
        field("", "About SOS number", "sos_reference"),
    ),
    "node_health": (
        field("", "Battery (mV)", "battery_mv"),
        field("", "Temperature (°C)", "temperature_c"),
        field("", "Uptime (min)", "uptime_min"),
        field("", "Reports waiting", "waiting"),
        field("", "Reports stored", "stored"),
        field("", "RSSI (dBm)", "rssi_dbm"),
        field("", "SNR (dB)", "snr_db"),
        field("", "Satellites", "satellites"),
        field("", "Air time in the last hour (s)", "airtime_s"),
        field("", "Restarts", "restarts"),
        field("", "Packets refused", "refused"),
        field("", "Firmware", "firmware"),
    ),
    "hazard": (
        field("", "Hazard", "hazard"),
        field("", "Severity", "severity"),
        field("", "Certainty", "certainty"),
        field("", "Radius (m)", "radius_m"),
        field("", "Action", "action"),
        field("", "Hazard state", "state"),
        field("", "UN number", "un_number"),
        _TEXT,
    ),
    "medevac": (
        field("", "Precedence", "precedence"),
        *(Column("", f"Patients, {c}", cells.of_count("patients", c)) for c in _COLOURS),
        field("", "Litter patients", "litter"),
        field("", "Ambulatory patients", "ambulatory"),
        field("", "Children", "children"),
        field("", "Equipment", "equipment"),
        field("", "Landing mark", "landing_mark"),
        field("", "Terrain", "terrain"),
        field("", "Security level (1-6)", "security_level"),
        _TEXT,
    ),
    "needs": (
        field("", "Cluster", "cluster"),
        field("", "Need urgency", "urgency"),
        field("", "Need state", "state"),
        _NEEDS,
        field("", "People in need", "people"),
        _TEXT,
    ),
    "message": (
        field("", "Phrase", "phrase"),
        field("", "Answers number", "answers"),
        _TEXT,
    ),
    "task": (
        field("", "Task number", "number"),
        field("", "Task", "task"),
        field("", "Task urgency", "urgency"),
        _WORKSITE,
        field("", "Due in (min)", "due_in_min"),
        _TEXT,
    ),
    "task_status": (
        field("", "Task number", "number"),
        field("", "Task status", "status"),
        field("", "Reason", "reason"),
        _TEXT,
    ),
    "settings": (
        field("", "Power", "power"),
        field("", "Position every (min)", "position_min"),
        field("", "Health every (min)", "health_min"),
    ),
}


def of(type_name: str) -> tuple[Column, ...]:
    """Return the columns that reports of this type fill, besides the common ones."""
    return _FORMS[type_name]


def numbered(entry: Entry) -> dict[str, cells.Plain]:
    """Return a report's fields by their numbers on the form; parts of one field stand together."""
    found: dict[str, cells.Plain] = {}
    for column in of(entry.type):
        if not column.number:
            continue
        value, before = plain(column.value(entry)), found.get(column.number)
        found[column.number] = value if before is None else _both(before, value)
    return found


def _both(one: cells.Plain, other: cells.Plain) -> cells.Plain:
    return one if other is None else f"{one}; {other}"
