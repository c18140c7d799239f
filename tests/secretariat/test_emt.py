"""WHO's minimum data set: a form that an officer fills in, and a file with its numbers."""

import csv
import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.secretariat.field import Field
from tests.secretariat.live_page import PASSWORD, PATIENCE_S, LivePage
from turna.__main__ import main
from turna_protocol.errors import MalformedError
from turna_secretariat import emt
from turna_secretariat.accounts import ADMINISTRATOR, OBSERVER, OFFICER
from turna_secretariat.archive import Archive
from turna_secretariat.config import TEMPLATE
from turna_secretariat.desk import Desk
from turna_secretariat.emt_items import ITEMS
from turna_secretariat.registry import Registry
from turna_secretariat.signed_in import COOKIE

TODAY = time.strftime("%Y-%m-%d", time.gmtime(0))  # what the page's stepped clock says
FORM: dict[str, Any] = {
    "team": "EMT-AZE-1",
    "country": "az",
    "day": TODAY,
    "counts": {"4": {"all": 3}, "1": {"<1": 0, "1-4": 2, "5-64": 7}, "50": {}},
    "remark": "=no power\nsince noon",
}


def _daily(**changed: Any) -> emt.Daily:
    return emt.read_daily(FORM | changed, "exercise", TODAY)


# The form's own numbers; that 31 and 34 to 40 are in this order is where lists of it differ.
FORM_SAYS = {
    1: "Male",
    4: "Major head / spine injury",
    9: "Acute respiratory infection",
    18: "Fever of unknown origin",
    23: "Surgical emergency (non-trauma)",
    25: "Skin disease",
    29: "Other diagnosis, not specified above",
    30: "Major procedure (excluding 31)",
    31: "Limb amputation excluding digits",
    32: "Minor surgical procedure",
    34: "Caesarean section",
    36: "Discharge without medical follow-up",
    37: "Discharge with medical follow-up",
    38: "Discharge against medical advice",
    39: "Referral",
    40: "Admission",
    41: "Dead on arrival",
    43: "Requiring long-term rehabilitation",
    44: "Directly related",
    47: "Vulnerable child",
    49: "Sexual and gender-based violence (SGBV)",
    50: "Violence (non-SGBV)",
}


def test_the_form_has_the_standards_50_items_in_its_order() -> None:
    by_number = {number: name for number, _, name, _ in ITEMS}

    assert list(by_number) == list(range(1, 51))
    assert {number: by_number[number] for number in FORM_SAYS} == FORM_SAYS


def test_ages_are_split_as_on_the_form() -> None:
    ages = {number: groups for number, _, _, groups in ITEMS}

    assert ages[3] == ("<1", "1-4", "5-17", "18-64", "65+")
    assert (ages[4], ages[35]) == (("<5", "5+"), ("<5", "5+"))
    assert (ages[36], ages[50]) == (("all",), ("all",))


def test_what_was_filled_in_is_kept_blank_is_unknown_and_0_is_none() -> None:
    assert _daily().counts == {1: {"<1": 0, "1-4": 2, "5-64": 7}, 4: {"all": 3}}
    assert _daily().remark == "=no power since noon"


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"counts": {"51": {"all": 1}}}, "1 to 50"),
        ({"counts": {"²": {"all": 1}}}, "1 to 50"),
        ({"counts": {"1": {"5-9": 1}}}, "no age group"),
        ({"counts": {"1": {"5-64": 1, "5-17": 1}}}, "overlap"),
        ({"counts": {"1": {"all": 1, "<1": 1}}}, "overlap"),
        ({"counts": {"4": {"<5": 1, "1-4": 1}}}, "overlap"),
        ({"counts": {"4": {"5+": 1, "65+": 1}}}, "overlap"),
        ({"counts": {"19": {"all": 1}}, "remark": " "}, "the country's own"),
        ({"counts": {"1": {"all": -1}}}, "0 to 100000"),
        ({"counts": {"1": {}}}, "nothing is filled in"),
        ({"day": "tomorrow"}, "as in 2026"),
        ({"day": "2199-01-01"}, "not come yet"),
        ({"team": " "}, "missing"),
        ({"country": "AZ"}, "two small letters"),
    ],
)
def test_a_form_that_cannot_be_is_refused_in_a_sentence(wrong: dict[str, Any], why: str) -> None:
    with pytest.raises(MalformedError, match=why):
        _daily(**wrong)


def test_a_correction_stands_and_modes_never_mix(archive: Archive, desk: Desk) -> None:
    for daily, person in (
        (_daily(), "Aylin Demir"),
        (_daily(counts={"4": {"all": 9}}), "Bekzat"),
        (emt.read_daily(FORM, "actual", TODAY), "Aylin Demir"),
    ):
        desk.officers.keep_emt_day(daily, person, 1_000)

    with archive.reader() as connection:
        (exercise,) = emt.days(connection, mode="exercise")
        (actual,) = emt.days(connection, mode="actual")
        assert emt.days(connection, mode="exercise", since_day="2026-01-01") == []
    assert (exercise["counts"], exercise["person"]) == ({"4": {"all": 9}}, "Bekzat")
    assert actual["counts"]["1"] == {"<1": 0, "1-4": 2, "5-64": 7}


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LivePage]:
    with LivePage(tmp_path, door_closed=True) as live:
        add = live.accounts.add
        add("root", person="Root", role=ADMINISTRATOR, password=PASSWORD, now_ms=0)
        add("eye", person="Eye", role=OBSERVER, password=PASSWORD, now_ms=0)
        add("baku", person="B", role=OFFICER, countries=["az"], password=PASSWORD, now_ms=0)
        add("ankara", person="A", role=OFFICER, countries=["tr"], password=PASSWORD, now_ms=0)
        yield live


def _as(live: LivePage, name: str) -> httpx.Client:
    headers = {"origin": live.address, "cookie": f"{COOKIE}={live.token_of(name)}"}
    return httpx.Client(timeout=PATIENCE_S, base_url=live.address, headers=headers)


def _file(client: httpx.Client, **chosen: str) -> list[dict[str, str]]:
    answer = client.get("/export/emt-mds.csv", params=chosen)
    assert "turna-" in answer.headers["content-disposition"]
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_an_officer_enters_a_day_and_it_leaves_as_a_table_with_the_standards_numbers(
    live: LivePage,
) -> None:
    with _as(live, "baku") as baku, _as(live, "root") as root:
        assert len(baku.get("/api/emt/form").json()["items"]) == 50
        assert baku.post("/api/emt", json=FORM).json() == {"entered_by": "B"}
        (day,) = baku.get("/api/emt").json()
        rows = _file(root)
        noted = [line["did"] for line in root.get("/api/audit").json()]

    assert (day["team"], day["person"]) == ("EMT-AZE-1", "B")
    shown = ("Mode", "Country", "Day", "MDS item", "Item", "Age group", "Count", "Entered by")
    assert [tuple(row[name] for name in shown) for row in rows] == [
        ("exercise", "az", TODAY, "1", "Male", "<1", "0", "B"),
        ("exercise", "az", TODAY, "1", "Male", "1-4", "2", "B"),
        ("exercise", "az", TODAY, "1", "Male", "5-64", "7", "B"),
        ("exercise", "az", TODAY, "4", "Major head / spine injury", "all", "3", "B"),
    ]
    assert rows[0]["Remark"] == "'=no power since noon"
    entered = f"enter the day {TODAY} of the medical team EMT-AZE-1"
    assert {entered, "download emt-mds.csv"} <= set(noted)


def test_roles_and_countries_hold_for_medical_days_too(live: LivePage) -> None:
    with _as(live, "eye") as eye, _as(live, "ankara") as ankara, _as(live, "baku") as baku:
        assert eye.post("/api/emt", json=FORM).status_code == 403
        assert ankara.post("/api/emt", json=FORM).status_code == 403
        baku.post("/api/emt", json=FORM)
        assert (ankara.get("/api/emt").json(), _file(ankara)) == ([], [])
        assert len(eye.get("/api/emt").json()) == 1
        assert _file(eye, mode="actual") == []


def test_the_command_writes_the_same_file(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    field = Field(tmp_path / "kit")
    archive = Archive.in_file(tmp_path / "secretariat.db")
    archive.open()
    desk = Desk(archive, Registry(field.mission, b""), field.mission.frame)
    desk.officers.keep_emt_day(_daily(), "B", 0)
    archive.close()
    settings = tmp_path / "secretariat.toml"
    settings.write_text(TEMPLATE)

    asked = ["secretariat", "export", "--config", str(settings), "--format", "emt-mds"]
    assert main(asked) == 0
    assert b",Male,1-4,2," in capfdbinary.readouterr().out
    assert main([*asked, "--mode", "actual"]) == 0
    assert b"Male" not in capfdbinary.readouterr().out
    assert main([*asked, "--type", "sos"]) == 2
