"""Reports as tables for people: INSARAG's fields as one CSV file, and as Excel sheets a form."""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from turna_protocol.json_form import TYPE_NAMES
from turna_secretariat.exports import forms
from turna_secretariat.exports.cells import Cell, Column, plain
from turna_secretariat.exports.entry import Entry, Extract
from turna_secretariat.exports.harmless import csv_cell, one_line

# Any: openpyxl's sheet to be written only has more than its type stubs know of.
_Sheet = Any
# Excel takes a file for UTF-8 only by this.
_EXCEL_UTF8 = "utf-8-sig"
# How Excel is to show what is no text; a datetime is a date as well, so it stands first.
_NUMBER_FORMATS: tuple[tuple[type, str], ...] = (
    (datetime, "yyyy-mm-dd hh:mm:ss"),
    (date, "yyyy-mm-dd"),
    (time, "hh:mm"),
    (timedelta, "[h]:mm"),
    (float, "0.00000"),
)
# In characters: as wide as what stands in it, within reason.
_NARROWEST, _WIDEST = 8, 60


def write_csv(extract: Extract) -> bytes:
    """Return one table: the common columns, then those of each form that occurs."""
    columns = _shared(extract.entries)
    headings = [column.heading for column in forms.COMMON] + list(columns)
    rows = [
        [column.value(entry) for column in forms.COMMON]
        + [
            mine[entry.type].value(entry) if entry.type in mine else None
            for mine in columns.values()
        ]
        for entry in extract.entries
    ]
    return text_table([headings, *rows]).encode(_EXCEL_UTF8)


def text_table(rows: Sequence[Sequence[Cell]]) -> str:
    """Return rows as RFC 4180 text, each cell harmless."""
    out = io.StringIO()
    csv.writer(out).writerows([[_text(value) for value in row] for row in rows])
    return out.getvalue()


def write_xlsx(extract: Extract) -> bytes:
    """Return a workbook with a sheet for each form that occurs; its mode is on each of them."""
    book = Workbook(write_only=True)
    book.properties.title = extract.title
    book.properties.description = extract.chosen or None
    for name in _types(extract.entries) or ["none"]:
        columns = forms.COMMON if name == "none" else forms.COMMON + forms.of(name)
        mine = [entry for entry in extract.entries if entry.type == name]
        rows = [[column.value(entry) for column in columns] for entry in mine]
        sheet = book.create_sheet(f"{extract.mode.upper()} {name}")
        _fill(sheet, [column.heading for column in columns], rows)
        sheet.oddHeader.center.text = extract.title.replace("&", "&&")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(sheet: _Sheet, headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    for place, heading in enumerate(headings):
        width = _width([heading, *(_text(row[place]) for row in rows)])
        sheet.column_dimensions[get_column_letter(place + 1)].width = width
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(headings))}{len(rows) + 1}"
    sheet.append([_heading_cell(sheet, heading) for heading in headings])
    for row in rows:
        sheet.append([None if value is None else _sheet_cell(sheet, value) for value in row])


def _width(texts: Sequence[str]) -> int:
    """Return a column's width in characters, with room for the filter's arrow."""
    return min(max(_NARROWEST, *(len(text) + 3 for text in texts)), _WIDEST)


def _shared(entries: Sequence[Entry]) -> dict[str, dict[str, Column]]:
    """Return the forms' columns by heading: the same heading is one column, whatever the type."""
    columns: dict[str, dict[str, Column]] = {}
    for name in _types(entries):
        for column in forms.of(name):
            columns.setdefault(column.heading, {})[name] = column
    return columns


def _types(entries: Sequence[Entry]) -> list[str]:
    found = {entry.type for entry in entries}
    return [name for name in TYPE_NAMES if name in found]


def _text(value: Cell) -> str:
    said = plain(value)
    if said is None:
        return ""
    if isinstance(said, float):
        return f"{said:.5f}"  # degrees, as precise as they were sent
    return csv_cell(said) if isinstance(said, str) else str(said)


def _heading_cell(sheet: _Sheet, heading: str) -> SheetCell:
    made = _sheet_cell(sheet, heading)
    made.font = Font(bold=True)
    return made


def _sheet_cell(sheet: _Sheet, value: Cell) -> SheetCell:
    """Return a cell whose text stays text, also where it begins like a formula."""
    shown: Any = one_line(value) if isinstance(value, str) else value
    made = WriteOnlyCell(sheet, shown)
    if isinstance(value, str):
        made.data_type = "s"
    for kind, number_format in _NUMBER_FORMATS:
        if isinstance(value, kind):
            made.number_format = number_format
            break
    return made
