"""The MicroPython that runs on virtual boards, and the overlay it is given for hardware.

Frames pass through a few modules of the overlay thousands of times per second.  Where the
interpreter has a native emitter they are compiled to machine code, which halves the cost of a
board; the firmware itself never is.
"""

import functools
import re
import shutil
import subprocess
from pathlib import Path

_REPOSITORY = Path(__file__).resolve().parents[2]
_SOURCES = Path(__file__).parent / "overlay"
_HOT = frozenset({"_link.py", "_ports.py", "_tasks.py", "select.py", "time.py"})
_NATIVE = "@micropython.native"
_NATIVE_TRIAL = f"{_NATIVE}\ndef trial():\n    return 7\n\nraise SystemExit(trial())\n"
_WIDE_TRIAL = "import sys\nraise SystemExit(sys.maxsize > 0x7FFFFFFF)"
_UNITS = {"K": 1024, "M": 1024 * 1024}
# A little more than the overlay and the names of the firmware take on 32 bits; twice that on 64.
# What they leave is filled up, and every sweep reads what it is filled with: keep it small.
_BESIDE_THE_FIRMWARE_BYTES = 88 * 1024


def find_micropython(word_bits: int = 64) -> Path:
    """Return the interpreter that set-up made, else the one on PATH."""
    made = _REPOSITORY / ".tools" / "micropython" / str(word_bits) / "micropython"
    if made.exists():
        return made
    found = shutil.which("micropython")
    if found is None or word_bits != 64:
        raise FileNotFoundError(f"no {word_bits}-bit MicroPython; `make setup` fetches it")
    return Path(found)


def heap_bytes(heap: str) -> int:
    """Return how much "110K" is."""
    return int(heap[:-1]) * _UNITS[heap[-1]]


def heap_option(micropython: Path, heap: str) -> str:
    """Return the option for an interpreter whose firmware will have this heap."""
    beside = _BESIDE_THE_FIRMWARE_BYTES * (2 if _is_wide(micropython) else 1)
    return f"heapsize={heap_bytes(heap) + beside}"


def prepare_overlay(micropython: Path, folder: Path) -> Path:
    """Return where the overlay is, as this interpreter runs it fastest: copied there or not."""
    if not _has_native_emitter(micropython):
        return _SOURCES
    folder.mkdir(exist_ok=True)
    for source in _SOURCES.glob("*.py"):
        text = source.read_text()
        if source.name in _HOT:
            text = re.sub(r"^( *)def ", rf"\1{_NATIVE}\n\1def ", text, flags=re.MULTILINE)
        (folder / source.name).write_text(text)
    return folder


@functools.cache
def _has_native_emitter(micropython: Path) -> bool:
    return _ends(micropython, _NATIVE_TRIAL) == 7


@functools.cache
def _is_wide(micropython: Path) -> bool:
    return _ends(micropython, _WIDE_TRIAL) == 1


def _ends(micropython: Path, program: str) -> int:
    """Return how an interpreter ends with a program."""
    trial = subprocess.run([str(micropython), "-c", program], capture_output=True, check=False)
    return trial.returncode
