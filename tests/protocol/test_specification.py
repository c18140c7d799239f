"""docs/protocol.md says what the code does: every field in its order, code, example and claim."""

import json
import re

import pytest

from tools.places import ROOT
from tools.vectors import FOLDER
from turna_protocol import text
from turna_protocol.reports import TYPES
from turna_protocol.reports.code_fields import Choice, Choices, Needs, UsualChoice
from turna_protocol.reports.fields import OwnInteger
from turna_protocol.reports.more_fields import COUNTRIES

PAGE = (ROOT / "docs" / "protocol.md").read_text()
VECTORS = {
    vector["content"]: vector
    for vector in json.loads((FOLDER / "reports.json").read_text())["vectors"]
}


@pytest.mark.parametrize("number", range(len(TYPES)))
def test_a_type_is_described_field_by_field_in_the_order_of_the_wire(number: int) -> None:
    entry = TYPES[number]
    section = PAGE.split(f"\n### {entry.NAME} ({number})\n")[1].split("\n### ")[0].split("\n## ")[0]
    described = re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE)
    assert described == [name for name, _ in entry.kind().LAYOUT]


@pytest.mark.parametrize("entry", TYPES, ids=lambda entry: entry.NAME)
def test_every_code_is_listed_with_its_number(entry: object) -> None:
    for _, field in entry.kind().LAYOUT:  # type: ignore[attr-defined]
        inner = field.field if isinstance(field, OwnInteger) else field
        if isinstance(inner, (Choice, Choices, Needs, UsualChoice)):
            assert " · ".join(f"{code} {name}" for code, name in enumerate(inner.names)) in PAGE


def test_every_example_is_a_vector() -> None:
    examples = re.findall(r"```json\n(.*)\n```\n```\n([0-9a-f]+)\n```", PAGE)
    assert len(examples) >= 5
    for form, content in examples:
        report = VECTORS[content]["report"]
        assert json.loads(form).items() <= report.items()


def test_every_claim_names_tests_that_there_are() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    there = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", file.read_text(), flags=re.MULTILINE)
    }
    assert len(named) >= 25
    assert not named - there


def test_every_place_that_the_page_refers_to_is_in_it() -> None:
    headings = re.findall(r"^##+ (.+)$", PAGE, flags=re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    linked = set(re.findall(r"\]\(#([^)]+)\)", PAGE))
    assert not linked - anchors
    chapters = re.findall(r"^## (.+)$", PAGE, flags=re.MULTILINE)
    assert all(f"[{chapter}](#" in PAGE for chapter in chapters)


def test_the_page_of_letters_and_the_countries_are_complete() -> None:
    rows = [text.LETTERS[start : start + 16] for start in range(0, 128, 16)]
    assert all(row in PAGE for row in [*rows, text.LETTERS[128:]])
    assert COUNTRIES in PAGE
