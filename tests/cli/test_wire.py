"""`turna wire`: what goes in comes out, and a bad line says which and why."""

import argparse
import io
import json
import random

import pytest

from turna import wire
from turna.__main__ import main
from turna_protocol import codes, sealing

FRAME = ("--origin", "36.2,36.16", "--epoch", "2026-02-06T01:17:00Z")
SITREP = {
    "type": "sitrep",
    "mode": "exercise",
    "time": "2026-02-06T07:25:45Z",
    "position": {"lat": 36.22345, "lon": 36.17777, "accuracy_m": 10, "fix_age_s": 60},
    "altitude_m": 312,
    "team_status": "on_site",
    "casualties": {"immediate": 1, "delayed": 2, "minor": 0, "expectant": None, "deceased": 3},
    "trapped": 4,
    "rescued": None,
    "hazards": ["gas", "secondary_collapse"],
    "needs": {"water": 200, "stretchers": 4},
    "battery_pct": 77,
    "text": "çadır lazım",
}
SOS = {
    "type": "sos",
    "mode": "actual",
    "time": "2026-02-06T07:25:45Z",
    "position": {"lat": 36.2, "lon": 36.1, "accuracy_m": None, "fix_age_s": None},
    "phase": "declare",
    "kind": "trapped",
    "people": 3,
    "battery_pct": 80,
    "sos_reference": None,
}


def turna_wire(given: str | bytes, *arguments: str) -> tuple[int, list[str], list[str]]:
    """Run the command in this process; return exit code, output and complaints by line."""
    parser = argparse.ArgumentParser()
    wire.add_arguments(parser)
    data = given.encode() if isinstance(given, str) else given
    out, err = io.StringIO(), io.StringIO()
    code = wire.run(parser.parse_args(arguments), io.BytesIO(data), out, err)
    return code, out.getvalue().splitlines(), err.getvalue().splitlines()


def lines(*forms: object) -> str:
    return "".join(json.dumps(form) + "\n" for form in forms)


def test_reports_come_back_as_they_were_line_by_line() -> None:
    code, encoded, complaints = turna_wire(lines(SITREP, SOS), "encode", *FRAME)
    assert (code, complaints, len(encoded)) == (0, [], 2)
    code, decoded, complaints = turna_wire("\n".join(encoded), "decode", *FRAME)
    assert (code, complaints) == (0, [])
    assert [json.loads(line) for line in decoded] == [SITREP, SOS]


def test_packets_come_back_as_they_were_and_carry_13_bytes_more() -> None:
    _, contents, _ = turna_wire(lines(SITREP, SOS), "encode", *FRAME)
    _, packets, _ = turna_wire(lines(SITREP, SOS), "encode", "--packet", *FRAME)
    assert [len(line) // 2 for line in packets] == [
        len(line) // 2 + sealing.REPORT_OVERHEAD_BYTES for line in contents
    ]
    code, decoded, _ = turna_wire("\n".join(packets), "decode", "--packet", *FRAME)
    assert code == 0
    assert [json.loads(line) for line in decoded] == [SITREP, SOS]


def test_a_packet_with_any_bit_changed_is_refused() -> None:
    _, (packet,), _ = turna_wire(lines(SOS), "encode", "--packet", *FRAME)
    data = bytes.fromhex(packet)
    changed = []
    for bit in range(8 * len(data)):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        changed.append(flipped.hex())
    code, decoded, complaints = turna_wire("\n".join(changed), "decode", "--packet", *FRAME)
    hops = 2  # the bits that a relay may change
    assert (code, len(decoded), len(complaints)) == (1, hops, len(changed) - hops)


def test_a_bad_line_is_named_with_its_field_and_the_rest_goes_on() -> None:
    given = lines(SITREP) + lines(
        {**SITREP, "trapped": -1},
        {**SITREP, "trapped": "3"},
        {**SITREP, "trapped": 1.5},
        {**SITREP, "hazards": ["volcano"]},
        {**SITREP, "casualties": {"immediate": True}},
        {**SITREP, "position": {"lat": 91, "lon": 0}},
        {**SITREP, "needs": {"water": -1}},
        {**SITREP, "colour": "red"},
        {**SITREP, "time": "yesterday"},
        {**SITREP, "mode": None},
        {"type": "letter"},
        [],
    )
    given += '{"type": "sos"\n{"mode": "actual", "mode": "test"}\n{"type": NaN}\n' + lines(SOS)
    code, encoded, complaints = turna_wire(given, "encode", *FRAME)
    assert (code, len(encoded)) == (1, 2)
    assert [complaint.split(": ")[:2] for complaint in complaints] == [
        ["line 2", "trapped"],
        ["line 3", "trapped"],
        ["line 4", "trapped"],
        ["line 5", "hazards"],
        ["line 6", "casualties.immediate"],
        ["line 7", "position.lat"],
        ["line 8", "needs"],
        ["line 9", "colour"],
        ["line 10", "time"],
        ["line 11", "mode"],
        ["line 12", "type"],
        ["line 13", "report"],
        ["line 14", "not JSON"],
        ["line 15", "mode"],
        ["line 16", "not JSON"],
    ]


def test_bytes_that_are_no_report_are_named_and_the_rest_goes_on() -> None:
    _, (good,), _ = turna_wire(lines(SITREP), "encode", *FRAME)
    given = "\n".join(["zz", good[:-2], good + "00", "", good])
    code, decoded, complaints = turna_wire(given, "decode", *FRAME)
    assert (code, len(decoded)) == (1, 1)
    assert complaints == [
        "line 1: not hexadecimal",
        "line 2: ends too early",
        "line 3: values after the last field",
    ]


@pytest.mark.parametrize("action", ["encode", "decode"])
def test_noise_crashes_nothing(action: str) -> None:
    noise = random.Random(action).randbytes(200_000)
    code, _, complaints = turna_wire(noise, action, *FRAME)
    assert code == 1
    assert all(complaint.startswith("line ") for complaint in complaints)


@pytest.mark.parametrize(
    "line",
    [
        "[" * 60_000,
        '{"type": "sitrep", "mode": "test", "trapped": 1' + "0" * 5_000 + "}",
        '{"type": "sitrep", "mode": "test", "trapped": 1e999}',
        '{"type": "sitrep", "mode": "test", "text": "\\ud800"}',
        "x" * 1_000_000,
    ],
)
def test_a_monstrous_line_is_refused_like_any_other(line: str) -> None:
    code, encoded, complaints = turna_wire(line + "\n" + lines(SOS), "encode")
    assert (code, len(encoded), len(complaints)) == (1, 1, 1)
    assert complaints[0].startswith("line 1: ")


def test_lat_and_lon_keep_to_a_metre() -> None:
    form = {**SOS, "position": {"lat": -36.123456789, "lon": 179.987654321}}
    _, encoded, _ = turna_wire(lines(form), "encode", *FRAME)
    _, (decoded,), _ = turna_wire("\n".join(encoded), "decode", *FRAME)
    position = json.loads(decoded)["position"]
    assert (position["lat"], position["lon"]) == (-36.12346, 179.98765)


def test_accuracy_and_age_of_a_fix_come_back_as_the_bound_of_their_class() -> None:
    form = {**SOS, "position": {"lat": 1, "lon": 2, "accuracy_m": 7.5, "fix_age_s": 0.2}}
    _, encoded, _ = turna_wire(lines(form), "encode", *FRAME)
    _, (decoded,), _ = turna_wire("\n".join(encoded), "decode", *FRAME)
    position = json.loads(decoded)["position"]
    assert (position["accuracy_m"], position["fix_age_s"]) == (10, 10)


def test_what_is_left_out_is_unknown_and_time_may_be_a_number() -> None:
    form = {"type": "SITREP", "mode": "test", "time": 1770337020.9, "time_quality": "beacon"}
    _, encoded, _ = turna_wire(lines(form), "encode", *FRAME)
    _, (decoded,), _ = turna_wire("\n".join(encoded), "decode", *FRAME)
    back = json.loads(decoded)
    assert (back["time"], back["time_quality"]) == ("2026-02-06T00:17:00Z", "beacon")
    assert (back["trapped"], back["position"], back["hazards"]) == (None, None, [])


@pytest.mark.parametrize("form", [SITREP, SOS])
@pytest.mark.parametrize(
    ("given", "asked"),
    [((), "--origin and --epoch"), (FRAME[:2], "--epoch"), (FRAME[2:], "--origin")],
)
def test_what_counts_from_a_frame_that_was_not_given_is_refused_and_never_shown_as_absolute(
    form: dict[str, object], given: tuple[str, ...], asked: str
) -> None:
    _, encoded, _ = turna_wire(lines(form), "encode", *FRAME)
    code, decoded, (complaint,) = turna_wire("\n".join(encoded), "decode", *given)
    assert (code, decoded) == (1, [])
    assert f"give {asked}, as every device of that deployment has it" in complaint


@pytest.mark.parametrize("place", [{"lat": 0, "lon": 0}, {"lat": 36.2, "lon": 36.1}])
def test_without_a_frame_everything_travels_absolute_and_comes_back_without_one(
    place: dict[str, float],
) -> None:
    form = {**SOS, "time": "1970-01-02T00:00:00Z", "position": place}
    _, encoded, _ = turna_wire(lines(form), "encode")
    code, (decoded,), _ = turna_wire("\n".join(encoded), "decode")
    back = json.loads(decoded)
    assert (code, back["time"]) == (0, form["time"])
    assert (back["position"]["lat"], back["position"]["lon"]) == (place["lat"], place["lon"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"type": 3}, "type: 3 is none of position, sitrep"),
        ({"type": None}, "type: missing; one of position, sitrep"),
        ({"battery_pct": 50.5}, "battery_pct: 50.5 is not a whole number"),
        ({"time": None, "time_quality": "gnss"}, "time_quality: a quality without a time"),
        ({"time": "2026-02-06T07:25:45"}, "names no time zone; write it as in 2026-"),
        ({"time": "2026-02-06T10:00:60Z"}, "minutes and seconds to 59; write it as in 2026-"),
    ],
)
def test_nothing_is_changed_silently_and_the_complaint_says_what_to_write(
    change: dict[str, object], words: str
) -> None:
    code, encoded, (complaint,) = turna_wire(lines({**SITREP, **change}), "encode", *FRAME)
    assert (code, encoded) == (1, [])
    assert words in complaint


def test_a_byte_order_mark_is_called_by_its_name() -> None:
    code, _, (complaint,) = turna_wire(b"\xef\xbb\xbf" + lines(SOS).encode(), "encode")
    assert (code, complaint) == (
        1,
        "line 1: begins with a byte order mark: save it as UTF-8 without one",
    )


def test_what_is_wrong_with_a_packet_is_a_sentence() -> None:
    _, (sealed,), _ = turna_wire(lines(SOS), "encode", "--packet", *FRAME)
    given = ["00", "44" + sealed[2:], "0400", "10" + sealed[2:], "0400000001", sealed[:10]]
    _, decoded, complaints = turna_wire(
        "\n".join([*given, sealed[:-2] + "00", "04" * 300]), "decode", "--packet", *FRAME
    )
    assert decoded == []
    assert all(len(complaint.split()) > 8 for complaint in complaints), complaints


def test_the_schema_tells_the_shape_of_a_report_and_its_example_is_one() -> None:
    _, printed, _ = turna_wire("", "schema")
    schema = json.loads("\n".join(printed))
    assert set(schema["common"]) == {"type", "mode", "time", "time_quality", "position"}
    assert schema["required"]["sitrep"] == ["type", "mode"]
    code, encoded, _ = turna_wire(lines(schema["example"]), "encode")
    assert (code, len(encoded)) == (0, 1)


def test_the_schema_names_every_code() -> None:
    code, printed, _ = turna_wire("", "schema")
    schema = json.loads("\n".join(printed))
    assert code == 0
    assert schema["team_status"] == list(codes.TEAM_STATUSES)
    assert schema["needs"] == list(codes.NEED_ITEMS)
    assert {"sitrep", "sos", "position", "node_health"} <= set(schema["type"])


@pytest.mark.parametrize(
    "arguments",
    [
        ("wire",),
        ("wire", "translate"),
        ("wire", "encode", "--origin", "north"),
        ("wire", "encode", "--origin", "91,0"),
        ("wire", "encode", "--epoch", "yesterday"),
        ("wire", "encode", "--epoch=-5"),
        ("wire", "encode", "--epoch", "2026-02-06T01:17:00"),
        ("wire", "encode", "--epoch", "2140-02-06T01:17:00Z"),
    ],
)
def test_wrong_use_ends_with_exit_code_2(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert ended.value.code == 2
    assert "error: " in capsys.readouterr().err


def test_an_unknown_option_is_answered_with_the_usage_of_its_own_sub_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["wire", "encode", "--bogus"])
    complaint = capsys.readouterr().err
    assert complaint.startswith("usage: turna wire encode")
    assert "turna wire encode: error: unrecognized arguments: --bogus" in complaint
