"""KML 2.2: a placemark for each report that knows where it was made, with its time and fields."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from turna_secretariat.exports import forms
from turna_secretariat.exports.entry import Entry
from turna_secretariat.exports.xml_text import child, document

_NAMESPACE = "http://www.opengis.net/kml/2.2"


def write(entries: Sequence[Entry]) -> bytes:
    root = Element("kml", {"xmlns": _NAMESPACE})
    folder = child(root, "Document")
    child(folder, "name", entries[0].marked(entries[0].mission) if entries else "no reports")
    for entry in entries:
        if entry.place is not None:
            _placemark(folder, entry, *entry.place)
    return document(root)


def _placemark(folder: Element, entry: Entry, lat: float, lon: float) -> None:
    placemark = child(folder, "Placemark")
    child(placemark, "name", entry.marked(f"{entry.call_sign} {forms.words(entry.type)}"))
    child(child(placemark, "TimeStamp"), "when", entry.time)
    data = child(placemark, "ExtendedData")
    for column in (*forms.COMMON, *forms.of(entry.type)):
        value = column.value(entry)
        if value is not None:
            child(child(data, "Data", name=column.heading), "value", value)
    child(child(placemark, "Point"), "coordinates", f"{lon:.5f},{lat:.5f}")
