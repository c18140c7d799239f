"""Whatever is reported: each export is valid by its standard's own schema, or by what it says.

KML by OGC's schema, as `fastkml` carries it; GeoJSON by geojson.org's, as `pystac` does, and by
what RFC 7946 says beyond it. Cursor on Target by MITRE's Event-PUBLIC.xsd and HXL by its
dictionary, in the words below: no package has them. CAP has a test of its own, by OASIS' schema.
"""

import json
import re
import xml.etree.ElementTree as ET
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import fastkml
import jsonschema
import pystac
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

_FEATURE = jsonschema.Draft7Validator(
    json.loads((files(pystac) / "validation/jsonschemas/geojson/Feature.json").read_text())
)
# HXL 1.1, hashtag dictionary: those that have to do with what we report.
_HASHTAGS = (
    *("activity", "adm1", "affected", "cause", "contact", "country", "crisis", "date"),
    *("description", "event", "geo", "group", "impact", "indicator", "inneed", "item", "loc"),
    *("meta", "need", "org", "population", "region", "sector", "severity", "status", "value"),
)

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
    _require_geojson(json.loads(geojson.write(extract)))
    for event in ET.fromstring(cot.write(extract)):
        _require_event(event)
    _require_hxl(hxl.write(extract).decode("utf-8-sig"))


def _require_geojson(collection: dict[str, Any]) -> None:
    """Assert the schema of each feature, and what RFC 7946 says in 3.1.1, 4, 7.1 and 11.2."""
    assert collection["type"] == "FeatureCollection"
    assert not {"crs", "geometry", "properties", "coordinates"} & collection.keys()
    for feature in collection["features"]:
        _FEATURE.validate(feature)
        assert not {"coordinates", "features", "geometries"} & feature.keys()
        if feature["geometry"] is not None:
            longitude, latitude = feature["geometry"]["coordinates"]
            assert abs(longitude) <= 180
            assert abs(latitude) <= 90
            assert round(longitude, 6) == longitude  # 11.2: no more than the handset knows
    names = [feature["id"] for feature in collection["features"]]
    assert len(names) == len(set(names))


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
        assert tag[1:].partition("+")[0] in _HASHTAGS, tag
    assert len(tags) == len(set(tags))


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
