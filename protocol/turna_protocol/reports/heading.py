"""What every report begins with: its type and mode, when and where it was observed.

A usual heading, within 1.35 degrees of the deployment's origin and 28 days after its epoch, fits
one 64-bit integer; what lies beyond is sent absolute.
"""

from .. import code_lists, codes
from ..digits import DigitReader, DigitWriter
from ..errors import MalformedError, MisuseError
from ..frame import (
    DAY_S,
    LATITUDE_LIMIT_E5,
    LONGITUDE_LIMIT_E5,
    Frame,
)
from ..record import Record
from .fields import whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .fields import Field

# Where: squares about the origin, half their side in 1e-5 degrees; then none, then anywhere.
SQUARES_E5 = (10_000, 25_000, 60_000, 135_000)
_NO_PLACE, _FAR_PLACE = len(SQUARES_E5), len(SQUARES_E5) + 1
# When: by GNSS in the epoch's first days or later ones, by other clocks in either; then none, any.
FIRST_DAYS, NEAR_DAYS = 7, 28
FAR_DAYS = 1 << 16  # to the year 2149
TIME_LIMIT_S = FAR_DAYS * DAY_S
_FIRST, _LATER, _BEACON, _UNSET, _NO_TIME, _FAR_TIME = 0, 1, 2, 3, 4, 5
_QUALITIES = (codes.TIME_GNSS, codes.TIME_GNSS, codes.TIME_BEACON, codes.TIME_NONE)
# A usual heading is one digit: one of the first types, by GNSS, within a square.
USUAL_TYPES, OTHER_TYPES = 3, 32
_USUAL_WHENS = 2
USUAL_KINDS = USUAL_TYPES * len(codes.MODES) * _USUAL_WHENS * len(SQUARES_E5) + 1
# A usual fix is one digit: exact to the first three classes, young to the first three.
_USUAL_CLASSES = 3


class Fix(Record):
    """A position in 1e-5 degrees, and how exact and how old it is (None: not known).

    Accuracy and age travel as classes: they come back as the upper bound of theirs.
    """

    FIELDS = ("lat_e5", "lon_e5", "accuracy_m", "age_s")

    def __init__(
        self, lat_e5: int, lon_e5: int, accuracy_m: int | None = None, age_s: int | None = None
    ) -> None:
        self.lat_e5 = lat_e5
        self.lon_e5 = lon_e5
        self.accuracy_m = accuracy_m
        self.age_s = age_s


class Report(Record):
    """A report's mode, time and fix; each type adds its fields, in the order of the wire."""

    NAME = ""
    LAYOUT: "tuple[tuple[str, Field], ...]" = ()
    # Whether a fix's accuracy and age always take the same room, usual or not.
    FIX_IN_FULL = False
    # Fields that have no meaningful default.
    REQUIRED: tuple[str, ...] = ()

    def __init__(
        self, *, mode: int, time_s: int | None, time_quality: int, fix: Fix | None
    ) -> None:
        self.mode = mode
        self.time_s = time_s
        self.time_quality = time_quality
        self.fix = fix

    def priority(self) -> int:
        """Return the precedence: 3 flash, 2 immediate, 1 priority, 0 routine (docs/protocol.md)."""
        return codes.ROUTINE

    def contradiction(self) -> str | None:
        """Return what is wrong between the fields, beginning with a field's name, or None."""
        return None


def put_heading(digits: DigitWriter, type_number: int, report: Report, frame: Frame) -> None:
    since_epoch_s = 0 if report.time_s is None else whole_number(report.time_s) - frame.epoch_s
    when, where = _when(report, since_epoch_s), _where(report.fix, frame)
    _put_kind(digits, type_number, report.mode, when, where)
    if report.fix is not None:
        _put_place(digits, where, report.fix, frame)
    if when == _FAR_TIME and report.time_s is not None:
        digits.put(report.time_quality, len(codes.TIME_QUALITIES))
        _put_time(digits, report.time_s, 0, FAR_DAYS)
    elif when != _NO_TIME:
        _put_time(digits, since_epoch_s, _first_day(when), _last_day(when))
    if report.fix is not None:
        _put_quality(digits, report.fix, in_full=report.FIX_IN_FULL)


def take_kind(digits: DigitReader) -> tuple[int, int, int, int]:
    """Return type, mode, when and where; the last two are for `take_heading`."""
    usual = digits.take(USUAL_KINDS) - 1
    if usual >= 0:
        usual, type_number = divmod(usual, USUAL_TYPES)
        usual, mode = divmod(usual, len(codes.MODES))
        where, when = divmod(usual, _USUAL_WHENS)
        return type_number, mode, when, where
    type_number, mode = digits.take(OTHER_TYPES), digits.take(len(codes.MODES))
    when, where = digits.take(_FAR_TIME + 1), digits.take(_FAR_PLACE + 1)
    if _is_usual(type_number, when, where):
        raise MalformedError("heading not in its shortest form")
    return type_number, mode, when, where


def take_type(digits: DigitReader) -> int:
    """Return the number of the type, for those who need no more of a report."""
    return take_kind(digits)[0]


def take_heading(
    digits: DigitReader, frame: Frame, mode: int, when: int, where: int, *, fix_in_full: bool
) -> dict[str, object]:
    """Return the heading's fields by name."""
    place = None if where == _NO_PLACE else _take_place(digits, where, frame)
    time_s, time_quality = _take_time(digits, when, frame)
    fix = None
    if place is not None:
        accuracy, age = _take_quality(digits, in_full=fix_in_full)
        bounds_m, bounds_s = code_lists.ACCURACY_CLASSES_M, code_lists.FIX_AGE_CLASSES_S
        fix = Fix(place[0], place[1], bounds_m[accuracy], bounds_s[age])
    return {"mode": mode, "time_s": time_s, "time_quality": time_quality, "fix": fix}


def _put_kind(digits: DigitWriter, type_number: int, mode: int, when: int, where: int) -> None:
    if not 0 <= whole_number(mode) < len(codes.MODES):
        raise MisuseError("mode: no such code")
    if _is_usual(type_number, when, where):
        usual = (where * _USUAL_WHENS + when) * len(codes.MODES) + mode
        digits.put(1 + usual * USUAL_TYPES + type_number, USUAL_KINDS)
        return
    digits.put(0, USUAL_KINDS)
    digits.put(type_number, OTHER_TYPES)
    digits.put(mode, len(codes.MODES))
    digits.put(when, _FAR_TIME + 1)
    digits.put(where, _FAR_PLACE + 1)


def _is_usual(type_number: int, when: int, where: int) -> bool:
    return type_number < USUAL_TYPES and when < _USUAL_WHENS and where < len(SQUARES_E5)


def _when(report: Report, since_epoch_s: int) -> int:
    quality = whole_number(report.time_quality)
    if not 0 <= quality < len(codes.TIME_QUALITIES):
        raise MisuseError("time_quality: no such code")
    if report.time_s is None:
        if quality != codes.TIME_NONE:
            raise MisuseError("time_quality: a quality without a time")
        return _NO_TIME
    if not 0 <= report.time_s < TIME_LIMIT_S:
        raise MisuseError("time_s: not within 1970 to 2149")
    if not _is_near_time(since_epoch_s):
        return _FAR_TIME
    if quality == codes.TIME_GNSS:
        return _FIRST if since_epoch_s < FIRST_DAYS * DAY_S else _LATER
    return _BEACON if quality == codes.TIME_BEACON else _UNSET


def _is_near_time(since_epoch_s: int) -> bool:
    return 0 <= since_epoch_s < NEAR_DAYS * DAY_S


def _first_day(when: int) -> int:
    return FIRST_DAYS if when == _LATER else 0


def _last_day(when: int) -> int:
    return FIRST_DAYS if when == _FIRST else NEAR_DAYS


def _put_time(digits: DigitWriter, time_s: int, first_day: int, last_day: int) -> None:
    digits.put(time_s // DAY_S - first_day, last_day - first_day)
    digits.put(time_s // 3600 % 24, 24)
    digits.put(time_s // 60 % 60, 60)
    digits.put(time_s % 60, 60)


def _take_time(digits: DigitReader, when: int, frame: Frame) -> tuple[int | None, int]:
    if when == _NO_TIME:
        return None, codes.TIME_NONE
    if when == _FAR_TIME:
        quality, first_day, last_day, start_s = digits.take(3), 0, FAR_DAYS, 0
    else:
        quality, start_s = _QUALITIES[when], frame.epoch_s
        first_day, last_day = _first_day(when), _last_day(when)
    time_s = start_s + (first_day + digits.take(last_day - first_day)) * DAY_S
    time_s += digits.take(24) * 3600 + digits.take(60) * 60 + digits.take(60)
    if when == _FAR_TIME and _is_near_time(time_s - frame.epoch_s):
        raise MalformedError("time not in its shortest form")
    if not 0 <= time_s < TIME_LIMIT_S:
        raise MalformedError("time out of range")
    return time_s, quality


def _put_quality(digits: DigitWriter, fix: Fix, *, in_full: bool) -> None:
    accuracy = _class_of(fix.accuracy_m, code_lists.ACCURACY_CLASSES_M, "accuracy_m")
    age = _class_of(fix.age_s, code_lists.FIX_AGE_CLASSES_S, "fix_age_s")
    if not in_full:
        usual = _is_usual_quality(accuracy, age)
        digits.put(_USUAL_CLASSES * (age - 1) + accuracy if usual else 0, _USUAL_CLASSES**2 + 1)
        if usual:
            return
    digits.put(accuracy, len(code_lists.ACCURACY_CLASSES_M))
    digits.put(age, len(code_lists.FIX_AGE_CLASSES_S))


def _take_quality(digits: DigitReader, *, in_full: bool) -> tuple[int, int]:
    """Return the classes of accuracy and age."""
    usual = 0 if in_full else digits.take(_USUAL_CLASSES**2 + 1)
    if usual:
        return (usual - 1) % _USUAL_CLASSES + 1, (usual - 1) // _USUAL_CLASSES + 1
    accuracy = digits.take(len(code_lists.ACCURACY_CLASSES_M))
    age = digits.take(len(code_lists.FIX_AGE_CLASSES_S))
    if not in_full and _is_usual_quality(accuracy, age):
        raise MalformedError("accuracy and age not in their shortest form")
    return accuracy, age


def _is_usual_quality(accuracy: int, age: int) -> bool:
    return 1 <= accuracy <= _USUAL_CLASSES and 1 <= age <= _USUAL_CLASSES


def _where(fix: Fix | None, frame: Frame) -> int:
    if fix is None:
        return _NO_PLACE
    if not -LATITUDE_LIMIT_E5 <= whole_number(fix.lat_e5) <= LATITUDE_LIMIT_E5:
        raise MisuseError("position.lat: not within -90 to 90 degrees")
    if not -LONGITUDE_LIMIT_E5 <= whole_number(fix.lon_e5) < LONGITUDE_LIMIT_E5:
        raise MisuseError("position.lon: not within -180 to below 180 degrees")
    north_e5, east_e5 = frame.north_e5(fix.lat_e5), frame.east_e5(fix.lon_e5)
    for index in range(len(SQUARES_E5)):
        half_e5 = SQUARES_E5[index]
        if -half_e5 <= north_e5 < half_e5 and -half_e5 <= east_e5 < half_e5:
            return index
    return _FAR_PLACE


def _put_place(digits: DigitWriter, where: int, fix: Fix, frame: Frame) -> None:
    if where == _FAR_PLACE:
        _put_degrees(digits, fix.lat_e5 + LATITUDE_LIMIT_E5, 181)
        _put_degrees(digits, fix.lon_e5 + LONGITUDE_LIMIT_E5, 360)
        return
    half_e5 = SQUARES_E5[where]
    digits.put(frame.north_e5(fix.lat_e5) + half_e5, 2 * half_e5)
    digits.put(frame.east_e5(fix.lon_e5) + half_e5, 2 * half_e5)


def _take_place(digits: DigitReader, where: int, frame: Frame) -> tuple[int, int]:
    if where == _FAR_PLACE:
        lat_e5 = _take_degrees(digits, 181) - LATITUDE_LIMIT_E5
        lon_e5 = _take_degrees(digits, 360) - LONGITUDE_LIMIT_E5
    else:
        half_e5 = SQUARES_E5[where]
        north_e5, east_e5 = digits.take(2 * half_e5) - half_e5, digits.take(2 * half_e5) - half_e5
        lat_e5, lon_e5 = frame.position_e5(north_e5, east_e5)
    if not -LATITUDE_LIMIT_E5 <= lat_e5 <= LATITUDE_LIMIT_E5:
        raise MalformedError("latitude out of range")
    if _where(Fix(lat_e5, lon_e5), frame) != where:
        raise MalformedError("position not in its shortest form")
    return lat_e5, lon_e5


def _put_degrees(digits: DigitWriter, angle_e5: int, degrees: int) -> None:
    digits.put(angle_e5 // 100_000, degrees)
    digits.put(angle_e5 % 100_000, 100_000)


def _take_degrees(digits: DigitReader, degrees: int) -> int:
    return digits.take(degrees) * 100_000 + digits.take(100_000)


def _class_of(value: int | None, bounds: tuple[int | None, ...], name: str) -> int:
    """Return the first class whose upper bound a value keeps; beyond the last it is not known."""
    if value is None:
        return 0
    if whole_number(value) < 0:
        raise MisuseError(f"position.{name}: below 0")
    for index in range(1, len(bounds)):
        if value <= (bounds[index] or 0):
            return index
    return 0
