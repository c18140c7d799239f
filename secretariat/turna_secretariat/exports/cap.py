"""CAP 1.2 alerts of what others must act on: calls for help and hazards.

Nothing here is ever Public: a report of the field is for those who coordinate the rescue.  The
status follows the report's own mode, and only "actual" becomes Actual.  A call that a person ended
is a Cancel of the alert that it was.
"""

import io
import zipfile
from xml.etree.ElementTree import Element

from turna_protocol.iso8601 import format_time
from turna_secretariat.exports.cells import words
from turna_secretariat.exports.entry import Entry, Extract, mission_urn
from turna_secretariat.exports.harmless import in_file_name
from turna_secretariat.exports.stands import Ended
from turna_secretariat.exports.xml_text import child, document

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
TYPES = ("sos", "hazard")

_STATUS = {"actual": "Actual", "exercise": "Exercise", "test": "Test"}
_PHASES = {"declare": "Alert", "update": "Update", "cancel": "Cancel"}
_RESTRICTION = "For those who coordinate this rescue mission; not for publication."
# CAP 1.2, 3.2.2: the category of each hazard.
_CATEGORIES = {
    "gas": "CBRNE",
    "electricity": "Infra",
    "fire": "Fire",
    "explosive": "CBRNE",
    "asbestos_dust": "CBRNE",
    "chemical": "CBRNE",
    "radiological": "CBRNE",
    "biological_sewage": "CBRNE",
    "flood_water": "Met",
    "secondary_collapse": "Infra",
    "aftershock_sensitive": "Geo",
    "security_crowd": "Security",
}
_RESPONSES = {
    "avoid": "Avoid",
    "evacuate": "Evacuate",
    "cordon": "Avoid",
    "protective_equipment": "Prepare",
    "monitor": "Monitor",
}
# An SOS holds until it is answered; this says when a receiver may stop to show it.
_SOS_HOLDS_S = 24 * 3600
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same bytes for the same alerts
_FLOOR_KM = 0.01


def write(extract: Extract) -> bytes:
    """Return a ZIP file with one alert document for each SOS and hazard."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        title = f"{extract.mode.upper()} {in_file_name(extract.mission)}"
        archive.comment = f"{title} {extract.chosen}".rstrip().encode()
        for entry in extract.entries:
            if holds(entry):
                name = f"{entry.mode}-{_identifier(entry).replace(':', '_')}.cap.xml"
                archive.writestr(zipfile.ZipInfo(name, _ZIP_EPOCH), alert(entry))
    return out.getvalue()


def holds(entry: Entry) -> bool:
    return entry.type in TYPES


def alert(entry: Entry) -> bytes:
    """Return the alert of one SOS or hazard."""
    root = Element("alert", {"xmlns": NAMESPACE})
    for name, value in _head(entry).items():
        if value is not None:
            child(root, name, value)
    info = child(root, "info")
    child(info, "language", "en")
    for name, value in _told(entry):
        if value is not None:
            child(info, name, value)
    _parameters(info, entry)
    _area(info, entry)
    return document(root)


def _head(entry: Entry) -> dict[str, str | None]:
    """Return the alert's own elements in the order of the schema."""
    meant = entry.refers_to if entry.stands.ended is None else (entry, *entry.refers_to)
    earlier = " ".join(f"{_sender(one)},{one.urn},{_time(one.time_s)}" for one in meant)
    return {
        "identifier": _identifier(entry),
        "sender": _sender(entry),
        "sent": _time(entry.said_s),
        "status": _STATUS[entry.mode],
        "msgType": _message_type(entry),
        "scope": "Restricted",
        "restriction": _RESTRICTION,
        "note": None if entry.is_real else f"{entry.mode.upper()}: this is not real.",
        "references": earlier or None,
    }


def _identifier(entry: Entry) -> str:
    """Return the alert's name; its Cancel is another message, with a name of its own."""
    ended = entry.stands.ended
    return entry.urn if ended is None else f"{entry.urn}:{ended.state_name.replace(' ', '-')}"


def _message_type(entry: Entry) -> str:
    """Return `msgType`; an update of a call that never reached us is itself an alert."""
    if entry.stands.ended is not None:
        return "Cancel"
    kind = _PHASES[entry.body["phase"]] if entry.type == "sos" else "Alert"
    return "Alert" if kind == "Update" and not entry.refers_to else kind


def _told(entry: Entry) -> list[tuple[str, str | None]]:
    if entry.type == "hazard":
        return _hazard(entry)
    ended = entry.stands.ended
    return _sos(entry) if ended is None else _ended(entry, ended)


def _ended(entry: Entry, ended: Ended) -> list[tuple[str, str | None]]:
    """Return what a person made of a call; only a false alarm means that nobody is in distress."""
    false, how = ended.is_false_alarm, ended.state_name
    headline = f"FALSE ALARM: SOS from {entry.call_sign}"
    if not false:
        headline = f"SOS from {entry.call_sign} ended: {how}"
    said = "found a false alarm" if false else f"ended ({how})"
    return [
        ("category", "Rescue"),
        ("event", entry.marked("SOS false alarm" if false else "SOS ended")),
        ("responseType", "AllClear" if false else "None"),
        ("urgency", "Past"),
        ("severity", "Minor" if false else "Unknown"),
        ("certainty", "Unlikely" if false else "Observed"),
        ("expires", _time(entry.said_s + _SOS_HOLDS_S)),
        ("senderName", entry.call_sign),
        ("headline", entry.marked(headline)),
        ("description", f"This call for help was {said} by a person. It had said: {_call(entry)}"),
    ]


def _call(entry: Entry) -> str:
    number = entry.body["people"]
    people = "people unknown" if number is None else f"{number} people"
    return f"{words(entry.body['kind'])}, {people}"


def _sos(entry: Entry) -> list[tuple[str, str | None]]:
    cancelled = entry.body["phase"] == "cancel"
    headline = f"SOS {'taken back by' if cancelled else 'from'} {entry.call_sign}"
    return [
        ("category", "Rescue"),
        ("event", entry.marked("SOS cancelled" if cancelled else "SOS")),
        ("responseType", "AllClear" if cancelled else "Assess"),
        ("urgency", "Past" if cancelled else "Immediate"),
        ("severity", "Minor" if cancelled else "Extreme"),
        ("certainty", "Observed"),
        ("expires", _time(entry.time_s + _SOS_HOLDS_S)),
        ("senderName", entry.call_sign),
        ("headline", entry.marked(headline)),
        ("description", _call(entry)),
    ]


def _hazard(entry: Entry) -> list[tuple[str, str | None]]:
    body = entry.body
    cleared = body["state"] == "cleared"
    event = f"Hazard: {words(body['hazard'])}"
    response = "AllClear" if cleared else _RESPONSES.get(body["action"])
    return [
        ("category", _CATEGORIES.get(body["hazard"], "Safety")),
        ("event", entry.marked(event)),
        ("responseType", response),
        ("urgency", _urgency(entry, cleared=cleared)),
        ("severity", str(body["severity"]).capitalize()),
        ("certainty", str(body["certainty"]).capitalize()),
        ("senderName", entry.call_sign),
        ("headline", entry.marked(f"{event}, {words(body['state'])}")),
        ("description", body["text"]),
        ("instruction", None if body["action"] == "none" else words(body["action"])),
    ]


def _urgency(entry: Entry, *, cleared: bool) -> str:
    if cleared:
        return "Past"
    return "Immediate" if entry.body["action"] == "evacuate" else "Expected"


def _parameters(info: Element, entry: Entry) -> None:
    told: dict[str, object] = {
        "mode": entry.mode,
        "team": entry.team,
        "position": "known" if entry.place is not None else "UNKNOWN",
        "people": entry.body.get("people"),
        "battery_pct": entry.body.get("battery_pct"),
        "un_number": entry.body.get("un_number"),
    }
    for name, value in told.items():
        if value is not None:
            parameter = child(info, "parameter")
            child(parameter, "valueName", name)
            child(parameter, "value", value)


def _area(info: Element, entry: Entry) -> None:
    if entry.place is None:
        return
    lat, lon = entry.place
    radius_m = entry.body.get("radius_m") or entry.accuracy_m or 0
    area = child(info, "area")
    child(area, "areaDesc", f"about {entry.call_sign}")
    child(area, "circle", f"{lat:.5f},{lon:.5f} {max(radius_m / 1000, _FLOOR_KM):g}")


def _sender(entry: Entry) -> str:
    return f"{mission_urn(entry.mission)}:secretariat"


def _time(time_s: int) -> str:
    """CAP 1.2, 3.3.2: no fraction, and never Z; UTC is written -00:00."""
    return format_time(time_s).replace("Z", "-00:00")
