"""INSARAG's fields in CSV and Excel, and HXL, read back by other readers than wrote them."""

import csv
import io
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.secretariat.exported import (
    ANTAKYA,
    HOSTILE,
    Exported,
    medevac,
    sitrep,
    sos,
    triage,
    victim,
    worksite_report,
)
from tests.secretariat.golden import golden
from turna_secretariat.exports import hxl, tables
from turna_secretariat.exports.entry import Extract
from turna_secretariat.exports.harmless import REPLACEMENT, csv_cell, one_line

# How a report is written does not depend on where it was kept.
DATABASES = ("sqlite",)


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_triage_fills_the_numbered_fields_and_unknown_stays_blank(exported: Exported) -> None:
    exported.file(triage())
    row = _rows(tables.write_csv(exported.extract()))[0]

    assert row["Mode"] == "exercise"
    assert row["E1 Worksite ID"] == "TUR01-0056"
    assert (row["F4 Live victims confirmed"], row["F5 Less than 12 h"]) == ("2", "Y")
    assert (row["F6 Reported missing"], row["F7 Deceased"]) == ("", "0")
    assert row["F8 Triage category"] == "A"
    assert row["F15 Operations needed"] == "A search, F medical"
    assert (row["Latitude (WGS 84)"], row["Longitude (WGS 84)"]) == ("36.20150", "36.16020")


def test_a_worksite_report_and_a_victim_fill_theirs(exported: Exported) -> None:
    exported.file(worksite_report(), victim())
    work, person = _rows(tables.write_csv(exported.extract()))

    assert (work["E1 Worksite ID"], work["G6 ASR level"]) == ("AZE01-0007", "4")
    assert (work["G1 Start date (UTC)"], work["G2 Start time (UTC)"]) == ("2026-09-21", "12:13")
    assert (work["G3 Duration (h:min)"], work["G13 Still missing"]) == ("1:30", "0")
    assert (person["E1 Worksite ID"], person["V1 Victim number"]) == ("TUR01-0056", "3")
    assert (person["V5 Floor"], person["V7 Work level"]) == ("-1", "asr4")
    assert (person["G13 Still missing"], work["V5 Floor"]) == ("", "")


def test_no_heading_stands_twice_in_one_table(exported: Exported) -> None:
    exported.file(triage(), worksite_report(), victim(), sitrep(), sos())
    headings = next(csv.reader(io.StringIO(tables.write_csv(exported.extract()).decode())))

    assert len(headings) == len(set(headings))


def test_the_csv_of_a_triage_is_as_it_was(exported: Exported) -> None:
    exported.file(triage())

    made = tables.write_csv(exported.extract())
    assert made.replace(b"\r\n", b"\n") == golden("triage.csv")


def test_excel_has_a_sheet_a_form_with_numbers_as_numbers(exported: Exported) -> None:
    exported.file(triage(), sitrep())
    book = load_workbook(io.BytesIO(tables.write_xlsx(exported.extract())))

    assert book.sheetnames == ["EXERCISE sitrep", "EXERCISE worksite_triage"]
    headings, row = book["EXERCISE worksite_triage"].values
    said = dict(zip(headings, row, strict=True))
    assert (said["F4 Live victims confirmed"], said["F6 Reported missing"]) == (2, None)
    assert said["Latitude (WGS 84)"] == 36.2015


def test_excel_has_dates_as_dates_in_columns_as_wide_as_what_stands_in_them(
    exported: Exported,
) -> None:
    exported.file(triage(), worksite_report())
    book: Any = load_workbook(io.BytesIO(tables.write_xlsx(exported.extract())))
    site, work = book["EXERCISE worksite_triage"], book["EXERCISE worksite_report"]
    said, done = (dict(zip(*sheet.iter_rows(), strict=True)) for sheet in (site, work))
    said, done = ({head.value: cell for head, cell in row.items()} for row in (said, done))

    assert said["Time (UTC)"].value == datetime.fromisoformat("2026-09-21 14:13:20")
    assert said["F2 Date (UTC)"].value == datetime.fromisoformat("2026-09-21")
    assert said["F2 Date (UTC)"].number_format == "yyyy-mm-dd"
    assert said["F3 Time (UTC)"].value == time(14, 13)
    assert done["G3 Duration (h:min)"].value == timedelta(hours=1, minutes=30)
    assert done["G6 ASR level"].value == 4
    for sheet in (site, work):
        assert (sheet.freeze_panes, sheet.auto_filter.ref[:3]) == ("A2", "A1:")
        assert sheet.oddHeader.center.text == "EXERCISE TEST"
        for cell in sheet[1]:
            assert cell.font.bold
            width = sheet.column_dimensions[cell.column_letter].width
            assert min(len(str(cell.value)), 57) < width <= 60, cell.value
    assert site.column_dimensions["K"].width > len("urn:ots:TEST:TUR01:1.1:20717:0")


def test_text_that_begins_like_a_formula_stays_text(exported: Exported) -> None:
    exported.file(sitrep(text=HOSTILE))
    extract = exported.extract()
    sheet = load_workbook(io.BytesIO(tables.write_xlsx(extract))).worksheets[0]
    text = next(cell for cell in sheet[2] if "HYPERLINK" in str(cell.value))

    assert text.data_type == "s"
    for table in (tables.write_csv(extract), hxl.write(extract)):
        assert "'=HYPERLINK(1)" in table.decode()
        assert "\u202e" not in table.decode()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "\uff1d", "x;=", "x; -"])
def test_no_spreadsheet_finds_a_formula_in_a_cell(start: str) -> None:
    made = csv_cell(f"{start}1+1")

    assert made.lstrip()[0] in "'x"
    assert "'" in made


def test_what_acts_instead_of_being_seen_is_replaced_by_a_sign() -> None:
    assert one_line("a\u202eb\x00c\ud800d\uffffe") == REPLACEMENT.join("abcde")
    assert one_line("a\nb\u2028c") == "a b c"
    assert one_line("Göğüs, Қазақша, oʻzbekcha") == "Göğüs, Қазақша, oʻzbekcha"


def test_the_short_way_through_a_printable_text_passes_over_nothing() -> None:
    every = [chr(code) for code in range(0x11_0000)]
    with_a_bell = one_line("\x07" + "".join(every)).removeprefix(REPLACEMENT)  # the long way

    assert [one_line(sign) for sign in every] == list(with_a_bell)


def test_hostile_names_of_the_mission_are_as_harmless_as_texts(exported: Exported) -> None:
    exported.file(sitrep())
    named = replace(exported.entries()[0], call_sign="=1\x07", mission="@x", team="-2")
    extract = Extract("@x", "exercise", (named,))
    row = _rows(tables.write_csv(extract))[0]

    assert (row["Call sign"], row["Mission"]) == (f"'=1{REPLACEMENT}", "'@x")
    assert load_workbook(io.BytesIO(tables.write_xlsx(extract))).worksheets


def test_hxl_has_its_hashtags_in_the_second_row(exported: Exported) -> None:
    exported.file(sitrep(fix=ANTAKYA), triage(), medevac())
    rows = list(csv.reader(io.StringIO(hxl.write(exported.extract()).decode())))
    patients = dict(zip(rows[1], rows[4], strict=True))
    site = dict(zip(rows[1], rows[3], strict=True))
    team = dict(zip(rows[1], rows[2], strict=True))

    assert all(tag.startswith("#") for tag in rows[1])
    assert (site["#loc+code"], site["#affected+killed"], site["#meta+mode"]) == (
        "TUR01-0056",
        "0",
        "exercise",
    )
    assert (team["#affected+injured"], team["#affected+killed"]) == ("2", "")
    assert (site["#affected+trapped"], patients["#affected+injured"]) == ("2", "2")


def test_nothing_to_export_is_a_table_with_headings_only() -> None:
    none = Extract("TEST", "exercise")
    assert len(tables.write_csv(none).decode().splitlines()) == 1
    assert len(hxl.write(none).decode().splitlines()) == 2
    assert load_workbook(io.BytesIO(tables.write_xlsx(none))).sheetnames == ["EXERCISE none"]
