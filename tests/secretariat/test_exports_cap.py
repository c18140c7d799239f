"""CAP 1.2 alerts: the structure that OASIS' schema asks for, and what must never be in one."""

import io
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Sequence

import pytest

from tests.secretariat.exported import Exported, hazard, sitrep, sos
from tests.secretariat.golden import golden
from turna_protocol import codes
from turna_secretariat.exports import cap

# How a report is written does not depend on where it was kept.
DATABASES = ("sqlite",)

PREFIX = f"{{{cap.NAMESPACE}}}"
# CAP 1.2, 3.4: (element, required) in the order of the schema's sequences.
ALERT = (
    ("identifier", True),
    ("sender", True),
    ("sent", True),
    ("status", True),
    ("msgType", True),
    ("source", False),
    ("scope", True),
    ("restriction", False),
    ("addresses", False),
    ("code", False),
    ("note", False),
    ("references", False),
    ("incidents", False),
    ("info", False),
)
INFO = (
    ("language", False),
    ("category", True),
    ("event", True),
    ("responseType", False),
    ("urgency", True),
    ("severity", True),
    ("certainty", True),
    ("audience", False),
    ("eventCode", False),
    ("effective", False),
    ("onset", False),
    ("expires", False),
    ("senderName", False),
    ("headline", False),
    ("description", False),
    ("instruction", False),
    ("web", False),
    ("contact", False),
    ("parameter", False),
    ("resource", False),
    ("area", False),
)
VALUES = {
    "status": "Actual|Exercise|System|Test|Draft",
    "msgType": "Alert|Update|Cancel|Ack|Error",
    "scope": "Restricted|Private",  # never Public
    "category": "Geo|Met|Safety|Security|Rescue|Fire|Health|Env|Transport|Infra|CBRNE|Other",
    "responseType": "Shelter|Evacuate|Prepare|Execute|Avoid|Monitor|Assess|AllClear|None",
    "urgency": "Immediate|Expected|Future|Past|Unknown",
    "severity": "Extreme|Severe|Moderate|Minor|Unknown",
    "certainty": "Observed|Likely|Possible|Unlikely|Unknown",
    "sent": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d",
    "expires": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d",
    "identifier": r"[^\s,<&]+",
    "sender": r"[^\s,<&]+",
    "circle": r"-?\d+\.\d+,-?\d+\.\d+ \d+(\.\d+)?",
}


def _require_valid(content: bytes) -> ET.Element:
    """Assert what the schema says of an alert, and return it."""
    root = ET.fromstring(content)
    assert root.tag == f"{PREFIX}alert"
    _require_sequence(root, ALERT)
    for info in root.findall(f"{PREFIX}info"):
        _require_sequence(info, INFO)
    for element in root.iter():
        name = element.tag.removeprefix(PREFIX)
        if name in VALUES:
            assert re.fullmatch(VALUES[name], element.text or ""), name
    return root


def _require_sequence(parent: ET.Element, sequence: Sequence[tuple[str, bool]]) -> None:
    names = [element.tag.removeprefix(PREFIX) for element in parent]
    order = [name for name, _ in sequence]
    places = [order.index(name) for name in names]
    assert places == sorted(places)
    assert {name for name, required in sequence if required} <= set(names)


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

    assert len(names) == 2
    assert all(name.startswith("exercise-") for name in names)
    assert content == cap.write(exported.extract())


def test_the_alert_of_an_sos_is_as_it_was(exported: Exported) -> None:
    exported.file(sos())

    assert cap.alert(exported.entries()[0]) == golden("sos.cap.xml")
