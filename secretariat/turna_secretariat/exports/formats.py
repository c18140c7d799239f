"""Every format by its name: what it is called, what it makes, what its file is named."""

from collections.abc import Callable
from dataclasses import dataclass

from turna_secretariat.exports import cap, cot, geojson, hxl, kml, tables
from turna_secretariat.exports.entry import Entry, Extract
from turna_secretariat.exports.harmless import in_file_name
from turna_secretariat.exports.selection import Selection


@dataclass(frozen=True, slots=True)
class Format:
    """One format: `suffix` ends its address and its file's name, `holds` tells what it can hold."""

    title: str
    suffix: str
    media_type: str
    write: Callable[[Extract], bytes]
    holds: Callable[[Entry], bool] = lambda _: True


FORMATS = {
    "insarag-csv": Format("INSARAG fields, CSV", "csv", "text/csv", tables.write_csv),
    "insarag-xlsx": Format(
        "INSARAG forms, Excel",
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        tables.write_xlsx,
    ),
    "geojson": Format("GeoJSON", "geojson", "application/geo+json", geojson.write),
    "kml": Format("KML", "kml", "application/vnd.google-earth.kml+xml", kml.write, kml.holds),
    "cap": Format("CAP 1.2 alerts, ZIP", "cap.zip", "application/zip", cap.write, cap.holds),
    "cot": Format("Cursor on Target", "cot.xml", "application/xml", cot.write, cot.holds),
    "hxl": Format("HXL, CSV", "hxl.csv", "text/csv", hxl.write),
}
BY_SUFFIX = {known.suffix: known for known in FORMATS.values()}


def file_name(mission: str, selection: Selection, suffix: str) -> str:
    """Return a name that cannot be taken for another mode's, in characters every system takes."""
    kinds = "-".join(selection.types) or "reports"
    return f"turna-{selection.mode.upper()}-{in_file_name(mission)}-{kinds}.{suffix}"
