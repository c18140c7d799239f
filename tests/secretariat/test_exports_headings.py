"""The headings of all tables: one style, the numbers of INSARAG's forms, no field left out."""

import re
from dataclasses import replace
from typing import Any

import pytest

from tests.secretariat.exported import Exported, bare, triage, victim, worksite_report
from turna_protocol.errors import MisuseError
from turna_protocol.json_form import TYPE_NAMES, schema
from turna_secretariat.exports import forms
from turna_secretariat.exports.entry import Extract


class Looked(dict[str, Any]):
    """A report's body that knows which of its fields were asked for."""

    def __init__(self, body: dict[str, Any]) -> None:
        super().__init__(body)
        self.seen: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.seen.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.seen.add(name)
        return super().get(name, default)


# How a report is written does not depend on where it was kept.
DATABASES = ("sqlite",)

# A number as on the form, then words that begin with a capital, then perhaps a unit.
_STYLE = re.compile(r"([EFGV]\d+ |[WX]\.\d )?[A-Z][A-Za-z0-9 ,]*( \([^()]+\))?")
# INSARAG Guidelines 2020, Volume III, B23, B24, B27, and the form of ASR 1: what can be reported.
_NUMBERS = {
    "worksite_triage": "E1 E2 E5 F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12 F13 F15 F16",
    "worksite_report": "E1 E2 G1 G2 G3 G4 G5 G6 G8 G9 G11 G12 G13 G14 G15 G17 G18 G19",
    "victim": "E1 E2 G4 V1 V2 V3 V5 V6 V7 V8 V9 V10 V11 V13",
    "area": "W.1 W.2 W.3 W.4 W.5 W.6 W.7 W.8 X.2",
}
# What a heading must name the unit of, by the ending of the field's name.
_UNITS = {
    "_pct": "%",
    "_m": "m",
    "_min": "min",
    "_dbm": "dBm",
    "_db": "dB",
    "_mv": "mV",
    "_c": "°C",
}


@pytest.mark.parametrize("kind", TYPE_NAMES)
def test_every_heading_is_in_one_style_and_stands_once(kind: str) -> None:
    headings = [column.heading for column in (*forms.COMMON, *forms.of(kind))]

    assert [heading for heading in headings if not _STYLE.fullmatch(heading)] == []
    assert len(headings) == len(set(headings))


@pytest.mark.parametrize(("kind", "numbers"), _NUMBERS.items())
def test_a_form_has_its_field_numbers_in_the_order_of_the_form(kind: str, numbers: str) -> None:
    found = [column.number for column in forms.of(kind) if column.number]

    assert list(dict.fromkeys(found)) == numbers.split()


@pytest.mark.parametrize("kind", TYPE_NAMES)
def test_no_field_of_a_report_is_left_out_of_the_tables(exported: Exported, kind: str) -> None:
    exported.file(bare(kind, {"lat": 36.2, "lon": 36.1}))
    entry = exported.entries()[0]
    body = Looked(entry.body)
    for column in (*forms.COMMON, *forms.of(kind)):
        column.value(replace(entry, body=body))

    assert body.keys() - body.seen == {"type", "mode", "time", "time_quality"} & body.keys()


@pytest.mark.parametrize("kind", TYPE_NAMES)
def test_what_has_a_unit_names_it(kind: str) -> None:
    fields = schema()["fields"]
    assert isinstance(fields, dict)
    units = {unit for name in fields[kind] for end, unit in _UNITS.items() if name.endswith(end)}
    headings = " ".join(column.heading for column in forms.of(kind))

    assert [
        unit for unit in units if not re.search(rf"\(([^()]*\W)?{unit}[^()]*\)", headings)
    ] == []


def test_parts_of_one_field_stand_together_under_its_number(exported: Exported) -> None:
    exported.file(triage(), worksite_report(), victim())
    site, work, person = (forms.numbered(entry) for entry in exported.entries())

    assert (site["E2"], site["F2"], site["F16"]) == (
        "lat 36.20150, lon 36.16020",
        "2026-09-21",
        None,
    )
    assert (work["E2"], work["G3"], work["G4"]) == (None, "1:30", "TUR01")
    assert (person["G4"], person["V7"]) == ("TUR01", "asr4")
    both = triage()
    both.hazards, both.text = (0,), "stairs are gone"
    exported.file(both)
    assert forms.numbered(exported.entries()[3])["F16"] == "gas; stairs are gone"


def test_two_modes_in_one_file_are_refused_before_there_is_a_file(exported: Exported) -> None:
    exported.file(triage())
    with pytest.raises(MisuseError, match="one mode"):
        Extract("TEST", "actual", tuple(exported.entries()))
