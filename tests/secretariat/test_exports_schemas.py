"""Whatever is reported: each export is valid by its standard's own schema, or by what it says.

KML by OGC's schema, as `fastkml` carries it. GeoJSON by RFC 7946 and Cursor on Target by MITRE's
Event-PUBLIC.xsd, in the words below: no package has either. CAP has a test of its own.
"""

import json
import re
import xml.etree.ElementTree as ET
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import fastkml
import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.protocol.report_strategies import reports
from tests.secretariat.exported import (
    ANTAKYA,
    HOSTILE,
    NOW_MS,
    Exported,
    hazard,
    medevac,
    sitrep,
    sos,
    triage,
    victim,
    worksite_report,
)
from tests.secretariat.field import EPOCH_S, Field
from turna_protocol import codes, keys
from turna_protocol.frame import Frame
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.exports import cot, geojson, hxl, kml
from turna_secretariat.exports.entry import Extract
from turna_secretariat.registry import Registry

DATABASES = ("sqlite",)
_FRAME = Frame(ANTAKYA.lat_e5, ANTAKYA.lon_e5, EPOCH_S)
_KML = etree.XMLSchema(file=str(files(fastkml) / "schema" / "ogckml22.xsd"))

_POSITION = {
    "type": "array",
    "prefixItems": [
        {"type": "number", "minimum": -180, "maximum": 180},
        {"type": "number", "minimum": -90, "maximum": 90},
    ],
    "minItems": 2,
    "maxItems": 3,
}
_FEATURE = {
    "type": "object",
    "required": ["type", "geometry", "properties"],
    "properties": {
        "type": {"const": "Feature"},
        "id": {"type": ["string", "number"]},
        "geometry": {
            "type": ["object", "null"],
            "required": ["type", "coordinates"],
            "properties": {"type": {"const": "Point"}, "coordinates": _POSITION},
        },
        "properties": {"type": ["object", "null"]},
    },
    "not": {"anyOf": [{"required": ["coordinates"]}, {"required": ["features"]}]},
}
_COLLECTION = {
    "type": "object",
    "required": ["type", "features"],
    "properties": {
        "type": {"const": "FeatureCollection"},
        "features": {"type": "array", "items": _FEATURE},
    },
    "not": {"anyOf": [{"required": ["geometry"]}, {"required": ["properties"]}]},
}

_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"
_DECIMAL = r"-?\d+(\.\d+)?"
_EVENT = {
    "version": r"2\.\d+",
    "type": r"\w+(-\w+)*(;[^;]*)?",
    "uid": r".+",
    "time": _TIME,
    "start": _TIME,
    "stale": _TIME,
    "how": r"\w(-\w+)*",
}
_OPTIONAL = {"opex": r"o|e(-\w+)?|s(-\w+)?", "access": ".*", "qos": r"\d-\w-\w"}
_POINT = dict.fromkeys(("lat", "lon", "hae", "ce", "le"), _DECIMAL)


def _require_valid(extract: Extract) -> None:
    """Assert what each schema says."""
    document = etree.fromstring(kml.write(extract))
    assert _KML.validate(document), _KML.error_log
    jsonschema.Draft202012Validator(_COLLECTION).validate(json.loads(geojson.write(extract)))
    for event in ET.fromstring(cot.write(extract)):
        _require_event(event)
    _require_hxl(hxl.write(extract).decode("utf-8-sig"))


def _require_event(event: ET.Element) -> None:
    assert event.tag == "event"
    assert [child.tag for child in event] in (["point"], ["point", "detail"])
    _require_attributes(event, _EVENT, _OPTIONAL)
    assert event.attrib["start"] <= event.attrib["stale"]
    point = event[0]
    _require_attributes(point, _POINT, {})
    assert abs(float(point.attrib["lat"])) <= 90
    assert abs(float(point.attrib["lon"])) <= 180


def _require_attributes(
    element: ET.Element, required: dict[str, str], optional: dict[str, str]
) -> None:
    assert required.keys() <= element.attrib.keys() <= required.keys() | optional.keys()
    for name, value in element.attrib.items():
        assert re.fullmatch((required | optional)[name], value, re.DOTALL), (name, value)


def _require_hxl(table: str) -> None:
    """Assert the form of the tags (HXL 1.1): a hashtag, then attributes."""
    tags = [tag for tag in table.splitlines()[1].split(",") if tag]
    assert tags
    for tag in tags:
        assert re.fullmatch(r"#[a-z][a-z0-9_]*(\+[a-z][a-z0-9_]*)*", tag), tag


@pytest.mark.parametrize("mode", [codes.EXERCISE, codes.ACTUAL])
def test_one_of_each_kind_is_valid_with_hostile_words_too(exported: Exported, mode: int) -> None:
    exported.file(sos(mode=mode), sos(mode=mode, fix=None, phase=codes.CANCEL))
    exported.file(sitrep(mode=mode, fix=ANTAKYA, text=HOSTILE), hazard(mode=mode))
    exported.file(triage(), worksite_report(), victim(), medevac())

    _require_valid(exported.extract())
    _require_valid(exported.extract("actual"))


def test_nothing_to_export_is_valid_as_well() -> None:
    _require_valid(Extract("TEST", "exercise"))


@given(st.lists(reports(_FRAME), min_size=1, max_size=12))
@settings(max_examples=10, deadline=None)
def test_any_report_there_is_makes_valid_files(drawn: list[object]) -> None:
    with TemporaryDirectory() as folder:
        field = Field(Path(folder) / "kit")
        registry = Registry(field.mission, keys.authentication_branch(field.master))
        archive = Archive.in_file(Path(folder) / "archive.db")
        archive.open()
        try:
            desk = Desk(archive, registry, field.mission.frame)
            filed = Exported(field, desk, archive, registry)
            for report in drawn:
                filed.file(report, now_ms=NOW_MS)  # type: ignore[arg-type]  # a report of any type
            for mode in codes.MODES:
                _require_valid(filed.extract(mode))
        finally:
            archive.close()
