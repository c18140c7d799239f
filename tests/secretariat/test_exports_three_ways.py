"""Each format with each choice by address and by command: the same file, and of one mode alone."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from openpyxl import load_workbook

from tests.secretariat.asked_page import Page, asked_page
from tests.secretariat.exported import ANTAKYA, NOW_MS, Exported, bare
from tests.secretariat.field import EPOCH_S, Field
from turna.__main__ import main
from turna_backbone.kit import read_mission
from turna_protocol import codes, keys
from turna_protocol.iso8601 import format_time
from turna_protocol.json_form import TYPE_NAMES
from turna_secretariat import emt
from turna_secretariat.archive import Archive
from turna_secretariat.config import TEMPLATE, read_config
from turna_secretariat.desk import Desk
from turna_secretariat.exports.formats import FORMATS
from turna_secretariat.registry import Registry

DATABASES = ("sqlite",)
CAP, KML = "{urn:oasis:names:tc:emergency:cap:1.2}", "{http://www.opengis.net/kml/2.2}"
HOUR_S = 3600
_SINCE, _UNTIL = format_time(EPOCH_S - HOUR_S), format_time(EPOCH_S + HOUR_S)

# What may be asked: the words of an address, each also an option of the command.
ASKED: tuple[tuple[tuple[str, str], ...], ...] = (
    (),
    (("type", "sos"),),
    (("type", "sos"), ("type", "hazard"), ("team", "TUR01")),
    (("team", "AZE01"),),
    (("since", _SINCE), ("until", _UNTIL)),
    (("until", _SINCE),),  # nothing
)
MODES = (None, *codes.MODES)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the settings of a Secretariat with every type of report in every mode."""
    folder = tmp_path_factory.mktemp("three_ways")
    field = Field(folder / "kit")
    archive = Archive.in_file(folder / "secretariat.db")
    archive.open()
    registry = Registry(field.mission, keys.authentication_branch(field.master))
    desk = Desk(archive, registry, field.mission.frame)
    reports = Exported(field, desk, archive, registry)
    place = {"lat": ANTAKYA.lat_e5 / 1e5, "lon": ANTAKYA.lon_e5 / 1e5}
    for number, mode in enumerate(codes.MODES):
        for kind in TYPE_NAMES:
            reports.file(bare(kind, place, mode))
        reports.file(bare("sos", None, mode), device=2, now_ms=NOW_MS + 2 * HOUR_S * 1000)
        said = {"team": "EMT1", "country": "tr", "day": "2026-01-01", "remark": ""}
        day = emt.read_daily(said | {"counts": {"4": {"<5": number}}}, mode, "2026-12-31")
        desk.officers.keep_emt_day(day, "Aylin Demir", NOW_MS)
    archive.close()
    path = folder / "secretariat.toml"
    path.write_text(TEMPLATE)
    return path


@pytest.fixture
def page(settings: Path, tmp_path: Path) -> Iterator[Page]:
    config = read_config(settings)
    archive = Archive(config.archive)
    archive.open_to_read()
    with asked_page(archive, Registry(read_mission(config.mission), b""), tmp_path) as page:
        yield page
    archive.close()


def _by_command(settings: Path, out: Path, name: str, asked: Iterable[tuple[str, str]]) -> bytes:
    options = [word for choice, value in asked for word in (f"--{choice}", value)]
    command = ["secretariat", "export", "--config", str(settings), "--format", name]
    assert main([*command, "--out", str(out), *options]) == 0
    return out.read_bytes()


def _meant(name: str, content: bytes) -> object:
    """Return what a file says: the bytes, but for a workbook, which also says when it was made."""
    if name != "insarag-xlsx":
        return content
    book = load_workbook(io.BytesIO(content))
    return {sheet.title: list(sheet.values) for sheet in book}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("mode", MODES)
def test_address_and_command_make_the_same_file_whatever_is_asked(
    settings: Path, page: Page, tmp_path: Path, name: str, mode: str | None
) -> None:
    for choices in ASKED:
        asked = choices if mode is None else (*choices, ("mode", mode))
        answer = page(f"/export/reports.{FORMATS[name].suffix}?{urlencode(asked)}")
        made = _by_command(settings, tmp_path / "out", name, asked)

        assert answer.status_code == 200
        assert _meant(name, answer.content) == _meant(name, made), asked
        marked = f"turna-{(mode or 'exercise').upper()}-TEST-"
        assert f'filename="{marked}' in answer.headers["content-disposition"]
        _require_of_one_mode(name, made, mode or "exercise", fewest=0 if choices else 2)


@pytest.mark.parametrize("mode", MODES)
def test_medical_days_too(settings: Path, page: Page, tmp_path: Path, mode: str | None) -> None:
    asked = () if mode is None else (("mode", mode),)
    answer = page(f"/export/emt-mds.csv?{urlencode(asked)}")
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))

    assert answer.content == _by_command(settings, tmp_path / "out", "emt-mds", asked)
    assert row["Mode"] == (mode or "exercise")
    assert row["Count"] == str(codes.MODES.index(mode or "exercise"))
    assert f"turna-{row['Mode'].upper()}-TEST" in answer.headers["content-disposition"]


def test_a_file_says_what_was_chosen_where_its_format_has_a_place(
    settings: Path, tmp_path: Path
) -> None:
    only = f"Only: type hazard, sos; team TUR01; stored since {_SINCE}; stored before {_UNTIL}."
    asked = (*ASKED[2], *ASKED[4])

    def said(name: str, asked: Iterable[tuple[str, str]]) -> str | None:
        made = _by_command(settings, tmp_path / "out", name, asked)
        return _CHOSEN[name](made)

    assert {name: said(name, asked) for name in _CHOSEN} == dict.fromkeys(_CHOSEN, only)
    assert [said(name, ()) for name in _CHOSEN] == [None] * len(_CHOSEN)


def test_a_choice_leaves_out_just_what_it_says(page: Page) -> None:
    def named(asked: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
        found = page(f"/export/reports.geojson?{urlencode(asked)}").json()["features"]
        return [(one["properties"]["team"], one["properties"]["type"]) for one in found]

    every, calls, both, team, early, none = map(named, ASKED)
    assert every == [("TUR01", kind) for kind in TYPE_NAMES] + [("AZE01", "sos")]
    assert calls == [("TUR01", "sos"), ("AZE01", "sos")]
    assert both == [("TUR01", "sos"), ("TUR01", "hazard")]
    assert team == [("AZE01", "sos")]
    assert early == every[:-1]
    assert none == []


def _require_of_one_mode(name: str, content: bytes, mode: str, *, fewest: int) -> None:
    """Assert that each record says its mode and is of this one, and that the file says it too."""
    said = list(_OF_FORMAT[name](content, mode))
    assert set(said) <= {mode}
    assert len(said) >= fewest


def _marked(title: str, mode: str) -> bool:
    """Tell whether a title says a mode just if it is not real."""
    rest = title.removeprefix(f"{mode.upper()} ")
    is_of_another = rest.startswith(tuple(f"{one.upper()} " for one in codes.MODES))
    return (rest != title) is (mode != "actual") and not is_of_another


def _of_table(content: bytes, _mode: str) -> Iterator[str]:
    yield from (row["Mode"] for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def _of_workbook(content: bytes, mode: str) -> Iterator[str]:
    book = load_workbook(io.BytesIO(content))
    assert _marked(str(book.properties.title), mode)
    for sheet in book:
        assert sheet.title.startswith(f"{mode.upper()} ")
        yield from (str(row[0]) for row in list(sheet.values)[1:])


def _of_geojson(content: bytes, mode: str) -> Iterator[str]:
    collection = json.loads(content)
    assert _marked(collection["name"], mode)
    yield collection["mode"]
    for one in collection["features"]:
        yield from (one["properties"]["mode"], one["properties"]["report"]["mode"])


def _of_kml(content: bytes, mode: str) -> Iterator[str]:
    root = ET.fromstring(content)
    for title in root.iter(f"{KML}name"):
        assert _marked(str(title.text), mode)
    for data in root.iter(f"{KML}Data"):
        if data.get("name") == "Mode":
            yield str(data.findtext(f"{KML}value"))


def _of_cap(content: bytes, mode: str) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as alerts:
        assert alerts.comment.decode().split()[0] == mode.upper()
        for name in alerts.namelist():
            root = ET.fromstring(alerts.read(name))
            assert name.startswith(f"{mode}-")
            assert _marked(str(root.findtext(f"{CAP}info/{CAP}headline")), mode)
            assert root.findtext(f"{CAP}scope") == "Restricted"
            yield str(root.findtext(f"{CAP}status")).lower()


def _of_cot(content: bytes, mode: str) -> Iterator[str]:
    for event in ET.fromstring(content):
        contact = event.find("detail/contact")
        assert contact is not None
        assert _marked(str(contact.get("callsign")), mode)
        assert _marked(str(event.findtext("detail/remarks")), mode)
        yield {"o": "actual", "e": "exercise", "s": "test"}[str(event.get("opex"))]


def _of_hxl(content: bytes, _mode: str) -> Iterator[str]:
    _, tags, *rows = csv.reader(io.StringIO(content.decode()))
    yield from (row[tags.index("#meta+mode")] for row in rows)


def _only(text: str | None) -> str | None:
    """Return the sentence on what was chosen, of a text that may say more."""
    found = re.search(r"Only: .*?\.(?= |$)", text or "")
    return found and found[0]


def _of_comment(content: bytes) -> str | None:
    with zipfile.ZipFile(io.BytesIO(content)) as alerts:
        return _only(alerts.comment.decode())


_CHOSEN: dict[str, Callable[[bytes], str | None]] = {
    "insarag-xlsx": lambda content: _only(
        load_workbook(io.BytesIO(content)).properties.description
    ),
    "geojson": lambda content: _only(json.loads(content).get("chosen")),
    "kml": lambda content: _only(
        ET.fromstring(content).findtext(f"{KML}Document/{KML}description")
    ),
    "cap": _of_comment,
}
_OF_FORMAT: dict[str, Callable[[bytes, str], Iterator[str]]] = {
    "insarag-csv": _of_table,
    "insarag-xlsx": _of_workbook,
    "geojson": _of_geojson,
    "kml": _of_kml,
    "cap": _of_cap,
    "cot": _of_cot,
    "hxl": _of_hxl,
}


def test_each_format_is_looked_into() -> None:
    assert _OF_FORMAT.keys() == FORMATS.keys()
