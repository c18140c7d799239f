"""Unix seconds to ISO 8601 and back, in integers; the proleptic Gregorian calendar, UTC."""

from .errors import MalformedError

_DAY_S = 86_400
# Days from 1 March of the year 0 to 1 January 1970.
_EPOCH_DAYS = 719_468
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def format_time(time_s: int) -> str:
    """Return unix seconds as in 2026-02-06T01:17:00Z."""
    year, month, day = _date_of(time_s // _DAY_S)
    second = time_s % _DAY_S
    clock = f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
    return f"{year:04d}-{month:02d}-{day:02d}T{clock}Z"


def parse_time(text: str) -> int:
    """Return unix seconds of an ISO 8601 date and time; UTC unless it names an offset.

    Fractions of a second are cut off.
    """
    return parse_time_and_zone(text)[0]


def parse_time_and_zone(text: str) -> tuple[int, bool]:
    """Return unix seconds as `parse_time` does, and whether the text names its zone."""
    try:
        year, month, day = int(text[0:4]), int(text[5:7]), int(text[8:10])
        hour, minute = int(text[11:13]), int(text[14:16])
        second, zone = _second_and_zone(text[16:])
        offset_s = _offset_s(zone)
    except ValueError:
        raise MalformedError("not an ISO 8601 time") from None
    if text[4] + text[7] + text[13] != "--:" or text[10] not in "Tt ":
        raise MalformedError("not an ISO 8601 time")
    if not (1 <= month <= 12 and 1 <= day <= _MONTH_DAYS[month - 1]):
        raise MalformedError("no such day")
    days = _days_of(year, month, day)
    if _date_of(days) != (year, month, day) or hour > 23 or minute > 59 or second > 59:
        raise MalformedError("no such time: hours go to 23, minutes and seconds to 59")
    return days * _DAY_S + hour * 3600 + minute * 60 + second - offset_s, zone != ""


def _second_and_zone(rest: str) -> tuple[int, str]:
    if not rest.startswith(":"):
        return 0, rest
    second, rest = int(rest[1:3]), rest[3:]
    if rest[:1] in (".", ","):
        digits = len(rest) - len(rest[1:].lstrip("0123456789")) - 1
        if digits == 0:
            raise ValueError
        rest = rest[1 + digits :]
    return second, rest


def _offset_s(zone: str) -> int:
    if zone in ("", "Z", "z"):
        return 0
    if zone[0] not in "+-":
        raise ValueError
    hours, minutes = int(zone[1:3]), int(zone[3:].lstrip(":") or "0")
    if hours > 23 or not 0 <= minutes <= 59:
        raise ValueError
    offset_s = hours * 3600 + minutes * 60
    return -offset_s if zone[0] == "-" else offset_s


def _date_of(days: int) -> tuple[int, int, int]:
    """Return year, month and day; counts from 1 March so that a leap day is a year's last."""
    days += _EPOCH_DAYS
    era, day_of_era = days // 146_097, days % 146_097
    year = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year + year // 4 - year // 100)
    shifted_month = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * shifted_month + 2) // 5 + 1
    month = shifted_month + 3 if shifted_month < 10 else shifted_month - 9
    return year + era * 400 + (1 if month <= 2 else 0), month, day


def _days_of(year: int, month: int, day: int) -> int:
    """Return days since 1970; the inverse of `_date_of`."""
    if month <= 2:
        year -= 1
    era, year_of_era = year // 400, year % 400
    shifted_month = month - 3 if month > 2 else month + 9
    day_of_year = (153 * shifted_month + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * 146_097 + day_of_era - _EPOCH_DAYS
