"""Reports as tables for people: INSARAG's fields as one CSV file, and as Excel sheets a form."""

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell as SheetCell

from turna_protocol.json_form import TYPE_NAMES
from turna_secretariat.exports import forms
from turna_secretariat.exports.entry import Entry
from turna_secretariat.exports.forms import Cell, Column
from turna_secretariat.exports.harmless import csv_cell, one_line

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

# Excel takes a file for UTF-8 only by this.
_EXCEL_UTF8 = "utf-8-sig"


def write_csv(entries: Sequence[Entry]) -> bytes:
    """Return one table: the common columns, then those of each form that occurs."""
    columns = _shared(entries)
    headings = [column.heading for column in forms.COMMON] + list(columns)
    rows = [
        [column.value(entry) for column in forms.COMMON]
        + [
            mine[entry.type].value(entry) if entry.type in mine else None
            for mine in columns.values()
        ]
        for entry in entries
    ]
    return text_table([headings, *rows]).encode(_EXCEL_UTF8)


def text_table(rows: Sequence[Sequence[Cell]]) -> str:
    """Return rows as RFC 4180 text, each cell harmless."""
    out = io.StringIO()
    csv.writer(out).writerows([[_text(value) for value in row] for row in rows])
    return out.getvalue()


def write_xlsx(entries: Sequence[Entry]) -> bytes:
    """Return a workbook with a sheet for each form that occurs."""
    book = Workbook(write_only=True)
    for name in _types(entries) or ["none"]:
        columns = forms.COMMON + forms.of(name)
        sheet = book.create_sheet(_title(name, entries))
        sheet.freeze_panes = "A2"
        sheet.append([_sheet_cell(sheet, column.heading) for column in columns])
        for entry in entries:
            if entry.type == name:
                sheet.append([_sheet_cell(sheet, column.value(entry)) for column in columns])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _shared(entries: Sequence[Entry]) -> dict[str, dict[str, Column]]:
    """Return the forms' columns by heading; a number is one column, whatever form it is on."""
    columns: dict[str, dict[str, Column]] = {}
    for name in _types(entries):
        for column in forms.of(name):
            of_type = f"{forms.words(name).capitalize()}: {column.title}"
            heading = column.heading if column.number else of_type
            columns.setdefault(heading, {})[name] = column
    return columns


def _types(entries: Sequence[Entry]) -> list[str]:
    found = {entry.type for entry in entries}
    return [name for name in TYPE_NAMES if name in found]


def _text(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.5f}"  # degrees, as precise as they were sent
    return csv_cell(value) if isinstance(value, str) else str(value)


def _sheet_cell(sheet: "WriteOnlyWorksheet", value: Cell) -> SheetCell:
    """Return a cell whose text stays text, also where it begins like a formula."""
    made = WriteOnlyCell(sheet, one_line(value) if isinstance(value, str) else value)
    if isinstance(value, str):
        made.data_type = "s"
    return made


def _title(name: str, entries: Sequence[Entry]) -> str:
    mode = entries[0].mode.upper() if entries else "empty"
    return f"{mode} {name}"
