"""GeoJSON, KML and Cursor on Target, as a map's reader finds them."""

import json
import xml.etree.ElementTree as ET

import pytest

from tests.secretariat.exported import (
    ANTAKYA,
    HOSTILE,
    Exported,
    hazard,
    medevac,
    sitrep,
    sos,
    triage,
)
from tests.secretariat.golden import golden
from turna_protocol import codes
from turna_secretariat.exports import cot, geojson, kml

# How a report is written does not depend on where it was kept.
DATABASES = ("sqlite",)

KML = {"k": "http://www.opengis.net/kml/2.2"}


def _events(exported: Exported, mode: str = "exercise") -> list[ET.Element]:
    return list(ET.fromstring(cot.write(exported.extract(mode))))


def _detail(event: ET.Element, tag: str) -> ET.Element:
    found = event.find(f"detail/{tag}")
    assert found is not None
    return found


def test_geojson_has_longitude_first_and_null_for_no_place(exported: Exported) -> None:
    exported.file(triage(), sitrep())
    collection = json.loads(geojson.write(exported.extract()))
    site, team = collection["features"]

    assert set(collection) == {"type", "name", "mode", "features"}  # RFC 7946, 4: no crs
    assert (collection["name"], collection["mode"]) == ("EXERCISE TEST", "exercise")
    assert site["geometry"] == {"type": "Point", "coordinates": [36.1602, 36.2015]}
    assert (site["id"], site["properties"]["mode"]) == (
        "urn:ots:TEST:TUR01:1.1:20717:0",
        "exercise",
    )
    assert (site["properties"]["insarag"]["F4"], site["properties"]["insarag"]["F6"]) == (2, None)
    assert team["geometry"] is None


def test_kml_marks_what_is_not_real_and_keeps_markup_as_text(exported: Exported) -> None:
    exported.file(sitrep(text=HOSTILE, fix=ANTAKYA), sitrep())
    root = ET.fromstring(kml.write(exported.extract()))
    placemarks = root.findall("k:Document/k:Placemark", KML)

    assert [p.findtext("k:name", None, KML) for p in placemarks] == ["EXERCISE TUR01-1 sitrep"]
    assert placemarks[0].findtext("k:Point/k:coordinates", None, KML) == "36.16020,36.20150"
    assert any("=HYPERLINK(1)<b>" in (value.text or "") for value in root.iter())


def test_kml_says_how_many_it_cannot_show_and_what_is_over_does_not_look_as_if_it_held(
    exported: Exported,
) -> None:
    exported.file(sos(fix=None), sos(), sos(phase=codes.CANCEL), sitrep())
    root = ET.fromstring(kml.write(exported.extract()))
    said = root.findtext("k:Document/k:description", None, KML)
    signs = [p.findtext("k:styleUrl", None, KML) for p in root.iter(f"{{{KML['k']}}}Placemark")]
    styles = {f"#{style.get('id')}" for style in root.iter(f"{{{KML['k']}}}Style")}

    assert said == "Reports without a place, not in this file: 2, 1 SOS among them."
    assert signs == ["#sos", "#other"]
    assert set(signs) <= styles


@pytest.mark.parametrize(
    ("deed", "name", "style"),
    [
        ("read", "SOS", "#sos"),
        ("accepted", "SOS in hand", "#sos_in_hand"),
        ("acted", "SOS ended: acted on", "#other"),
        ("refused", "SOS ended: refused", "#other"),
        ("false_alarm", "SOS false alarm", "#other"),
    ],
)
def test_kml_says_what_people_did_with_a_call_in_its_name_and_its_style(
    exported: Exported, deed: str, name: str, style: str
) -> None:
    exported.file(sos(), sos(phase=codes.UPDATE, reference=0))
    exported.did(deed)
    root = ET.fromstring(kml.write(exported.extract()))
    styles = {f"#{style.get('id')}" for style in root.iter(f"{{{KML['k']}}}Style")}
    placemarks = list(root.iter(f"{{{KML['k']}}}Placemark"))

    for placemark in placemarks:
        assert placemark.findtext("k:name", None, KML) == f"EXERCISE TUR01-1 {name}"
        assert placemark.findtext("k:styleUrl", None, KML) == style
    assert len(placemarks) == 2
    assert style in styles


def test_a_team_is_one_friend_on_the_map_however_often_it_reports(exported: Exported) -> None:
    exported.file(sitrep(fix=ANTAKYA), sitrep(fix=ANTAKYA), sitrep())
    events = _events(exported)

    assert [event.get("type") for event in events] == ["a-f-G-U-C"] * 2
    assert events[0].get("uid") == events[1].get("uid")


def test_an_exercise_says_so_in_opex_name_and_remarks_and_the_real_does_not(
    exported: Exported,
) -> None:
    exported.file(sos(), sos(mode=codes.ACTUAL))
    (trained,), (real,) = _events(exported), _events(exported, "actual")

    assert (trained.get("opex"), real.get("opex")) == ("e", "o")
    for tag in ("emergency", "remarks"):
        assert str(_detail(trained, tag).text).startswith("EXERCISE ")
        assert "EXERCISE" not in str(_detail(real, tag).text)


def test_a_cancelled_sos_ends_the_alert_that_it_began(exported: Exported) -> None:
    exported.file(sos(), sos(phase=codes.CANCEL, reference=0))
    began, ended = _events(exported)

    assert (began.get("type"), ended.get("type")) == ("b-a-o-tbl", "b-a-o-can")
    assert began.get("uid") == ended.get("uid")
    assert _detail(ended, "emergency").get("cancel") == "true"


@pytest.mark.parametrize(
    ("deed", "remark"),
    [("acted", "ENDED: ACTED ON"), ("refused", "ENDED: REFUSED"), ("false_alarm", "FALSE ALARM")],
)
def test_a_call_that_a_person_ended_ends_its_alert(
    exported: Exported, deed: str, remark: str
) -> None:
    exported.file(sos())
    (began,) = _events(exported)
    exported.did(deed)
    (ended,) = _events(exported)

    assert (began.get("type"), ended.get("type")) == ("b-a-o-tbl", "b-a-o-can")
    assert began.get("uid") == ended.get("uid")
    assert _detail(ended, "emergency").get("cancel") == "true"
    assert str(began.get("stale")) < str(ended.get("time")) < str(ended.get("stale"))
    assert ended.get("opex") == "e"
    assert f"; {remark};" in str(_detail(ended, "remarks").text)


def test_a_call_in_hand_is_an_alert_and_says_so(exported: Exported) -> None:
    exported.file(sos())
    exported.did("accepted")
    (event,) = _events(exported)

    assert event.get("type") == "b-a-o-tbl"
    assert "; IN HAND;" in str(_detail(event, "remarks").text)


def test_the_end_of_one_call_does_not_end_the_alert_while_its_handset_calls_on(
    exported: Exported,
) -> None:
    exported.file(sos(), sos())
    exported.did("false_alarm")
    assert [event.get("type") for event in _events(exported)] == ["b-a-o-tbl"]
    assert [cot.holds(entry) for entry in exported.entries()] == [False, True]

    exported.did("acted", 2)
    assert [event.get("type") for event in _events(exported)] == ["b-a-o-can"] * 2


def test_an_sos_without_a_place_is_sent_and_says_so(exported: Exported) -> None:
    exported.file(sos(fix=None))
    (event,) = _events(exported)
    point = event.find("point")

    assert point is not None
    assert (point.get("ce"), event.get("how")) == ("9999999.0", "h-e")
    assert "POSITION UNKNOWN" in str(_detail(event, "remarks").text)


def test_worksites_hazards_and_medevacs_have_their_own_signs(exported: Exported) -> None:
    exported.file(triage(), hazard(), medevac())
    site, danger, patients = _events(exported)

    assert site.get("uid") == "urn:ots:TEST:worksite:TUR01-0056"
    assert _detail(danger, "contact").get("callsign") == "EXERCISE gas (TUR01-1)"
    assert (patients.get("type"), _detail(patients, "_medevac_").get("urgent")) == (
        "b-r-f-h-c",
        "2",
    )


def test_an_sos_on_the_map_is_as_it_was(exported: Exported) -> None:
    exported.file(sos())
    (entry,) = exported.entries()

    assert cot.event(entry) == golden("sos.cot.xml")
    assert geojson.write(exported.extract()) == golden("sos.geojson")
