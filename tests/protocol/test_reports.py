"""Properties of every type of report: there and back, one form, any stock decoder."""

import cbor2
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocol.report_strategies import frames, reports
from turna_protocol import json_form, sealing
from turna_protocol.errors import MalformedError
from turna_protocol.frame import Frame
from turna_protocol.reports import MAX_CONTENT_BYTES, decode_report, encode_report
from turna_protocol.text import unpack_text

FRAME = Frame(3620000, 3616000, 1770337020)


@settings(max_examples=500)
@given(st.data(), frames)
def test_every_report_comes_back_as_it_was_in_any_frame(data: st.DataObject, frame: Frame) -> None:
    report = data.draw(reports(frame))
    assert decode_report(encode_report(report, frame), frame) == report


@settings(max_examples=300)
@given(reports(FRAME))
def test_every_report_comes_back_from_json(report: object) -> None:
    form = json_form.report_to_json(report)  # type: ignore[arg-type]
    assert json_form.report_from_json(form) == report


@settings(max_examples=300)
@given(reports(FRAME))
def test_a_stock_decoder_reads_unsigned_integers_and_at_most_one_text(report: object) -> None:
    content = encode_report(report, FRAME)  # type: ignore[arg-type]
    items = stock_decoder(content)
    texts = [item for item in items if not isinstance(item, int)]
    assert all(item >= 0 for item in items if isinstance(item, int))
    assert [unpack_text(text) for text in texts] == [
        text for text in [getattr(report, "text", None)] if text is not None
    ]
    assert b"".join(cbor2.dumps(item) for item in items) == content


@settings(max_examples=1000)
@given(st.binary(max_size=40))
def test_of_any_bytes_only_the_one_form_of_a_report_is_accepted(data: bytes) -> None:
    try:
        report = decode_report(data, FRAME)
    except MalformedError:
        return
    assert encode_report(report, FRAME) == data


@settings(max_examples=500)
@given(st.lists(st.integers(0, (1 << 64) - 1), min_size=1, max_size=3))
def test_of_any_integers_only_the_one_form_of_a_report_is_accepted(items: list[int]) -> None:
    data = b"".join(cbor2.dumps(item) for item in items)
    try:
        report = decode_report(data, FRAME)
    except MalformedError:
        return
    assert encode_report(report, FRAME) == data


@settings(max_examples=200)
@given(reports(FRAME), st.data())
def test_any_change_is_refused_or_another_report(report: object, data: st.DataObject) -> None:
    content = bytearray(encode_report(report, FRAME))  # type: ignore[arg-type]
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    try:
        other = decode_report(bytes(content), FRAME)
    except MalformedError:
        return
    assert other != report
    assert encode_report(other, FRAME) == bytes(content)


def test_the_longest_report_fits_a_packet() -> None:
    assert MAX_CONTENT_BYTES == sealing.REPORT_CONTENT_BYTES_MAX


def stock_decoder(content: bytes) -> list[object]:
    """Read a CBOR sequence with nothing but PyPI's cbor2."""
    items = []
    while content:
        items.append(cbor2.loads(content[: _first_length(content)]))
        content = content[_first_length(content) :]
    return items


def _first_length(content: bytes) -> int:
    for length in range(1, len(content) + 1):
        try:
            cbor2.loads(content[:length])
        except cbor2.CBORDecodeEOF:
            continue
        return length
    raise AssertionError("no whole item")
