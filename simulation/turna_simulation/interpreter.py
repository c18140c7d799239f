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
_TRIAL = f"{_NATIVE}\ndef trial():\n    return 7\n\nraise SystemExit(trial())\n"
_UNITS = {"K": 1024, "M": 1024 * 1024}
# More than the overlay and the names of the firmware take; the board gives back what they leave.
_BESIDE_THE_FIRMWARE_BYTES = 256 * 1024


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


def heap_option(heap: str) -> str:
    """Return the option for an interpreter whose firmware will have this heap."""
    return f"heapsize={heap_bytes(heap) + _BESIDE_THE_FIRMWARE_BYTES}"


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
    trial = subprocess.run([str(micropython), "-c", _TRIAL], capture_output=True, check=False)
    return trial.returncode == 7
