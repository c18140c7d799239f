"""Exports by the page's addresses and by the command, as a person or a GIS asks for them."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.secretariat.asked_page import Page, asked_page
from tests.secretariat.exported import ANTAKYA, Exported, hazard, sitrep, sos, triage
from tests.secretariat.field import Field
from turna.__main__ import main
from turna_protocol import codes, keys
from turna_secretariat.archive import Archive
from turna_secretariat.config import TEMPLATE
from turna_secretariat.desk import Desk
from turna_secretariat.exports.formats import FORMATS
from turna_secretariat.exports.harmless import in_file_name
from turna_secretariat.registry import Registry

# How a report is written does not depend on where it was kept.
DATABASES = ("sqlite",)


@pytest.fixture
def page(exported: Exported, tmp_path: Path) -> Iterator[Page]:
    with asked_page(exported.archive, exported.registry, tmp_path) as page:
        yield page


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Return the settings of a Secretariat with two exercise reports and a real one."""
    field = Field(tmp_path / "kit")
    archive = Archive.in_file(tmp_path / "secretariat.db")
    archive.open()
    registry = Registry(field.mission, keys.authentication_branch(field.master))
    reports = Exported(field, Desk(archive, registry, field.mission.frame), archive, registry)
    reports.file(sos(), triage(), sitrep(mode=codes.ACTUAL, fix=ANTAKYA))
    archive.close()
    path = tmp_path / "secretariat.toml"
    path.write_text(TEMPLATE)
    return path


def test_a_stable_address_gives_what_it_names(page: Page, exported: Exported) -> None:
    exported.file(sos(), sitrep(), sitrep(mode=codes.ACTUAL))
    answer = page("/export/reports.geojson?mode=exercise&type=sitrep&team=TUR01&since=24h")

    assert answer.headers["content-type"] == "application/geo+json"
    assert [f["properties"]["type"] for f in answer.json()["features"]] == ["sitrep"]
    assert "turna-EXERCISE-TEST-sitrep.geojson" in answer.headers["content-disposition"]


def test_every_format_has_an_address_and_names_the_mode_in_its_file(
    page: Page, exported: Exported
) -> None:
    exported.file(sos(), triage())
    for known in page("/export/formats").json():
        answer = page(f"/export/reports.{known['suffix']}")

        assert answer.status_code == 200
        assert "-EXERCISE-" in answer.headers["content-disposition"]
        assert len(answer.content) > 100


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/export/reports.pdf", 404),
        ("/export/reports.csv?mode=all", 422),
        ("/export/reports.csv?type=sitreps", 422),
        ("/export/reports.csv?team=%3Cscript%3E", 422),
        ("/export/reports.csv?since=soon", 422),
        ("/export/reports.csv?typ=sos", 422),
        ("/export/reports.csv?mode=actual&mode=exercise", 422),
        ("/export/reports.csv?since=1h&since=3h", 422),
        ("/export/emt-mds.csv?teams=EMT1", 422),
        ("/export/emt-mds.csv?mode=actual&mode=exercise", 422),
        ("/export/emt-mds.csv?mode=all", 422),
        ("/export/reports.csv?since=" + "9" * 50, 422),
        ("/export/report/1.cap.xml", 404),
        ("/export/report/0.cap.xml", 422),
    ],
)
def test_a_wrong_address_is_answered_with_one_sentence(
    page: Page, address: str, status: int
) -> None:
    answer = page(address)

    assert answer.status_code == status
    assert answer.json()["detail"]


def test_one_alert_has_an_address_of_its_own(page: Page, exported: Exported) -> None:
    exported.file(hazard(), sitrep())

    assert b"<status>Exercise</status>" in page("/export/report/1.cap.xml").content
    assert page("/export/report/2.cap.xml").status_code == 404


def test_the_command_writes_each_format_and_says_how_many_of_which_mode(
    settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["secretariat", "export", "--config", str(settings), "--format"]
    for name in FORMATS:
        out = tmp_path / f"out.{name}"
        done = main([*asked, name, "--out", str(out)])

        assert done == 0
        assert out.stat().st_size > 100
        of_two = "1 EXERCISE reports" if name == "cap" else "2 EXERCISE reports"
        assert of_two in capsys.readouterr().err


def test_the_command_says_how_many_a_format_cannot_hold(
    settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["secretariat", "export", "--config", str(settings), "--format", "cap"]
    main([*asked, "--out", str(tmp_path / "out.zip")])

    said = capsys.readouterr().err
    assert "1 EXERCISE reports (and 1 that it cannot hold, left out)" in said


def test_into_a_folder_the_command_writes_a_file_whose_name_says_the_mode(
    settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "taken"
    folder.mkdir()
    asked = ["secretariat", "export", "--config", str(settings), "--out", str(folder), "--format"]
    main([*asked, "kml"])
    main([*asked, "insarag-csv", "--mode", "actual", "--type", "sitrep"])
    main([*asked, "emt-mds"])

    assert sorted(file.name for file in folder.iterdir()) == [
        "turna-ACTUAL-TEST-sitrep.csv",
        "turna-EXERCISE-TEST-emt-mds.csv",
        "turna-EXERCISE-TEST-reports.kml",
    ]
    assert f"to {folder}" in capsys.readouterr().err


def test_the_command_writes_to_standard_output(
    settings: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    asked = ["secretariat", "export", "--config", str(settings), "--format"]
    main([*asked, "geojson", "--mode", "actual"])
    features = json.loads(capfdbinary.readouterr().out)["features"]
    main([*asked, "insarag-csv", "--type", "worksite_triage"])
    table = capfdbinary.readouterr().out.decode("utf-8-sig")

    assert [feature["properties"]["mode"] for feature in features] == ["actual"]
    assert [row["F8 Triage category"] for row in csv.DictReader(io.StringIO(table))] == ["A"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--since", "soon"], "since"),
        (["--team", "NED01"], "NED01"),
        (["--out", "/nowhere/at/all"], "cannot be written"),
    ],
)
def test_a_wrong_wish_is_one_sentence_and_exit_code_2(
    settings: Path, capsys: pytest.CaptureFixture[str], wrong: list[str], said: str
) -> None:
    asked = ["secretariat", "export", "--config", str(settings), "--format", "kml", *wrong]

    assert main(asked) == 2
    assert said in capsys.readouterr().err


def test_a_second_mode_is_refused_and_not_taken_instead_of_the_first(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["secretariat", "export", "--config", str(settings), "--format", "kml"]
    with pytest.raises(SystemExit, match="2"):
        main([*asked, "--mode", "actual", "--mode", "exercise"])

    assert "never mixed" in capsys.readouterr().err


def test_tak_gets_what_there_is_and_the_command_ends(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["secretariat", "tak", "--config", str(settings), "--once", "--since", "9999d"]

    assert main([*asked, "--to", "udp://127.0.0.1:9"]) == 0
    assert "sent 2 EXERCISE events" in capsys.readouterr().err
    assert main([*asked, "--to", "tcp://127.0.0.1:1"]) == 2


def test_a_missions_name_stands_in_a_files_name_without_signs_that_some_system_refuses() -> None:
    assert in_file_name("Hatay tatbikatı 2026/1") == "Hatay-tatbikat-2026-1"
    assert in_file_name("Жер") == "mission"
