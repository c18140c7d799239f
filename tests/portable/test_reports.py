"""Reports to bytes and back: what comes back, how long it is, what is refused."""

import gc
import sys

from tests.portable.report_bench import misuse

from turna_protocol import cbor, codes
from turna_protocol.errors import MalformedError
from turna_protocol.frame import Frame
from turna_protocol.reports import (
    Casualties,
    Fix,
    NodeHealth,
    Position,
    Report,
    Sitrep,
    Sos,
    decode_report,
    encode_report,
    priority,
    report_type,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turna_protocol.cbor import Value

FRAME = Frame(3620000, 3616000, 1770337020)
NOW_S = FRAME.epoch_s + 2 * 86400 + 12345
FIX = Fix(3622345, 3617777, 10, 60)
SITREP = Sitrep(
    mode=codes.EXERCISE,
    time_s=NOW_S,
    time_quality=codes.TIME_GNSS,
    fix=FIX,
    team_status=8,
    casualties=Casualties(1, 2, 0, None, 3),
    trapped=4,
    rescued=0,
    hazards=(0, 9),
    battery_pct=77,
)
SOS = Sos(
    mode=codes.ACTUAL,
    time_s=NOW_S,
    time_quality=codes.TIME_GNSS,
    fix=FIX,
    kind=2,
    people=3,
    battery_pct=85,
)
REPORTS: tuple[Report, ...] = (
    SITREP,
    SOS,
    Sitrep(mode=codes.TEST),
    Sitrep(
        mode=codes.ACTUAL,
        time_s=0,
        time_quality=codes.TIME_NONE,
        fix=Fix(-9000000, -18000000),
        altitude_m=-500,
        team_status=13,
        casualties=Casualties(0, 0, 0, 0, 0),
        trapped=9999,
        rescued=None,
        hazards=tuple(range(16)),
        needs=tuple([(item, 4294967295) for item in range(20)]),
        battery_pct=0,
    ),
    Sitrep(
        mode=codes.EXERCISE,
        altitude_m=9499,
        needs=((0, None), (1, 1), (2, 16), (3, 17), (4, 20), (5, 330), (6, 340), (7, 3700)),
        text="çadır ve su lazım, yol kapalı",
    ),
    Sos(mode=codes.ACTUAL, phase=codes.UPDATE, people=0, sos_reference=1048575),
    Sos(mode=codes.ACTUAL, phase=codes.CANCEL, time_s=NOW_S, time_quality=codes.TIME_BEACON),
    Position(mode=codes.EXERCISE, fix=FIX, time_s=NOW_S, time_quality=codes.TIME_GNSS),
    Position(mode=codes.EXERCISE, fix=Fix(9000000, 17999999), altitude_m=4000, battery_pct=100),
    NodeHealth(mode=codes.EXERCISE),
    NodeHealth(
        mode=codes.EXERCISE,
        time_s=NOW_S,
        time_quality=codes.TIME_BEACON,
        battery_mv=3912,
        temperature_c=-12,
        uptime_min=3000,
        waiting=0,
        stored=41,
        rssi_dbm=-118,
        snr_db=-7,
        satellites=9,
        airtime_s=14,
        restarts=1,
        refused=3,
        firmware=1,
    ),
)


def refusal(content: bytes) -> str:
    try:
        report = decode_report(content, FRAME)
    except MalformedError as error:
        return str(error)
    raise AssertionError(f"accepted as {report!r}")


def sequence(items: "list[Value]") -> bytes:
    return b"".join([cbor.encode(item) for item in items])


def test_every_report_comes_back_as_it_was() -> None:
    for report in REPORTS:
        assert decode_report(encode_report(report, FRAME), FRAME) == report


def test_a_usual_report_is_short() -> None:
    assert len(encode_report(SITREP, FRAME)) <= 18
    assert len(encode_report(SOS, FRAME)) <= 13
    assert len(encode_report(REPORTS[7], FRAME)) <= 11


def test_zero_is_not_unknown() -> None:
    none = Sitrep(mode=codes.ACTUAL, trapped=0, casualties=Casualties(0, 0, 0, 0, 0))
    unknown = Sitrep(mode=codes.ACTUAL)
    assert encode_report(none, FRAME) != encode_report(unknown, FRAME)
    back = decode_report(encode_report(none, FRAME), FRAME)
    assert isinstance(back, Sitrep)
    assert (back.trapped, back.rescued, back.casualties.minor) == (0, None, 0)


def test_every_count_and_quantity_comes_back() -> None:
    for step in range(1205):
        number = step if step < 1200 else (3600, 3700, 3800, 9998, 9999)[step - 1200]
        needs = ((3, number), (31, 100 * number + 10))
        report = Sitrep(mode=codes.TEST, trapped=number, needs=needs)
        assert decode_report(encode_report(report, FRAME), FRAME) == report, number


def test_every_set_of_up_to_three_hazards_comes_back() -> None:
    for first in range(16):
        for second in range(first + 1, 17):
            for third in range(second + 1, 18):
                hazards = tuple([code for code in (first, second, third) if code < 16])
                report = Sitrep(mode=codes.TEST, hazards=hazards)
                assert decode_report(encode_report(report, FRAME), FRAME) == report, hazards


def test_positions_and_times_anywhere_come_back() -> None:
    for frame in (FRAME, Frame(-8999999, 17999999, 0), Frame(0, -18000000, 5000000000)):
        for step in (0, 1, 9999, 10000, 25000, 60000, 134999, 135000, 135001, 17999999):
            for lat_e5, lon_e5 in (
                (max(frame.origin_lat_e5 - step, -9000000), frame.origin_lon_e5),
                (0, (frame.origin_lon_e5 + step + 18000000) % 36000000 - 18000000),
                (9000000, (frame.origin_lon_e5 - step + 18000000) % 36000000 - 18000000),
            ):
                report = Position(
                    mode=codes.ACTUAL,
                    fix=Fix(lat_e5, lon_e5),
                    time_s=(frame.epoch_s + step * 60 - 60) % 5600000000,
                    time_quality=codes.TIME_BEACON,
                )
                assert decode_report(encode_report(report, frame), frame) == report


def test_accuracy_and_age_come_back_as_the_upper_bound_of_their_class() -> None:
    for given, expected in (
        (Fix(0, 0, 0, 0), Fix(0, 0, 5, 10)),
        (Fix(0, 0, 5, 10), Fix(0, 0, 5, 10)),
        (Fix(0, 0, 6, 11), Fix(0, 0, 10, 60)),
        (Fix(0, 0, 2000, 86400), Fix(0, 0, 2000, 86400)),
        (Fix(0, 0, 2001, 86401), Fix(0, 0, None, None)),
    ):
        report = Position(mode=codes.ACTUAL, fix=given)
        back = decode_report(encode_report(report, FRAME), FRAME)
        assert back.fix == expected


def test_the_battery_of_an_sos_is_rounded_down_to_five_percent() -> None:
    sos = Sos(mode=codes.ACTUAL, battery_pct=84)
    back = decode_report(encode_report(sos, FRAME), FRAME)
    assert isinstance(back, Sos)
    assert back.battery_pct == 80


def test_every_truncation_and_every_longer_form_is_refused() -> None:
    for report in REPORTS:
        content = encode_report(report, FRAME)
        for length in range(len(content)):
            refusal(content[:length])
        assert refusal(content + b"\x00") == "values after the last field"
        assert refusal(content + b"\x18") == "ends too early"


def test_whatever_a_flipped_bit_makes_is_refused_or_another_report_in_its_one_form() -> None:
    for report in REPORTS:
        content = encode_report(report, FRAME)
        for bit in range(8 * len(content)):
            flipped = bytearray(content)
            flipped[bit // 8] ^= 1 << bit % 8
            try:
                other = decode_report(bytes(flipped), FRAME)
            except MalformedError:
                continue
            assert other != report
            assert encode_report(other, FRAME) == bytes(flipped)


def test_what_no_handset_sends_is_refused_for_a_reason() -> None:
    cases: "tuple[tuple[list[Value], str], ...]" = (
        ([], "ends too early"),
        (["sitrep"], "not an unsigned integer"),
        ([[1]], "not an unsigned integer"),
        ([-1], "not an unsigned integer"),
        ([73 * 31], "no such type of report"),
        ([0] * 65, "too many values in the sequence"),
        # a heading in full that the usual digit says as well
        ([0], "heading not in its shortest form"),
        # no time, no place, but something behind the last field
        ([73 * (0 + 32 * 3 * (4 + 6 * (4 + 6 * 102 * 4)))], "an integer holds more"),
        # a status beyond the list, and a usual one in full
        ([73 * (1 + 32 * 3 * (4 + 6 * (4 + 6 * 8 * 14)))], "no such code"),
        ([73 * (1 + 32 * 3 * (4 + 6 * (4 + 6 * 8 * 8)))], "code not in its shortest form"),
    )
    for items, expected in cases:
        assert refusal(sequence(items)).startswith(expected), items


def test_a_report_longer_than_a_packet_is_refused_before_it_is_read() -> None:
    assert refusal(bytes(210)) == "longer than any report"


def test_a_value_out_of_range_is_refused_with_its_field() -> None:
    for expected, report in (
        ("mode: no such code", Sitrep(mode=3)),
        ("trapped: not within 0 to 9999", Sitrep(mode=0, trapped=-1)),
        ("trapped: not a whole number", Sitrep(mode=0, trapped=True)),
        (
            "casualties: minor: not within 0 to 9999",
            Sitrep(mode=0, casualties=Casualties(minor=10000)),
        ),
        ("battery_pct: not within 0 to 100", Sitrep(mode=0, battery_pct=101)),
        ("team_status: no such code", Sitrep(mode=0, team_status=14)),
        ("hazards: codes not ascending, or no such code", Sitrep(mode=0, hazards=(2, 1))),
        ("hazards: codes not ascending, or no such code", Sitrep(mode=0, hazards=(16,))),
        ("needs: water: not within 0 to 4294967295", Sitrep(mode=0, needs=((0, -1),))),
        ("altitude_m: not within -500 to 9499", Sitrep(mode=0, altitude_m=9500)),
        ("text: a text has 1 to 160 bytes, not 0", Sitrep(mode=0, text="")),
        ("time_s: not within 1970 to 2149", Sitrep(mode=0, time_s=-1)),
        ("time_quality: a quality without a time", Sitrep(mode=0, time_quality=1)),
        ("position.lat: not within -90 to 90 degrees", Position(mode=0, fix=Fix(9000001, 0))),
        ("position.lon: not within -180 to below 180", Position(mode=0, fix=Fix(0, 18000000))),
        ("position.accuracy_m: below 0", Position(mode=0, fix=Fix(0, 0, -1))),
        ("sos_reference: a declaration refers to nothing", Sos(mode=0, sos_reference=1)),
        ("sos_reference: out of range", Sos(mode=0, phase=2, sos_reference=1 << 20)),
        ("not a report", Report(mode=0, time_s=None, time_quality=0, fix=None)),
    ):
        assert misuse(report).startswith(expected), (expected, misuse(report))


def test_a_call_for_help_comes_before_everything() -> None:
    distress = Sitrep(mode=codes.ACTUAL, team_status=codes.IN_DISTRESS)
    order = [priority(report) for report in (SOS, distress, SITREP, REPORTS[7], REPORTS[9])]
    assert order == [3, 2, 1, 0, 0]


def test_types_have_names() -> None:
    names = [report_type(report) for report in (SITREP, SOS, REPORTS[7], REPORTS[9])]
    assert names == ["sitrep", "sos", "position", "node_health"]


def test_encoding_takes_little_of_a_boards_heap() -> None:
    if sys.implementation.name != "micropython" or sys.maxsize > 1 << 32:
        return  # CPython counts otherwise, and 64 bits take twice as much
    encode_report(SITREP, FRAME)
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()  # type: ignore[attr-defined]
    encode_report(SITREP, FRAME)
    taken = gc.mem_alloc() - before  # type: ignore[attr-defined]
    gc.enable()
    assert taken <= 528, taken
