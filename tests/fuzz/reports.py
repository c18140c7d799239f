"""Contents of reports: what is taken encodes to the same bytes, and its JSON form is a report."""

from tests.fuzz._vectors import FRAME, report_contents
from turna_protocol.errors import MalformedError
from turna_protocol.json_form import report_from_json, report_to_json
from turna_protocol.reports import decode_report, encode_report, priority

SEEDS = report_contents()


def fuzz(data: bytes) -> None:
    try:
        report = decode_report(data, FRAME)
    except MalformedError:
        return
    assert encode_report(report, FRAME) == data
    assert report_from_json(report_to_json(report)) == report
    assert 0 <= priority(report) <= 3
