"""What docs/faults.md says of its tests is true."""

import re
from itertools import chain

from tools.places import ROOT

TABLE = (ROOT / "docs/faults.md").read_text()
OF_A_GATEWAY, OF_THE_REST = TABLE.split("\n## Air, handset, people\n")
ROW = re.compile(r"^\| (\d+(?:, \d+)*) (.*)$", re.MULTILINE)
# The faults that a rescue network has to survive; their numbers are for good.
NUMBERS = {str(number) for number in range(1, 88)}


def numbers_of(rows: list[tuple[str, str]]) -> set[str]:
    return {number for row, _ in rows for number in row.split(", ")}


def test_every_fault_has_a_row_and_those_of_a_gateway_have_their_number_in_a_tests_name() -> None:
    tests = [path.read_text() for path in (ROOT / "tests").rglob("test_*.py")]
    names = re.findall(r"^def test_fault_((?:\d+_)+)", "\n".join(tests), re.MULTILINE)
    tried = set(chain.from_iterable(name.split("_") for name in names)) - {"", "1970"}
    of_a_gateway, of_the_rest = ROW.findall(OF_A_GATEWAY), ROW.findall(OF_THE_REST)

    assert numbers_of(of_a_gateway) | numbers_of(of_the_rest) == NUMBERS
    assert numbers_of(of_a_gateway) <= tried <= NUMBERS
    for row, rest in of_the_rest:
        assert "`tests/" in rest or "none: " in rest, row


def test_every_file_of_tests_that_it_names_is_there_and_has_the_tests_that_it_names() -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`", TABLE))

    assert named
    assert [file for file, _ in sorted(named) if not (ROOT / file).exists()] == []
    lacking = [
        (file, test)
        for file, test in sorted(named)
        if test and f"def {test}(" not in (ROOT / file).read_text()
    ]
    assert lacking == []
