"""Every portable test file, again, on the interpreter that boards run.

On 64 bits from source; on 32 bits as a board would: from a ROM, in a heap the size of an ESP32's,
in which only the tests themselves are more than a board holds. pytest runs the same files on
CPython by itself.
"""

import subprocess
from pathlib import Path

import pytest

from tools import bytecode
from tools.places import MICROPYTHON_32, MICROPYTHON_64, ROOT
from turna_simulation.rom import rom_of

PORTABLE = ROOT / "tests" / "portable"
IN_ROM = Path(__file__).parent / "in_rom.py"
FILES = sorted(path.name for path in PORTABLE.glob("test_*.py"))
BOARD_HEAP = "110K"  # what an ESP32 without PSRAM has left once its radio and Wi-Fi run
FILE_MAY_TAKE_S = 60


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder laid out like the repository, with the tests' bytecode in it."""
    folder = tmp_path_factory.mktemp("bytecode")
    refused = [one for one in bytecode.compile_all(PORTABLE.glob("*.py"), folder) if one.problem]
    assert not refused
    return folder


@pytest.mark.parametrize("name", FILES)
def test_passes_on_64_bits(name: str) -> None:
    _passes(
        [str(MICROPYTHON_64 / "micropython"), "-X", "heapsize=4M", str(PORTABLE / "run.py")], name
    )


@pytest.mark.parametrize("name", FILES)
def test_passes_on_32_bits_in_the_heap_of_a_board(name: str, compiled: Path) -> None:
    unavailable = MICROPYTHON_32 / "UNAVAILABLE"
    if unavailable.exists():
        pytest.skip(unavailable.read_text().strip())
    interpreter = [str(MICROPYTHON_32 / "micropython"), "-X", f"heapsize={BOARD_HEAP}"]
    rom = rom_of((ROOT / "protocol", ROOT / "firmware"))
    tests = compiled / "tests" / "portable"
    _passes([*interpreter, str(IN_ROM), str(rom), str(tests)], name)


def _passes(command: list[str], name: str) -> None:
    done = subprocess.run(
        [*command, name],
        capture_output=True,
        text=True,
        check=False,
        timeout=FILE_MAY_TAKE_S,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert ", 0 failed" in said
