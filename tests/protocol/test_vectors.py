"""The published vectors: up to date, true both ways, within the CDDL, and readable without us."""

import io
import json
from typing import Any

import cbor2
import pycddl
import pytest
from hypothesis import given, settings

from tests.protocol.report_strategies import reports
from tools import vectors
from tools.places import ROOT
from turna_protocol import json_form, text
from turna_protocol.errors import MalformedError
from turna_protocol.frame import Frame
from turna_protocol.reports import TYPES, Report, decode_report, encode_report

REPORTS = json.loads((vectors.FOLDER / "reports.json").read_text())["vectors"]
MALFORMED = json.loads((vectors.FOLDER / "malformed_reports.json").read_text())["vectors"]
PAGE = json.loads((vectors.FOLDER / "text_page.json").read_text())["letters"]
SCHEMA = pycddl.Schema((ROOT / "protocol" / "turna.cddl").read_text())


def test_the_files_are_what_the_code_makes() -> None:
    assert vectors.main(["--check"]) == 0, "run python3 -m tools.vectors and look at the difference"


def test_every_type_has_a_vector() -> None:
    assert {vector["report"]["type"] for vector in REPORTS} == {entry.NAME for entry in TYPES}


@pytest.mark.parametrize("vector", REPORTS, ids=lambda vector: vector["name"])
def test_a_report_is_these_bytes_and_these_bytes_are_the_report(vector: Any) -> None:
    frame = Frame(**vector["frame"])
    content = bytes.fromhex(vector["content"])
    report = json_form.report_from_json(vector["report"])
    assert encode_report(report, frame) == content
    assert json_form.report_to_json(decode_report(content, frame)) == vector["report"]


@pytest.mark.parametrize("vector", REPORTS, ids=lambda vector: vector["name"])
def test_every_content_keeps_to_the_cddl(vector: Any) -> None:
    SCHEMA.validate_cbor(as_array(bytes.fromhex(vector["content"])))


@settings(max_examples=150)
@given(reports(vectors.FRAME))
def test_any_content_keeps_to_the_cddl(report: Report) -> None:
    SCHEMA.validate_cbor(as_array(encode_report(report, vectors.FRAME)))


def test_the_cddl_refuses_what_is_no_report() -> None:
    for content in ("", "20", "04a0", "04f6", "0461614161", "04" * 23):
        with pytest.raises(pycddl.ValidationError):
            SCHEMA.validate_cbor(as_array(bytes.fromhex(content)))


@pytest.mark.parametrize("vector", MALFORMED, ids=lambda vector: vector["name"])
def test_malformed_contents_are_refused_for_the_reason_given(vector: Any) -> None:
    with pytest.raises(MalformedError) as refused:
        decode_report(bytes.fromhex(vector["content"]), vectors.FRAME)
    assert str(refused.value) == vector["reason"]


def test_the_page_is_what_texts_travel_in() -> None:
    assert len(PAGE) == len(text.LETTERS)
    for byte, letter in PAGE.items():
        assert text.unpack_text(bytes.fromhex(byte)) == letter


def test_a_stock_decoder_and_divmod_read_a_sitrep() -> None:
    """Follow docs/protocol.md with nothing of ours: PyPI's cbor2 and integer division."""
    vector = next(vector for vector in REPORTS if vector["name"] == "sitrep_typical")
    first, second = stock_decoder(bytes.fromhex(vector["content"]))
    heading = digits(first, (73, 20_000, 20_000, 7, 24, 60, 60, 10, 8, 5))
    usual, north, east, day, hour, minute, second_of_minute, fix, status, trapped = heading
    assert usual == 1 + 1 + 3 * (1 + 3 * (0 + 2 * 0))  # sitrep, exercise, first days, first square
    assert (north - 10_000, east - 10_000) == (2345, 1777)  # 1e-5 degrees from 36.2, 36.16
    assert (day, hour, minute, second_of_minute) == (1, 7, 48, 30)  # after 2026-02-06T01:17:00Z
    assert fix == 2 + 3 * 1  # up to 10 m, up to 60 s
    assert (status, trapped) == (4, 4)  # the fourth usual status, on site; trapped: more than 2
    found = digits(second, (10, 5, 2, 5, 5, 5, 5, 5, 10, 102, 4, 15, 15, 4, 4, 2))
    assert found[:2] == [1, 2]  # trapped: 4; rescued: 1
    assert found[2:9] == [1, 2, 3, 0, 1, 4, 0]  # casualties are given: 1, 2, 0, unknown, 3
    assert found[9:13] == [78, 2, 0, 8]  # battery 77 %; gas, and eight between it and the other
    assert found[13:] == [0, 0, 0]  # no altitude, no needs, no text


def as_array(content: bytes) -> bytes:
    """Return a sequence with the head of an array before it, as CDDL has to see it."""
    items = stock_decoder(content)
    assert len(items) < 24
    return bytes([0x80 | len(items)]) + content


def stock_decoder(content: bytes) -> list[Any]:
    stream = io.BytesIO(content)
    items = []
    while stream.tell() < len(content):
        items.append(cbor2.load(stream))
    return items


def digits(value: int, radices: tuple[int, ...]) -> list[int]:
    found = []
    for radix in radices:
        value, digit = divmod(value, radix)
        found.append(digit)
    return found
