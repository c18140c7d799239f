"""Cursor on Target 2.0 events for TAK clients: teams, calls for help, worksites, hazards.

What is not real says so in `opex`, in the name on the map and in the remarks: clients ignore the
first of them.  An alert ends when its sender takes it back, and when a person ends the call.
"""

from xml.etree.ElementTree import Element

from turna_protocol.iso8601 import format_time
from turna_secretariat.exports import forms
from turna_secretariat.exports.cells import plain, words, worksite
from turna_secretariat.exports.entry import Entry, Extract, mission_urn
from turna_secretariat.exports.xml_text import child, document

TEAM, EMERGENCY, CANCELLED = "a-f-G-U-C", "b-a-o-tbl", "b-a-o-can"
SPOT, CASUALTIES = "b-m-p-s-m", "b-r-f-h-c"
_SPOTS = ("worksite_triage", "worksite_report", "victim", "hazard", "needs", "area")
_PLACED = {"position": TEAM, "sitrep": TEAM, "medevac": CASUALTIES} | dict.fromkeys(_SPOTS, SPOT)
# How long a client may take it for the present state.
_STALE_S = {TEAM: 15 * 60, CASUALTIES: 6 * 3600, SPOT: 24 * 3600}
_EMERGENCY_STALE_S = 3600
# MIL-STD-6090: what is not known of a point.
_UNKNOWN_M = "9999999.0"
_OPEX = {"actual": "o", "exercise": "e", "test": "s"}
_PRECEDENCES = ("urgent", "priority", "routine")


def write(extract: Extract) -> bytes:
    """Return the events of all reports that TAK can show, in one file."""
    root = Element("events")
    root.extend([made for made in map(_event, extract.entries) if made is not None])
    return document(root)


def event(entry: Entry) -> bytes | None:
    """Return one event, or None for a report that has no place on a map; an SOS has.

    None too for a call that is ended while its handset calls on: both are one alert on the map.
    """
    made = _event(entry)
    return None if made is None else document(made)


def holds(entry: Entry) -> bool:
    """Tell whether TAK can show it; a call for help is sent without a place too."""
    if entry.type == "sos":
        return not entry.stands.calls_on
    return entry.type in _PLACED and entry.place is not None


def is_call(entry: Entry) -> bool:
    """Tell whether its event is an alert, not the end of one."""
    return entry.type == "sos" and entry.body["phase"] != "cancel" and entry.stands.ended is None


def _event(entry: Entry) -> Element | None:
    if not holds(entry):
        return None
    if entry.type == "sos":
        return _emergency(entry)
    kind = _PLACED[entry.type]
    made, detail = _begun(entry, kind, _uid(entry, kind), _STALE_S[kind])
    child(detail, "contact", callsign=_name(entry, kind))
    if kind == CASUALTIES:
        child(detail, "_medevac_", **_medevac(entry))
    child(detail, "remarks", _remarks(entry))
    return made


def _emergency(entry: Entry) -> Element:
    """Return ATAK's 911 alert or its end; both have one uid, so that the end finds the alert."""
    cancelled = not is_call(entry)
    uid = f"{entry.handset_urn}-9-1-1"
    kind = CANCELLED if cancelled else EMERGENCY
    made, detail = _begun(entry, kind, uid, _EMERGENCY_STALE_S)
    name = entry.marked(entry.call_sign)
    child(detail, "link", relation="p-p", uid=entry.handset_urn, type=TEAM)
    child(detail, "contact", callsign=f"{name}-Alert")
    emergency = {"cancel": "true"} if cancelled else {"type": "911 Alert"}
    child(detail, "emergency", name, **emergency)
    child(detail, "remarks", _remarks(entry))
    return made


def _begun(entry: Entry, kind: str, uid: str, stale_s: int) -> tuple[Element, Element]:
    made = Element(
        "event",
        {
            "version": "2.0",
            "uid": uid,
            "type": kind,
            "opex": _OPEX[entry.mode],
            "time": format_time(entry.said_s),
            "start": format_time(entry.said_s),
            "stale": format_time(entry.said_s + stale_s),
            "how": "m-g" if entry.place is not None else "h-e",
        },
    )
    lat, lon = entry.place or (0.0, 0.0)
    known = entry.place is not None and entry.accuracy_m is not None
    height = entry.body.get("altitude_m")
    child(
        made,
        "point",
        lat=f"{lat:.5f}",
        lon=f"{lon:.5f}",
        hae=_UNKNOWN_M if height is None else f"{height}.0",
        ce=f"{entry.accuracy_m}.0" if known else _UNKNOWN_M,
        le=_UNKNOWN_M,
    )
    return made, child(made, "detail")


def _uid(entry: Entry, kind: str) -> str:
    """Return what stays the same for one thing, so that its newest event replaces the last."""
    if kind == TEAM:
        return entry.handset_urn
    site = worksite(entry)
    if site is None or entry.type == "victim":
        return entry.urn
    return f"{mission_urn(entry.mission)}:worksite:{site}"


def _name(entry: Entry, kind: str) -> str:
    if kind == TEAM:
        return entry.marked(entry.call_sign)
    what = entry.body.get("hazard") or worksite(entry) or entry.type
    return entry.marked(f"{words(what)} ({entry.call_sign})")


def _remarks(entry: Entry) -> str:
    told = [] if entry.stands.words is None else [entry.stands.words.upper()]
    told += [] if entry.place is not None else ["POSITION UNKNOWN"]
    for column in forms.of(entry.type):
        value = plain(column.value(entry))
        if value is not None:
            told.append(f"{column.heading}: {value}")
    return entry.marked("; ".join([entry.team, words(entry.type), *told]))


def _medevac(entry: Entry) -> dict[str, object]:
    """Return ATAK's own fields; its precedences count patients, ours ranks the request."""
    body = entry.body
    rank = str(body["precedence"]).split("_")[0]
    patients = sum(count for count in body["patients"].values() if count is not None)
    told: dict[str, object] = {
        "title": entry.marked(entry.call_sign),
        "casevac": "true",
        "litter": body["litter"],
        "ambulatory": body["ambulatory"],
        "hoist": "true" if "hoist" in body["equipment"] else None,
        "ventilator": "true" if "ventilator" in body["equipment"] else None,
    }
    told |= {rank: patients} if rank in _PRECEDENCES else {}
    return {name: value for name, value in told.items() if value is not None}
