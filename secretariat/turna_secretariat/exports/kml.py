"""KML 2.2: a placemark for each report that knows where it was made, with its time and fields.

What kind of report it is stands in its name; size and colour say it again, in colours that also
those tell apart who see red and green alike.
"""

from xml.etree.ElementTree import Element

from turna_secretariat.exports import forms
from turna_secretariat.exports.cells import plain, words
from turna_secretariat.exports.entry import Entry, Extract
from turna_secretariat.exports.xml_text import child, document

_NAMESPACE = "http://www.opengis.net/kml/2.2"
# Okabe and Ito, Color Universal Design (2008), as KML writes it: aabbggrr. And how large the sign.
_STYLES = {
    "sos": ("ff005ed5", 1.6),  # vermillion
    "sos_in_hand": ("ff005ed5", 1.2),
    "hazard": ("ff42e4f0", 1.3),  # yellow
    "medevac": ("ffa779cc", 1.3),  # reddish purple
    "victim": ("ffe9b456", 1.1),  # sky blue
    "worksite": ("ffb27200", 1.1),  # blue
    "team": ("ff739e00", 1.0),  # bluish green
    "other": ("ff999999", 0.9),  # grey
}
_STYLE_OF = {
    "sos": "sos",
    "hazard": "hazard",
    "medevac": "medevac",
    "victim": "victim",
    "worksite_triage": "worksite",
    "worksite_report": "worksite",
    "position": "team",
    "sitrep": "team",
}


def write(extract: Extract) -> bytes:
    root = Element("kml", {"xmlns": _NAMESPACE})
    folder = child(root, "Document")
    child(folder, "name", extract.title)
    child(folder, "description", f"{extract.chosen} {_left_out(extract)}".lstrip())
    for name, (colour, scale) in _STYLES.items():
        _style(folder, name, colour, scale)
    for entry in extract.entries:
        if entry.place is not None:
            _placemark(folder, entry, *entry.place)
    return document(root)


def holds(entry: Entry) -> bool:
    return entry.place is not None


def _left_out(extract: Extract) -> str:
    """Say how many a map cannot show, lest somebody take it for all of them."""
    kinds = [entry.type for entry in extract.entries if not holds(entry)]
    calls = f", {kinds.count('sos')} SOS among them" if "sos" in kinds else ""
    return f"Reports without a place, not in this file: {len(kinds)}{calls}."


def _style(folder: Element, name: str, colour: str, scale: float) -> None:
    style = child(folder, "Style", id=name)
    icon = child(style, "IconStyle")
    child(icon, "color", colour)
    child(icon, "scale", scale)
    child(child(style, "LabelStyle"), "scale", scale)


def _placemark(folder: Element, entry: Entry, lat: float, lon: float) -> None:
    placemark = child(folder, "Placemark")
    kind, style = _sign(entry)
    child(placemark, "name", entry.marked(f"{entry.call_sign} {kind}"))
    child(child(placemark, "TimeStamp"), "when", entry.time)
    child(placemark, "styleUrl", f"#{style}")
    data = child(placemark, "ExtendedData")
    for column in (*forms.COMMON, *forms.of(entry.type)):
        value = plain(column.value(entry))
        if value is not None:
            child(child(data, "Data", name=column.heading), "value", value)
    child(child(placemark, "Point"), "coordinates", f"{lon:.5f},{lat:.5f}")


def _sign(entry: Entry) -> tuple[str, str]:
    """Return what a report is called, and its style; what is over does not look as if it held."""
    if entry.type == "sos" and entry.body["phase"] == "cancel":
        return "SOS cancelled", "other"
    if entry.type == "sos" and entry.stands.words is not None:
        style = "sos_in_hand" if entry.stands.ended is None else "other"
        return f"SOS {entry.stands.words}", style
    if entry.type == "hazard" and entry.body["state"] == "cleared":
        return f"{words(entry.body['hazard'])} cleared", "other"
    kind = "SOS" if entry.type == "sos" else words(entry.type)
    return kind, _STYLE_OF.get(entry.type, "other")
