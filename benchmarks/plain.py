"""A report as the plain integers and texts that every other coding gets to carry.

Times and places are relative to the deployment and code lists are numbers for them too, so that
what is compared is the coding and not the diligence behind it.
"""

from turna_protocol import codes
from turna_protocol.frame import Frame
from turna_protocol.reports import Casualties, Fix, Report, report_type
from turna_protocol.reports.types import TYPES

Plain = int | str | list[list[int | None]] | None

# Fields that may be missing come last within a type, where arrays can leave them out.
FIELDS = {
    "sitrep": (
        *("mode", "quality", "time", "north", "east", "accuracy", "age"),
        *("status", "battery", "trapped", "rescued", "hazards"),
        *("immediate", "delayed", "minor", "expectant", "deceased"),
        *("altitude", "needs", "text"),
    ),
    "sos": (
        *("mode", "quality", "time", "north", "east", "accuracy", "age"),
        *("phase", "kind", "battery", "people", "reference"),
    ),
    "position": (
        *("mode", "quality", "time", "north", "east", "accuracy", "age"),
        *("battery", "altitude"),
    ),
    "node_health": (
        *("mode", "quality", "time", "north", "east", "accuracy", "age"),
        *("battery_mv", "temperature", "uptime", "waiting", "stored", "rssi", "snr"),
        *("satellites", "airtime", "restarts", "refused", "firmware"),
    ),
}
TYPE_NUMBERS = {entry.NAME: number for number, entry in enumerate(TYPES)}
_RENAMED = {
    "team_status": "status",
    "battery_pct": "battery",
    "altitude_m": "altitude",
    "sos_reference": "reference",
    "temperature_c": "temperature",
    "uptime_min": "uptime",
    "rssi_dbm": "rssi",
    "snr_db": "snr",
    "airtime_s": "airtime",
    "time_quality": "quality",
}


def plain(report: Report, frame: Frame) -> dict[str, Plain]:
    """Return every field of the report's type, None where there is nothing to say."""
    found: dict[str, Plain] = {}
    for name in report.FIELDS:
        found.update(_field(name, getattr(report, name), frame))
    return {name: found.get(name) for name in FIELDS[report_type(report)]}


def _field(name: str, value: object, frame: Frame) -> dict[str, Plain]:
    if isinstance(value, Fix):
        north, east = value.lat_e5 - frame.origin_lat_e5, value.lon_e5 - frame.origin_lon_e5
        accuracy = codes.ACCURACY_CLASSES_M.index(value.accuracy_m)
        age = codes.FIX_AGE_CLASSES_S.index(value.age_s)
        return {"north": north, "east": east, "accuracy": accuracy, "age": age}
    if isinstance(value, Casualties):
        return {each: getattr(value, each) for each in Casualties.FIELDS}
    if name == "hazards" and isinstance(value, tuple):
        return {"hazards": sum(1 << code for code in value) or None}
    if name == "needs" and isinstance(value, tuple):
        return {"needs": [list(need) for need in value] or None}
    if name == "time_s" and isinstance(value, int):
        return {"time": value - frame.epoch_s}
    assert value is None or isinstance(value, int | str)
    return {_RENAMED.get(name, name): value}
