"""The values of a report's fields in JSON: names for codes, null for unknown."""

import math

from .errors import MalformedError
from .reports.casualties import Casualties, CasualtyCounts
from .reports.code_fields import Choice, Choices, Needs, UsualChoice
from .reports.fields import Altitude, Amount, Count, Number, OwnInteger, Reference, Steps, Text
from .reports.more_fields import (
    COUNTRIES,
    Classes,
    Flag,
    States,
    Team,
    TeamId,
    Worksite,
    WorksiteField,
    YesNo,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from .reports.fields import Field

# What a sensor may give with a fraction is rounded; of anything else a fraction is an error.
_MEASURED = (Altitude, Classes)


def field_to_json(field: "Field", value: "Any") -> object:
    """Return a field's value as JSON."""
    if isinstance(field, OwnInteger):
        return field_to_json(field.field, value)
    convert = _TO_JSON.get(type(field))
    return value if convert is None or value is None else convert(field, value)


def field_from_json(name: str, field: "Field", value: object) -> object:
    """Return a field's value from JSON; a MalformedError begins with the name."""
    if isinstance(field, OwnInteger):
        return field_from_json(name, field.field, value)
    convert = _FROM_JSON.get(type(field))
    if convert is not None:
        return convert(name, field, value)
    if isinstance(field, _MEASURED):
        return round(number(name, value))
    return whole_number(name, value)


def describe(field: "Field") -> object:
    """Return what a field may hold: a list of names, or a sentence."""
    if isinstance(field, OwnInteger):
        return describe(field.field)
    if isinstance(field, (Choice, Choices, Needs, UsualChoice)):
        return list(field.names)
    if isinstance(field, States):
        return {thing: list(field.states) for thing in field.things}
    if isinstance(field, Classes):
        return list(field.bounds)
    if isinstance(field, Steps):
        return f"0 to {field.high}, or null; travels in steps of {field.step}, rounded down"
    if isinstance(field, (Number, Count, Amount)):
        return f"{getattr(field, 'low', 0)} to {getattr(field, 'high', Amount.HIGH)}, or null"
    if isinstance(field, Altitude):
        return f"{field.LOW} to {field.HIGH}, or null; a fraction is rounded"
    return _DESCRIPTIONS[type(field)]


def code(name: str, value: object, names: tuple[str, ...]) -> int:
    if not isinstance(value, str) or value not in names:
        raise MalformedError(f"{name}: {value!r} is none of {', '.join(names)}")
    return names.index(value)


def json_object(
    name: str, value: object, names: "tuple[str, ...] | None" = None
) -> "Mapping[str, object]":
    """Return a JSON object as it is; it may have no names but those given."""
    if not isinstance(value, dict):
        raise MalformedError(f"{name}: not an object")
    prefix = "" if name == "report" else f"{name}."
    for key in value:
        if names is not None and key not in names:
            raise MalformedError(f"{prefix}{key}: no such field here")
    return value


def whole_number(name: str, value: object) -> int:
    found = number(name, value)
    if found != math.floor(found):
        raise MalformedError(f"{name}: {value} is not a whole number")
    return int(found)


def number(name: str, value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise MalformedError(f"{name}: not a number")
    if not math.isfinite(value):
        raise MalformedError(f"{name}: not a finite number")
    return value


def team_from_json(name: str, value: object) -> TeamId:
    """Return the team of an INSARAG identifier as in TUR01."""
    if not isinstance(value, str) or len(value) != 5 or not _digits(value[3:]):
        raise MalformedError(f"{name}: {value!r} is no team as in TUR01")
    if value[:3] not in COUNTRIES.split():
        raise MalformedError(f"{name}: {value[:3]!r} is no Olympic code")
    return TeamId(value[:3], int(value[3:]))


def _digits(text: str) -> bool:
    return bool(text) and all("0" <= digit <= "9" for digit in text)


def _choice(name: str, field: "Choice | UsualChoice", value: object) -> int:
    return code(name, value, field.names)


def _choices(name: str, field: Choices, value: object) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise MalformedError(f"{name}: not a list")
    numbers = sorted([code(name, item, field.names) for item in value])
    if len(set(numbers)) != len(numbers):
        raise MalformedError(f"{name}: the same name twice")
    return tuple(numbers)


def _needs(name: str, field: Needs, value: object) -> tuple[tuple[int, int | None], ...]:
    needs = []
    for item, quantity in json_object(name, value).items():
        amount = None if quantity is None else whole_number(f"{name}.{item}", quantity)
        needs.append((code(name, item, field.names), amount))
    return tuple(sorted(needs, key=_first))


def _first(pair: tuple[int, int | None]) -> int:
    return pair[0]


def _casualties(name: str, _field: CasualtyCounts, value: object) -> Casualties:
    counts = {}
    for key, count in json_object(name, value, Casualties.FIELDS).items():
        counts[key] = None if count is None else whole_number(f"{name}.{key}", count)
    return Casualties(**counts)


def _casualties_to_json(_field: CasualtyCounts, value: Casualties) -> object:
    return {name: getattr(value, name) for name in Casualties.FIELDS}


def _text(name: str, _field: Text, value: object) -> str | None:
    if not isinstance(value, str):
        raise MalformedError(f"{name}: not a text")
    try:
        value.encode()
    except UnicodeError:
        raise MalformedError(f"{name}: half a surrogate pair") from None
    return value or None


def _yes_no(name: str, _field: object, value: object) -> bool:
    if not isinstance(value, bool):
        raise MalformedError(f"{name}: neither true nor false")
    return value


def _team(name: str, _field: Team, value: object) -> TeamId:
    return team_from_json(name, value)


def _team_to_json(_field: object, value: TeamId) -> str:
    return f"{value.country}{value.number:02d}"


def _worksite(name: str, _field: WorksiteField, value: object) -> Worksite:
    if not isinstance(value, str) or len(value) not in (4, 10) or not _digits(value[-4:]):
        raise MalformedError(
            f"{name}: {value!r} is no worksite as in TUR01-0056, or 0056 of one's own"
        )
    if len(value) == 4:
        return Worksite(int(value))
    if value[5] != "-":
        raise MalformedError(f"{name}: {value!r} is no worksite as in TUR01-0056")
    return Worksite(int(value[6:]), team_from_json(name, value[:5]))


def _worksite_to_json(field: WorksiteField, value: Worksite) -> str:
    own = f"{value.serial:04d}"
    return own if value.team is None else f"{_team_to_json(field, value.team)}-{own}"


def _states(name: str, field: States, value: object) -> tuple[int, ...]:
    states = json_object(name, value, field.things)
    return tuple(
        [
            code(f"{name}.{thing}", states.get(thing, field.states[0]), field.states)
            for thing in field.things
        ]
    )


def _states_to_json(field: States, value: tuple[int, ...]) -> object:
    return {thing: field.states[state] for thing, state in zip(field.things, value)}


def _choice_to_json(field: "Choice | UsualChoice", value: int) -> str:
    return field.names[value]


def _choices_to_json(field: Choices, value: tuple[int, ...]) -> object:
    return [field.names[item] for item in value]


def _needs_to_json(field: Needs, value: tuple[tuple[int, int | None], ...]) -> object:
    return {field.names[item]: quantity for item, quantity in value}


_TO_JSON: "dict[type, Callable[[Any, Any], object]]" = {
    Choice: _choice_to_json,
    UsualChoice: _choice_to_json,
    Choices: _choices_to_json,
    Needs: _needs_to_json,
    CasualtyCounts: _casualties_to_json,
    Team: _team_to_json,
    WorksiteField: _worksite_to_json,
    States: _states_to_json,
}
_FROM_JSON: "dict[type, Callable[[str, Any, object], object]]" = {
    Choice: _choice,
    UsualChoice: _choice,
    Choices: _choices,
    Needs: _needs,
    CasualtyCounts: _casualties,
    Text: _text,
    Flag: _yes_no,
    YesNo: _yes_no,
    Team: _team,
    WorksiteField: _worksite,
    States: _states,
}
_DESCRIPTIONS: "dict[type, object]" = {
    CasualtyCounts: dict.fromkeys(Casualties.FIELDS, "0 to 9999, or null"),
    Text: "text of 1 to 160 bytes, or null",
    Flag: "true or false",
    YesNo: "true, false or null",
    Reference: "0 to 1048575, or null",
    Team: "a team as in TUR01, or null",
    WorksiteField: "a worksite as in TUR01-0056, or 0056 of the sender's own team",
}
