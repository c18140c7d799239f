"""Reports as Hypothesis draws them: every field anywhere in its range, often at its edges."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from turna_protocol import codes
from turna_protocol.frame import Frame
from turna_protocol.json_form import TYPE_NAMES
from turna_protocol.reports import TYPES, Casualties, Fix, Report
from turna_protocol.reports.casualties import CasualtyCounts
from turna_protocol.reports.code_fields import Choice, Choices, Needs, UsualChoice
from turna_protocol.reports.fields import (
    Altitude,
    Amount,
    Count,
    Number,
    OwnInteger,
    Reference,
    Steps,
    Text,
)
from turna_protocol.reports.heading import TIME_LIMIT_S
from turna_protocol.reports.more_fields import (
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
from turna_protocol.text import LETTERS

if TYPE_CHECKING:
    from turna_protocol.reports.fields import Field

_ASCII = "".join(chr(code) for code in range(0x20, 0x7F))

frames = st.builds(
    Frame,
    st.integers(-9_000_000, 9_000_000),
    st.integers(-18_000_000, 17_999_999),
    st.integers(0, 1 << 32),
)
_teams = st.builds(TeamId, st.sampled_from(COUNTRIES.split()), st.integers(1, 99))
_worksites = st.builds(Worksite, st.integers(1, 9999), st.one_of(st.none(), _teams))
_AMOUNTS = st.one_of(st.none(), st.integers(0, 5000), st.integers(0, Amount.HIGH))
_counts = st.one_of(st.none(), st.integers(0, 20), st.integers(0, 9999))


@st.composite
def reports(draw: st.DrawFn, frame: Frame, names: Sequence[str] = TYPE_NAMES) -> Report:
    """Return a report of any of these types that the wire carries without rounding anything."""
    kind = draw(st.sampled_from([one for one in TYPES if one.kind().NAME in names])).kind()
    values = {name: draw(_values_of(field)) for name, field in kind.LAYOUT}
    time_s = draw(st.one_of(st.none(), _times(frame)))
    quality = draw(st.integers(0, 2)) if time_s is not None else codes.TIME_NONE
    report = kind(
        mode=draw(st.integers(0, 2)),
        time_s=time_s,
        time_quality=quality,
        fix=draw(st.one_of(st.none(), _fixes(frame))),
        **values,
    )
    return report if report.contradiction() is None else draw(reports(frame, names))


def _times(frame: Frame) -> st.SearchStrategy[int]:
    last_near = min(frame.epoch_s + 30 * 86_400, TIME_LIMIT_S - 1)
    return st.one_of(st.integers(frame.epoch_s, last_near), st.integers(0, TIME_LIMIT_S - 1))


@st.composite
def _fixes(draw: st.DrawFn, frame: Frame) -> Fix:
    if draw(st.booleans()):
        lat_e5 = draw(st.integers(-9_000_000, 9_000_000))
        lon_e5 = draw(st.integers(-18_000_000, 17_999_999))
    else:
        reach_e5 = draw(st.sampled_from((9_000, 20_000, 50_000, 140_000)))
        offsets = st.integers(-reach_e5, reach_e5)
        lat_e5, lon_e5 = frame.position_e5(draw(offsets), draw(offsets))
        lat_e5 = max(-9_000_000, min(lat_e5, 9_000_000))
    accuracy_m = draw(st.sampled_from(codes.ACCURACY_CLASSES_M))
    return Fix(lat_e5, lon_e5, accuracy_m, draw(st.sampled_from(codes.FIX_AGE_CLASSES_S)))


def _values_of(field: "Field") -> st.SearchStrategy[object]:
    if isinstance(field, OwnInteger):
        return _values_of(field.field)
    return _STRATEGIES[type(field)](field)


def _needs(items: int) -> st.SearchStrategy[object]:
    some = st.dictionaries(st.integers(0, items - 1), _AMOUNTS, max_size=8)
    return some.map(lambda needs: tuple(sorted(needs.items(), key=lambda need: need[0])))


def _texts() -> st.SearchStrategy[str]:
    usual = st.text(st.sampled_from(_ASCII + LETTERS), min_size=1, max_size=60)
    printable = st.characters(min_codepoint=0x20, max_codepoint=0xD7FF)
    return st.one_of(usual, st.text(printable, min_size=1, max_size=30))


def _number(field: Number) -> st.SearchStrategy[object]:
    return st.one_of(st.none(), st.integers(field.low, field.high))


def _steps(field: Steps) -> st.SearchStrategy[object]:
    steps = st.integers(0, field.high // field.step)
    return st.one_of(st.none(), steps.map(lambda number: number * field.step))


def _count(field: Count) -> st.SearchStrategy[object]:
    return st.one_of(st.none(), st.integers(0, 20), st.integers(0, field.high))


def _choices(field: Choices) -> st.SearchStrategy[object]:
    return st.sets(st.integers(0, len(field.names) - 1)).map(lambda some: tuple(sorted(some)))


_STRATEGIES: dict[type, Callable[[Any], st.SearchStrategy[object]]] = {
    Number: _number,
    Steps: _steps,
    Count: _count,
    Choices: _choices,
    Altitude: lambda field: st.one_of(st.none(), st.integers(field.LOW, field.HIGH)),
    Choice: lambda field: st.integers(0, len(field.names) - 1),
    UsualChoice: lambda field: st.integers(0, len(field.names) - 1),
    Reference: lambda field: st.one_of(st.none(), st.integers(0, field.RADIX - 1)),
    CasualtyCounts: lambda _: st.builds(Casualties, _counts, _counts, _counts, _counts, _counts),
    Amount: lambda field: _AMOUNTS,
    Flag: lambda _: st.booleans(),
    YesNo: lambda _: st.sampled_from((None, True, False)),
    Classes: lambda field: st.sampled_from((None, *field.bounds)),
    States: lambda field: st.tuples(*[st.integers(0, len(field.states) - 1) for _ in field.things]),
    Team: lambda _: st.one_of(st.none(), _teams),
    WorksiteField: lambda field: st.one_of(_worksites, st.none()) if field.optional else _worksites,
    Needs: lambda field: _needs(len(field.names)),
    Text: lambda _: st.one_of(st.none(), _texts()),
}
