"""Runs portable tests with firmware and protocol in ROM: in_rom.py IMAGE FOLDER test_one.py [...].

A frozen image runs its bytecode where it lies, and only the tests' own takes heap here.
"""

import sys

import ffi  # type: ignore[import-not-found]  # MicroPython's
import uctypes
import vfs

_PROT_READ = 1
_MAP_PRIVATE = 2


def mapped(path: str) -> bytearray:
    """Return the bytes of a file behind an address, which take no heap."""
    with open(path, "rb") as file:  # noqa: PTH123 - no pathlib there
        size = file.seek(0, 2)
        call = ffi.open("libc.so.6").func("P", "mmap", "pLiiil")
        address = call(None, size, _PROT_READ, _MAP_PRIVATE, file.fileno(), 0)
    memory: bytearray = uctypes.bytearray_at(address, size)
    return memory


image, folder = sys.argv[1:3]
vfs.mount(vfs.VfsRom(mapped(image)), "/rom")
sys.path.append("/rom")
sys.path.insert(0, folder)
__import__("run").main(sys.argv[3:])
