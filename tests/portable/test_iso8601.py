"""Times as people write them."""

from turna_protocol.errors import MalformedError
from turna_protocol.iso8601 import format_time, parse_time, parse_time_and_zone


def test_times_are_written_and_read_in_utc() -> None:
    for time_s, text in (
        (0, "1970-01-01T00:00:00Z"),
        (951782400, "2000-02-29T00:00:00Z"),
        (1675646220, "2023-02-06T01:17:00Z"),
        (4107542399, "2100-02-28T23:59:59Z"),
        (4107542400, "2100-03-01T00:00:00Z"),
        (5662310399, "2149-06-06T23:59:59Z"),
    ):
        assert format_time(time_s) == text
        assert parse_time(text) == time_s


def test_every_day_of_eight_years_comes_back() -> None:
    for day in range(19000, 19000 + 8 * 366):
        assert parse_time(format_time(day * 86400)) == day * 86400


def test_offsets_fractions_and_short_forms_are_understood() -> None:
    for text in (
        "2023-02-06T04:17:00+03:00",
        "2023-02-06T04:17:00+0300",
        "2023-02-06T04:17+03",
        "2023-02-05T22:17:00-03:00",
        "2023-02-06T01:17:00",
        "2023-02-06 01:17:00.999Z",
        "2023-02-06t01:17:00z",
    ):
        assert parse_time(text) == 1675646220, text


def test_whether_a_time_names_its_zone_is_known() -> None:
    for zone, named in (("", False), ("Z", True), ("+00", True), ("-03:00", True)):
        assert parse_time_and_zone("2023-02-06T01:17:00" + zone)[1] is named


def test_what_is_no_time_is_refused() -> None:
    for text in (
        ("", "2023", "2023-02-06", "2023-02-30T00:00:00Z", "2023-13-01T00:00:00Z")
        + ("2023-02-06T24:00:00Z", "2023-02-06T01:60:00Z", "2023-02-06T01:17:60Z")
        + ("2023-02-06T01:17:00+24:00", "2023-02-06T01:17:00 Z", "06.02.2023 01:17:00")
        + ("2023-02-06T01:17:00.Z", "2023/02/06T01:17:00Z", "2023-02-06T01:17:0Z")
    ):
        try:
            parse_time(text)
        except MalformedError:
            continue
        raise AssertionError(text)
