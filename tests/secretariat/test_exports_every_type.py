"""Every type of report, as bare as it may be, in every format; and any text in any of them."""

import io
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests.secretariat.exported import ANTAKYA, Exported, bare, sitrep
from turna_protocol.json_form import TYPE_NAMES
from turna_secretariat.exports import cot, kml, tables
from turna_secretariat.exports.entry import Extract
from turna_secretariat.exports.formats import FORMATS

# How a report is written does not depend on where it was kept.
DATABASES = ("sqlite",)


@pytest.mark.parametrize("kind", TYPE_NAMES)
@pytest.mark.parametrize("position", [None, {"lat": 36.2, "lon": -36.1}])
def test_a_bare_report_of_any_type_goes_into_any_format(
    exported: Exported, kind: str, position: object
) -> None:
    exported.file(bare(kind, position))
    extract = exported.extract()

    assert [entry.type for entry in extract.entries] == [kind]
    for known in FORMATS.values():
        assert known.write(extract)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60))
def test_no_text_breaks_a_document(exported: Exported, text: str) -> None:
    if not exported.entries():
        exported.file(sitrep(text="x", fix=ANTAKYA))
    (filed,) = exported.entries()
    hostile = replace(filed, body=filed.body | {"text": text}, call_sign=text, mission=text)
    extract = Extract(text, "exercise", (hostile,))

    ET.fromstring(cot.write(extract))
    ET.fromstring(kml.write(extract))
    assert load_workbook(io.BytesIO(tables.write_xlsx(extract))).worksheets
    assert all(known.write(extract) for known in FORMATS.values())
