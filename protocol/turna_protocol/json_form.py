"""Reports as JSON objects, for people and for other systems.

Names instead of numbers, degrees instead of 1e-5 degrees, ISO 8601 instead of unix seconds;
null is unknown, which is not 0.
"""

import math

from . import codes
from .errors import MalformedError
from .iso8601 import format_time, parse_time
from .reports import TYPES, Casualties, Fix, Report, report_type
from .reports.fields import Altitude, Choice, Choices, Needs, OwnInteger, Steps, Text
from .reports.heading import TIME_LIMIT_S
from .reports.sitrep import CasualtyCounts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .reports.fields import Field

TYPE_NAMES = tuple([name for name, _ in TYPES])

_HEADING = ("type", "mode", "time", "time_quality", "position")
_POSITION = ("lat", "lon", "accuracy_m", "fix_age_s")
# What rounds to a whole number; of anything else a fraction is an error.
_ROUNDED = ("altitude_m", "battery_pct", "temperature_c")


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
    fields = dict(_layout(report_type(report)))
    for name in [name for name in report.FIELDS if name in fields]:
        form[name] = _to_json(fields[name], getattr(report, name))
    return form


def report_from_json(form: object) -> Report:
    """Return the report of a JSON object; a MalformedError begins with the field's name."""
    checked = _object("report", form)
    name = _type(checked.get("type"))
    layout = dict(_layout(name))
    _refuse_unknown("", checked, _HEADING + tuple(layout))
    values = _heading_from_json(checked)
    for field_name, field in layout.items():
        if checked.get(field_name) is not None:
            values[field_name] = _from_json(field_name, field, checked[field_name])
    return dict(TYPES)[name](**values)  # type: ignore[arg-type]


def schema() -> dict[str, object]:
    """Return the enumerations, and each type's fields, by name."""
    fields = {name: list(_HEADING) + list(dict(_layout(name))) for name, _ in TYPES}
    enumerations = codes.as_json()
    enumerations["type"] = list(TYPE_NAMES)
    enumerations["fields"] = fields
    return enumerations


def time_from_json(value: object) -> int:
    """Return unix seconds of a number or of an ISO 8601 time, UTC unless it says otherwise."""
    if isinstance(value, str):
        try:
            time_s = parse_time(value)
        except MalformedError as error:
            raise MalformedError(f"time: {error}, nor unix seconds") from None
    else:
        time_s = math.floor(_number("time", value))
    if not 0 <= time_s < TIME_LIMIT_S:
        raise MalformedError("time: not within 1970 to 2149")
    return time_s


def _layout(type_name: str) -> "list[tuple[str, Field]]":
    layout = dict(TYPES)[type_name].LAYOUT
    return [(name, _inner(field)) for name, field in layout]


def _inner(field: "Field") -> "Field":
    return field.field if isinstance(field, OwnInteger) else field


def _type(value: object) -> str:
    if not isinstance(value, str):
        raise MalformedError("type: missing")
    if value.lower() not in TYPE_NAMES:
        raise MalformedError(f"type: {value!r} is none of {', '.join(TYPE_NAMES)}")
    return value.lower()


def _heading_from_json(form: "Mapping[str, object]") -> dict[str, object]:
    if form.get("mode") is None:
        raise MalformedError(f"mode: missing; one of {', '.join(codes.MODES)}")
    values: dict[str, object] = {"mode": _code("mode", form["mode"], codes.MODES)}
    if form.get("time") is not None:
        values["time_s"] = time_from_json(form["time"])
        quality = form.get("time_quality") or "gnss"
        values["time_quality"] = _code("time_quality", quality, codes.TIME_QUALITIES)
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
    form = _object("position", value)
    _refuse_unknown("position.", form, _POSITION)
    lat = _degrees("position.lat", form.get("lat"), 90)
    lon = _degrees("position.lon", form.get("lon"), 180)
    accuracy_m = _rounded_up("position.accuracy_m", form.get("accuracy_m"))
    age_s = _rounded_up("position.fix_age_s", form.get("fix_age_s"))
    return Fix(lat, lon if lon < 18_000_000 else -18_000_000, accuracy_m, age_s)


def _degrees(name: str, value: object, limit: int) -> int:
    degrees = _number(name, value)
    if not -limit <= degrees <= limit:
        raise MalformedError(f"{name}: not within -{limit} to {limit} degrees")
    return round(degrees * 100_000)


def _rounded_up(name: str, value: object) -> int | None:
    if value is None:
        return None
    number = _number(name, value)
    if number < 0:
        raise MalformedError(f"{name}: below 0")
    return math.ceil(number)


def _to_json(field: "Field", value: object) -> object:
    if value is None:
        return None
    if isinstance(field, Choice):
        return field.names[value]  # type: ignore[call-overload]
    if isinstance(field, Choices):
        return [field.names[code] for code in value]  # type: ignore[attr-defined]
    if isinstance(field, Needs):
        return {field.names[item]: quantity for item, quantity in value}  # type: ignore[attr-defined]
    if isinstance(value, Casualties):
        return {name: getattr(value, name) for name in Casualties.FIELDS}
    return value


def _from_json(name: str, field: "Field", value: object) -> object:
    if isinstance(field, Choice):
        return _code(name, value, field.names)
    if isinstance(field, Choices):
        return _codes_from_json(name, value, field.names)
    if isinstance(field, Needs):
        return _needs_from_json(name, value, field.names)
    if isinstance(field, CasualtyCounts):
        return _casualties_from_json(name, value)
    if isinstance(field, Text):
        return _text(name, value)
    if name in _ROUNDED or isinstance(field, (Altitude, Steps)):
        return round(_number(name, value))
    return _whole_number(name, value)


def _codes_from_json(name: str, value: object, names: tuple[str, ...]) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise MalformedError(f"{name}: not a list")
    numbers = sorted(_code(name, item, names) for item in value)
    if len(set(numbers)) != len(numbers):
        raise MalformedError(f"{name}: the same name twice")
    return tuple(numbers)


def _needs_from_json(
    name: str, value: object, names: tuple[str, ...]
) -> tuple[tuple[int, int | None], ...]:
    needs = []
    for item, quantity in _object(name, value).items():
        number = None if quantity is None else _whole_number(f"{name}.{item}", quantity)
        needs.append((_code(name, item, names), number))
    return tuple(sorted(needs, key=_item))


def _item(need: tuple[int, int | None]) -> int:
    return need[0]


def _casualties_from_json(name: str, value: object) -> Casualties:
    form = _object(name, value)
    _refuse_unknown(f"{name}.", form, Casualties.FIELDS)
    return Casualties(
        **{
            key: None if count is None else _whole_number(f"{name}.{key}", count)
            for key, count in form.items()
        }
    )


def _text(name: str, value: object) -> str | None:
    if not isinstance(value, str):
        raise MalformedError(f"{name}: not a text")
    try:
        value.encode()
    except UnicodeError:
        raise MalformedError(f"{name}: half a surrogate pair") from None
    return value or None


def _code(name: str, value: object, names: tuple[str, ...]) -> int:
    if not isinstance(value, str) or value not in names:
        raise MalformedError(f"{name}: {value!r} is none of {', '.join(names)}")
    return names.index(value)


def _object(name: str, value: object) -> "Mapping[str, object]":
    if not isinstance(value, dict):
        raise MalformedError(f"{name}: not an object")
    return value


def _refuse_unknown(prefix: str, form: "Mapping[str, object]", names: tuple[str, ...]) -> None:
    for name in form:
        if name not in names:
            raise MalformedError(f"{prefix}{name}: no such field here")


def _whole_number(name: str, value: object) -> int:
    number = _number(name, value)
    if number != math.floor(number):
        raise MalformedError(f"{name}: {value} is not a whole number")
    return int(number)


def _number(name: str, value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise MalformedError(f"{name}: not a number")
    if not math.isfinite(value):
        raise MalformedError(f"{name}: not a finite number")
    return value
