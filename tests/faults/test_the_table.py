"""What docs/faults.md says of its tests is true."""

import re
from itertools import chain

from tools.places import ROOT

TABLE = (ROOT / "docs/faults.md").read_text()


def test_every_numbered_fault_has_its_number_in_the_name_of_a_test_and_no_other_has() -> None:
    rows = re.findall(r"^\| (\d+(?:, \d+)*) ", TABLE, re.MULTILINE)
    told = set(chain.from_iterable(re.findall(r"\d+", row) for row in rows))
    tests = [path.read_text() for path in (ROOT / "tests").rglob("test_*.py")]
    names = re.findall(r"^def test_fault_((?:\d+_)+)", "\n".join(tests), re.MULTILINE)
    tried = set(chain.from_iterable(name.split("_") for name in names)) - {"", "1970"}

    assert told == tried


def test_every_file_of_tests_that_it_names_is_there() -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", TABLE))

    assert named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
