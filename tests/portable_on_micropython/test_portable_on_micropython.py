"""Every portable test file, again, on the interpreter that boards run.

On 64 bits from source; on 32 bits as a board would: from bytecode, in a heap the size of an
ESP32's. pytest runs the same files on CPython by itself.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from tools import bytecode
from tools.places import MICROPYTHON_32, MICROPYTHON_64, ROOT

PORTABLE = ROOT / "tests" / "portable"
FILES = sorted(path.name for path in PORTABLE.glob("test_*.py"))
BOARD_HEAP = "110K"  # what an ESP32 without PSRAM has left once its radio and Wi-Fi run
# These take in most of the handset, whose bytecode a board has in ROM and this run in its heap;
# that the whole fits into 110 KiB is for tests/simulation/test_handset_memory.py to show.
MOST_OF_THE_HANDSET = ("test_mailbox.py", "test_mailbox_alarms.py", "test_screens_in_languages.py")
HEAP_WITH_BYTECODE = "192K"
FILE_MAY_TAKE_S = 60


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder laid out like the repository, with bytecode in place of source."""
    folder = tmp_path_factory.mktemp("bytecode")
    refused = [
        one
        for one in bytecode.compile_all([*bytecode.sources(), *PORTABLE.glob("*.py")], folder)
        if one.problem
    ]
    assert not refused
    shutil.copy(PORTABLE / "run.py", folder / "tests" / "portable")
    return folder


@pytest.mark.parametrize("name", FILES)
def test_passes_on_64_bits(name: str) -> None:
    _passes([str(MICROPYTHON_64 / "micropython"), "-X", "heapsize=4M"], ROOT, name)


@pytest.mark.parametrize("name", FILES)
def test_passes_on_32_bits_in_the_heap_of_a_board(name: str, compiled: Path) -> None:
    unavailable = MICROPYTHON_32 / "UNAVAILABLE"
    if unavailable.exists():
        pytest.skip(unavailable.read_text().strip())
    heap = HEAP_WITH_BYTECODE if name in MOST_OF_THE_HANDSET else BOARD_HEAP
    interpreter = [str(MICROPYTHON_32 / "micropython"), "-X", f"heapsize={heap}"]
    _passes(interpreter, compiled, name)


def _passes(interpreter: list[str], root: Path, name: str) -> None:
    done = subprocess.run(
        [*interpreter, str(root / "tests" / "portable" / "run.py"), name],
        capture_output=True,
        text=True,
        check=False,
        timeout=FILE_MAY_TAKE_S,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert ", 0 failed" in said
