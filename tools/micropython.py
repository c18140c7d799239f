"""Finds MicroPython's unix port, or fetches Debian's without touching the system.

The virtual boards run the firmware on it. 32-bit matters because memory on a board is counted in
32-bit words: what fits a heap there says nothing on 64 bits.
"""

import shutil
from pathlib import Path

from tools import debian
from tools.commands import CommandError, output
from tools.debian import OnProgress
from tools.places import MICROPYTHON_32, MICROPYTHON_64
from tools.stamps import Stamp

# The one it is developed on, and the next, for when a mirror is caught with half of a new release.
SUITES = ("trixie", "forky")
OLDEST = (1, 22)
ARCHITECTURE_32 = {"amd64": "i386", "arm64": "armhf", "i386": "i386", "armhf": "armhf"}

# What the virtual boards and the portable tests need of an interpreter.
SELF_TEST = """
import sys, asyncio, select, cryptolib, hashlib, vfs, binascii, struct, os
vfs.VfsLfs2
version = sys.implementation.version
assert sys.implementation.name == "micropython" and version[:2] >= {oldest}
assert (sys.maxsize > 1 << 32) is {is_64_bit}
print("MicroPython", ".".join(str(part) for part in version[:3]))
"""


def stamp_64() -> Stamp:
    return Stamp(
        MICROPYTHON_64 / "stamp", *SUITES, SELF_TEST, str(MICROPYTHON_64), _on_path() or ""
    )


def stamp_32() -> Stamp:
    return Stamp(MICROPYTHON_32 / "stamp", *SUITES, SELF_TEST, str(MICROPYTHON_32))


def provide_64(on_progress: OnProgress) -> str:
    """Make `micropython/64/micropython` run; return what it is."""
    launcher = MICROPYTHON_64 / "micropython"
    on_path = _on_path()
    if on_path is not None:
        try:
            found = _prove(Path(on_path), is_64_bit=True)
        except CommandError:
            pass  # too old, or without a module: Debian's will do
        else:
            debian.write_launcher(launcher, [on_path])
            return f"{found} ({on_path})"
    _fetch(MICROPYTHON_64, debian.architecture(), on_progress)
    return _prove(launcher, is_64_bit=True)


def provide_32(on_progress: OnProgress) -> str:
    """Make `micropython/32/micropython` run, or leave the reason in UNAVAILABLE beside it."""
    unavailable = MICROPYTHON_32 / "UNAVAILABLE"
    unavailable.unlink(missing_ok=True)
    own = debian.architecture()
    arch = ARCHITECTURE_32.get(own)
    try:
        if arch is None:
            raise CommandError(f"there is no 32-bit kind of {own}")
        _fetch(MICROPYTHON_32, arch, on_progress)
        return f"{_prove(MICROPYTHON_32 / 'micropython', is_64_bit=False)} ({arch})"
    except CommandError as problem:
        reason = f"this {own} machine runs no 32-bit MicroPython: {problem}"
        (MICROPYTHON_32 / "micropython").unlink(missing_ok=True)
        MICROPYTHON_32.mkdir(parents=True, exist_ok=True)
        unavailable.write_text(reason + "\n")
        return f"not available: {reason}"


def _on_path() -> str | None:
    return shutil.which("micropython")


def _fetch(folder: Path, arch: str, on_progress: OnProgress) -> None:
    tree = debian.unpack_from_first(
        SUITES, ["micropython"], arch=arch, into=folder / "tree", on_progress=on_progress
    )
    debian.write_launcher_with_own_libc(folder / "micropython", tree, "usr/bin/micropython")


def _prove(launcher: Path, *, is_64_bit: bool) -> str:
    program = SELF_TEST.format(oldest=OLDEST, is_64_bit=is_64_bit)
    return output([launcher, "-c", program]).strip()
