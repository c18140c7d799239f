"""Topics: spelled in one place, taken apart strictly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turna_backbone import topics
from turna_protocol.errors import MalformedError


def test_a_report_goes_to_its_units_topic() -> None:
    assert topics.report("TR", "AFAD-1") == "ots/v1/tr/u/afad-1/report"
    assert topics.sos("tr", "AFAD 1") == "ots/v1/tr/u/afad_1/sos"
    assert topics.receipt("tr", "hatay-1") == "ots/v1/tr/g/hatay-1/receipt"


@given(st.text(max_size=60))
def test_any_name_becomes_one_segment(name: str) -> None:
    topic = topics.parse(topics.report("tr", name))

    assert topic.name == topics.segment(name)
    assert 1 <= len(topic.name) <= topics.SEGMENT_LIMIT


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "ots/v1/tr/u/afad",
        "ots/v2/tr/u/afad/report",
        "ots/v1/tr/u/afad/report/x",
        "ots/v1/tr/x/afad/report",
        "ots/v1/tr/u/afad/receipt",
        "ots/v1/tr/g/hatay/sos",
        "ots/v1/TR/u/afad/report",
        "ots/v1/tr/u//report",
        "ots/v1/tr/u/+/report",
        "ots/v1/tr/u/" + "a" * 33 + "/report",
    ],
)
def test_a_topic_we_would_not_write_is_refused(topic: str) -> None:
    with pytest.raises(MalformedError):
        topics.parse(topic)
