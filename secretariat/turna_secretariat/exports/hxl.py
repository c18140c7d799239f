"""HXL 1.1: one table with a row of hashtags under the headings, for humanitarian analysts."""

from collections.abc import Callable

from turna_secretariat.exports.cells import Cell, cell, worksite
from turna_secretariat.exports.entry import Entry, Extract
from turna_secretariat.exports.harmless import one_line
from turna_secretariat.exports.tables import text_table

# Under which names a type's body keeps what HXL counts.
_TRAPPED = ("trapped", "live_contacts", "live")
_RESCUED = ("rescued", "live_rescued")
_KILLED = ("deceased", "deceased_recovered", "dead")
_INJURED = ("immediate", "delayed", "minor", "expectant")


def _first(*names: str) -> Callable[[Entry], Cell]:
    def value(entry: Entry) -> Cell:
        found = [entry.body[name] for name in names if entry.body.get(name) is not None]
        return cell(found[0]) if found else None

    return value


def _casualties(entry: Entry) -> dict[str, int | None]:
    counts: dict[str, int | None] = entry.body.get("casualties") or entry.body.get("patients") or {}
    return counts


def _killed(entry: Entry) -> Cell:
    of_sitrep = _casualties(entry).get("deceased")
    return _first(*_KILLED)(entry) if of_sitrep is None else of_sitrep


def _injured(entry: Entry) -> Cell:
    """Return the sum of what is known; unknown only if nothing is."""
    known = [count for name in _INJURED if (count := _casualties(entry).get(name)) is not None]
    return sum(known) if known else _first("injured")(entry)


def _items(entry: Entry) -> Cell:
    return cell(entry.body.get("needs"))


_COLUMNS: tuple[tuple[str, str, Callable[[Entry], Cell]], ...] = (
    ("Report", "#meta+id", lambda entry: entry.urn),
    ("Mode", "#meta+mode", lambda entry: entry.mode),
    ("Type", "#meta+type", lambda entry: entry.type),
    ("Reported", "#date+reported", lambda entry: entry.time),
    ("Team", "#org+code", lambda entry: one_line(entry.team)),
    ("Worksite", "#loc+code", worksite),
    ("Latitude", "#geo+lat", lambda entry: None if entry.place is None else entry.place[0]),
    ("Longitude", "#geo+lon", lambda entry: None if entry.place is None else entry.place[1]),
    ("Cluster", "#sector", _first("cluster")),
    ("Severity", "#severity", _first("severity", "triage", "security_level")),
    ("Status", "#status", _first("team_status", "state", "phase")),
    ("Killed", "#affected+killed", _killed),
    ("Injured", "#affected+injured", _injured),
    ("Missing", "#affected+missing", _first("missing")),
    ("Trapped", "#affected+trapped", _first(*_TRAPPED)),
    ("Rescued", "#affected+rescued", _first(*_RESCUED)),
    ("In need", "#inneed", _first("people")),
    ("Needs", "#need+item", _items),
    ("Text", "#description", _first("text")),
)


def write(extract: Extract) -> bytes:
    headings = [heading for heading, _, _ in _COLUMNS]
    tags = [tag for _, tag, _ in _COLUMNS]
    rows = [[value(entry) for _, _, value in _COLUMNS] for entry in extract.entries]
    return text_table([headings, tags, *rows]).encode()
