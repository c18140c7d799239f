"""What speaking takes of a board's heap, on 32-bit MicroPython."""

import subprocess
from pathlib import Path

import pytest

from tools import bytecode
from tools.places import MICROPYTHON_32, ROOT
from turna_simulation.rom import rom_of

MEASURE = Path(__file__).with_name("measure_languages.py")
FOLDERS = (ROOT / "firmware", ROOT / "protocol")
# List of languages, lookup, and one language.
IN_PLACE_MAX_BYTES = 3_000
FROM_FILES_MAX_BYTES = 14_000


@pytest.fixture(autouse=True)
def available() -> None:
    unavailable = MICROPYTHON_32 / "UNAVAILABLE"
    if unavailable.exists():
        pytest.skip(unavailable.read_text().strip())


def test_code_in_place_speaks_in_a_sixth_of_what_a_dictionary_takes() -> None:
    measured = _measured(str(rom_of(FOLDERS)))
    assert measured["speaking"] <= IN_PLACE_MAX_BYTES, measured
    assert measured["speaking"] * 6 < measured["dictionary"], measured
    assert measured["growth"] == 0, measured


def test_code_from_files_holds_one_language_at_a_time(tmp_path: Path) -> None:
    compiled = bytecode.compile_all(bytecode.sources(), tmp_path)
    assert not [one for one in compiled if one.problem]
    measured = _measured(*[str(tmp_path / folder.name) for folder in FOLDERS])
    assert measured["speaking"] <= FROM_FILES_MAX_BYTES, measured
    assert measured["growth"] < 1_000, measured  # the tables differ in length


def _measured(*places: str) -> dict[str, int]:
    command = [f"{MICROPYTHON_32}/micropython", "-X", "heapsize=1M", str(MEASURE), *places]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stdout + done.stderr
    pairs = [line.split() for line in done.stdout.splitlines()]
    return {name: int(count) for name, count in pairs}
