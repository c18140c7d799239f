"""Reports as JSON objects, for people and for other systems.

Names instead of numbers, degrees instead of 1e-5 degrees, ISO 8601 instead of unix seconds;
null is unknown, which is not 0.
"""

import math

from . import codes
from .errors import MalformedError
from .iso8601 import format_time, parse_time_and_zone
from .json_fields import code, describe, field_from_json, field_to_json, json_object, number
from .reports import TYPES, Fix, Report, report_type
from .reports.heading import TIME_LIMIT_S

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .reports.fields import Field

_HOW_TO_WRITE_A_TIME = "write it as in 2026-02-06T01:17:00Z, or as unix seconds"
TYPE_NAMES = tuple([entry.NAME for entry in TYPES])

# What the fields of every type may hold, for `schema`.
_COMMON: dict[str, object] = {
    "type": "one of `type` below; decides which further fields there are",
    "mode": "one of `mode` below; never left out",
    "time": "ISO 8601 with a zone, as in 2026-02-06T01:17:00Z, or unix seconds; travels to seconds",
    "time_quality": "one of `time_quality` below; gnss if there is a time and this is left out",
    "position": {
        "lat": "-90 to 90 degrees (WGS84); travels to 0.00001 degrees",
        "lon": "-180 to 180 degrees (WGS84); travels to 0.00001 degrees",
        "accuracy_m": "0 or more, or null; travels as the next of `accuracy_m`, beyond as null",
        "fix_age_s": "0 or more, or null; travels as the next of `fix_age_s`, beyond as null",
    },
}
_HEADING = ("type", "mode", "time", "time_quality", "position")
_POSITION = ("lat", "lon", "accuracy_m", "fix_age_s")


def report_to_json(report: Report) -> dict[str, object]:
    """Return a report as a JSON object; `time_quality` is left out where it is "gnss"."""
    form: dict[str, object] = {
        "type": report_type(report),
        "mode": codes.MODES[report.mode],
        "time": None if report.time_s is None else format_time(report.time_s),
    }
    if report.time_s is not None and report.time_quality != codes.TIME_GNSS:
        form["time_quality"] = codes.TIME_QUALITIES[report.time_quality]
    form["position"] = _position_to_json(report.fix)
    fields: "dict[str, Field]" = dict(report.LAYOUT)
    for name in [name for name in report.FIELDS if name in fields]:
        form[name] = field_to_json(fields[name], getattr(report, name))
    return form


def report_from_json(form: object) -> Report:
    """Return the report of a JSON object; a MalformedError begins with the field's name."""
    kind = _kind(json_object("report", form).get("type"))
    layout: "dict[str, Field]" = dict(kind.LAYOUT)
    checked = json_object("report", form, _HEADING + tuple(layout))
    values = _heading_from_json(checked)
    for name, field in layout.items():
        if checked.get(name) is not None:
            values[name] = field_from_json(name, field, checked[name])
        elif name in kind.REQUIRED:
            raise MalformedError(f"{name}: missing")
    return kind(**values)  # type: ignore[arg-type]  # each field gives what its constructor takes


def schema() -> dict[str, object]:
    """Return the enumerations by name, and what each field of each type may hold."""
    types: dict[str, object] = {}
    for entry in TYPES:
        kind = entry.kind()
        layout: "dict[str, Field]" = dict(kind.LAYOUT)
        fields = [name for name in kind.FIELDS if name in layout]
        types[entry.NAME] = {name: describe(layout[name]) for name in fields}
    found = codes.as_json()
    found["type"] = list(TYPE_NAMES)
    schema: dict[str, object] = {
        "about": "a report is one JSON object: common fields and those of its type, side by side;"
        " what is left out or null is unknown, which is not 0",
        "example": {"type": "sitrep", "mode": "exercise", "team_status": "on_site", "trapped": 2},
        "common": _COMMON,
        "fields": types,
        "required": {entry.NAME: ["type", "mode"] + list(entry.kind().REQUIRED) for entry in TYPES},
    }
    schema.update(found)
    return schema


def time_from_json(value: object) -> int:
    """Return unix seconds of a number, or of an ISO 8601 time that names its zone."""
    if isinstance(value, str):
        try:
            time_s, names_zone = parse_time_and_zone(value)
        except MalformedError as error:
            raise MalformedError(f"time: {error}; {_HOW_TO_WRITE_A_TIME}") from None
        if not names_zone:
            raise MalformedError(f"time: {value!r} names no time zone; {_HOW_TO_WRITE_A_TIME}")
    else:
        time_s = math.floor(number("time", value))
    if not 0 <= time_s < TIME_LIMIT_S:
        raise MalformedError("time: not within 1970 to 2149")
    return time_s


def _kind(value: object) -> type[Report]:
    if value is None:
        raise MalformedError(f"type: missing; one of {', '.join(TYPE_NAMES)}")
    if not isinstance(value, str) or value.lower() not in TYPE_NAMES:
        raise MalformedError(f"type: {value!r} is none of {', '.join(TYPE_NAMES)}")
    return TYPES[TYPE_NAMES.index(value.lower())].kind()


def _heading_from_json(form: "Mapping[str, object]") -> dict[str, object]:
    if form.get("mode") is None:
        raise MalformedError(f"mode: missing; one of {', '.join(codes.MODES)}")
    values: dict[str, object] = {"mode": code("mode", form["mode"], codes.MODES)}
    if form.get("time") is not None:
        values["time_s"] = time_from_json(form["time"])
        quality = form.get("time_quality") or "gnss"
        values["time_quality"] = code("time_quality", quality, codes.TIME_QUALITIES)
    elif form.get("time_quality") not in (None, "none"):
        raise MalformedError("time_quality: a quality without a time")
    if form.get("position") is not None:
        values["fix"] = _fix_from_json(form["position"])
    return values


def _position_to_json(fix: Fix | None) -> dict[str, object] | None:
    if fix is None:
        return None
    return {
        "lat": fix.lat_e5 / 100_000,
        "lon": fix.lon_e5 / 100_000,
        "accuracy_m": fix.accuracy_m,
        "fix_age_s": fix.age_s,
    }


def _fix_from_json(value: object) -> Fix:
    form = json_object("position", value, _POSITION)
    lat = _degrees("position.lat", form.get("lat"), 90)
    lon = _degrees("position.lon", form.get("lon"), 180)
    accuracy_m = _rounded_up("position.accuracy_m", form.get("accuracy_m"))
    age_s = _rounded_up("position.fix_age_s", form.get("fix_age_s"))
    return Fix(lat, lon if lon < 18_000_000 else -18_000_000, accuracy_m, age_s)


def _degrees(name: str, value: object, limit: int) -> int:
    degrees = number(name, value)
    if not -limit <= degrees <= limit:
        raise MalformedError(f"{name}: not within -{limit} to {limit} degrees")
    return round(degrees * 100_000)


def _rounded_up(name: str, value: object) -> int | None:
    if value is None:
        return None
    measure = number(name, value)
    if measure < 0:
        raise MalformedError(f"{name}: below 0")
    return math.ceil(measure)
