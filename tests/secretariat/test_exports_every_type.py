"""Every type of report, as bare as it may be, in every format; and any text in any of them."""

import io
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests.secretariat.exported import ANTAKYA, Exported, sitrep
from turna_protocol.json_form import TYPE_NAMES, report_from_json
from turna_secretariat.exports import cot, kml, tables
from turna_secretariat.exports.formats import FORMATS

# How a report is written does not depend on where it was kept.
DATABASES = ("sqlite",)

REQUIRED: dict[str, dict[str, object]] = {
    "worksite_triage": {"worksite": "0001"},
    "worksite_report": {"worksite": "0001"},
    "victim": {"worksite": "0001"},
    "hazard": {"hazard": "fire"},
    "needs": {"needs": {"water": None}},
    "message": {"phrase": "yes"},
    "task": {"number": 1},
    "task_status": {"number": 1, "status": "seen"},
    "settings": {"power": "poll"},
}


@pytest.mark.parametrize("kind", TYPE_NAMES)
@pytest.mark.parametrize("position", [None, {"lat": 36.2, "lon": -36.1}])
def test_a_bare_report_of_any_type_goes_into_any_format(
    exported: Exported, kind: str, position: object
) -> None:
    form = {"type": kind, "mode": "exercise", "position": position} | REQUIRED.get(kind, {})
    exported.file(report_from_json(form))
    entries = exported.entries()

    assert [entry.type for entry in entries] == [kind]
    for known in FORMATS.values():
        assert known.write(entries)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60))
def test_no_text_breaks_a_document(exported: Exported, text: str) -> None:
    if not exported.entries():
        exported.file(sitrep(text="x", fix=ANTAKYA))
    (filed,) = exported.entries()
    entries = [replace(filed, body=filed.body | {"text": text}, call_sign=text, mission=text)]

    ET.fromstring(cot.write(entries))
    ET.fromstring(kml.write(entries))
    assert load_workbook(io.BytesIO(tables.write_xlsx(entries))).worksheets
    assert all(known.write(entries) for known in FORMATS.values())
